package io.servicegroup.config;

import io.servicegroup.model.Fault;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.yaml.snakeyaml.constructor.DuplicateKeyException;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads an agent's configuration: YAML files in order, then the environment ({@code
 * SERVICEGROUP__HTTP__PORT}), then {@code --set}, later ones winning key by key.
 */
public final class ConfigLoader {

  private static final Logger LOG = LoggerFactory.getLogger(ConfigLoader.class);

  private final Vertx vertx;
  private final List<Path> files;
  private final Map<String, String> environment;
  private final List<String> settings;
  private final Map<String, OverridingText> overriding = new LinkedHashMap<>();
  private final References references;

  /**
   * Names the sources.
   *
   * @param vertx for reading
   * @param files YAML files; later ones win
   * @param environment the environment variables, also for {@code ${env:NAME}}
   * @param settings {@code key.path=value}; later ones win
   */
  public ConfigLoader(
      Vertx vertx, List<Path> files, Map<String, String> environment, List<String> settings) {
    this.vertx = vertx;
    this.files = List.copyOf(files);
    this.environment = Map.copyOf(environment);
    this.settings = List.copyOf(settings);
    this.references = References.of(environment);
  }

  /**
   * Sets a key, over all other sources. A message about its value does not name a source, because
   * the caller does.
   *
   * @param key its path
   * @param value as with {@code --set}
   * @return this
   */
  public ConfigLoader override(String key, String value) {
    overriding.put(key, new OverridingText(value, null));
    return this;
  }

  /**
   * Reads and checks everything.
   *
   * @return the configuration; fails with a {@link ConfigException} that holds every fault
   */
  public Future<AgentConfig> load() {
    Faults faults = new Faults();
    List<Future<JsonObject>> reads = files.stream().map(this::read).toList();
    return Future.join(reads)
        .transform(
            all -> {
              JsonObject merged = new JsonObject();
              for (int i = 0; i < reads.size(); i++) {
                if (reads.get(i).succeeded()) {
                  merged.mergeIn(reads.get(i).result(), true);
                } else {
                  faults.add("--config " + files.get(i), null, reason(reads.get(i).cause()));
                }
              }
              // This reads files, too: secrets and certificates.
              return vertx.executeBlocking(() -> check(merged, faults));
            });
  }

  /**
   * The whole configuration with its defaults, as YAML, with every secret masked.
   *
   * @param config what {@link #load} gave
   * @return the text of a configuration file that says the same, except for the secrets
   */
  public String effective(AgentConfig config) {
    return Trees.yaml(new EffectiveConfig(references::mask).tree(config));
  }

  private Future<JsonObject> read(Path file) {
    return vertx
        .fileSystem()
        .readFile(file.toString())
        .map(content -> (Map<?, ?>) Trees.parse(utf8(content)))
        .map(tree -> tree == null ? new JsonObject() : Trees.json(tree));
  }

  private static String utf8(Buffer content) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(content.getBytes()))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("the file is not UTF-8", e);
    }
  }

  /** Why a file cannot be read. The parser's own message is not used: it quotes the file. */
  private static String reason(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CharacterCodingException) {
        return "the file is not UTF-8";
      }
      if (cause instanceof IOException failed) {
        return "the file cannot be read: " + FileFault.why(failed);
      }
      if (cause instanceof DuplicateKeyException twice && twice.getProblemMark() != null) {
        return "a key stands twice in one map, the second time in line %d"
            .formatted(twice.getProblemMark().getLine() + 1);
      }
      if (cause instanceof MarkedYAMLException yaml && yaml.getProblemMark() != null) {
        return "the file is no YAML: " + where(yaml);
      }
      if (cause instanceof ClassCastException) {
        return "the file is no map; allowed are keys such as http: and services:";
      }
    }
    return "the file cannot be read as YAML";
  }

  /** The position at which the parser failed, and where the map or text that it was in begins. */
  private static String where(MarkedYAMLException yaml) {
    Mark problem = yaml.getProblemMark();
    Mark begin = yaml.getContextMark();
    int[] buffer = problem.getBuffer();
    int at = problem.getPointer();
    return place(problem)
        + (at >= 0 && at < buffer.length && buffer[at] == '\t'
            ? ", is a tab; lines are indented with blanks"
            : "")
        + (begin == null || begin.getLine() == problem.getLine()
            ? ""
            : ", in what begins in " + place(begin));
  }

  private static String place(Mark mark) {
    return "line %d, column %d".formatted(mark.getLine() + 1, mark.getColumn() + 1);
  }

  private AgentConfig check(JsonObject merged, Faults faults) {
    Optional<AgentConfig> config = Optional.empty();
    try {
      Overlay overlay = new Overlay(Trees.plain(merged), faults);
      overlay.environment(environment);
      settings.forEach(overlay::setting);
      overriding.forEach(overlay::set);
      config = ConfigReader.read(overlay.tree(), references, faults, HostName.get());
    } catch (IllegalArgumentException e) {
      faults.add("--config", null, e.getMessage());
    }
    config.ifPresent(sound -> references.confirm());
    return config.map(ConfigLoader::warned).orElseThrow(() -> refusal(faults));
  }

  private ConfigException refusal(Faults faults) {
    return new ConfigException(
        faults.list().stream()
            .map(
                fault ->
                    new Fault(
                        fault.key(),
                        fault.given() == null ? null : references.mask(fault.given()),
                        references.mask(fault.rule())))
            .toList());
  }

  private static AgentConfig warned(AgentConfig config) {
    AgentConfig.Http http = config.http();
    if (http.token().isEmpty() && !HostPort.isLoopback(http.host())) {
      LOG.warn(
          "http.allow_anonymous: everybody who reaches {}:{} may write", http.host(), http.port());
    }
    return config;
  }
}
