package io.servicegroup.config;

import io.vertx.core.Deployable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads URIs of backends and {@code liveness.backends}. */
final class BackendsReader {

  private static final String URI_RULE = "a URI such as postgresql://127.0.0.1:5432/nova";

  static final KeyType<BackendUri> URI =
      KeyType.composite(
          URI_RULE,
          "a URI, see [backends](#backends)",
          (section, key, reading) -> uri(section, key),
          BackendUri::toString);

  static final KeyType<List<AgentConfig.Backend>> TYPE =
      KeyType.composite(
          "a list of URIs and maps",
          "a list of URIs, of `{uri, name}`, or of `{verticle, name, config}`",
          (section, key, reading) -> new BackendsReader(section, reading).read(key),
          backends -> backends.stream().map(BackendsReader::write).toList());

  private final Section liveness;
  private final KeyReader reading;

  private BackendsReader(Section liveness, KeyReader reading) {
    this.liveness = liveness;
    this.reading = reading;
  }

  private static Optional<BackendUri> uri(Section section, String key) {
    Optional<String> text = section.uri(key, URI_RULE);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      BackendUri uri = BackendUri.parse(text.get());
      uri.scheme().options().forEach(option -> requireUsable(section, key, uri, option));
      uri.scheme().lacking(uri).forEach(sentence -> section.refuse(key, sentence));
      section.readUriAgain(key, uri);
      return section.isSound(key) ? Optional.of(uri) : Optional.empty();
    } catch (IllegalArgumentException e) {
      section.refuse(key, e.getMessage());
      return Optional.empty();
    }
  }

  private static <T> void requireUsable(
      Section section, String key, BackendUri uri, Key<T> option) {
    uri.find(option)
        .flatMap(option.type()::obstacle)
        .ifPresent(why -> section.refuse(key, "the option " + option.name() + ": " + why));
  }

  private Optional<List<AgentConfig.Backend>> read(String key) {
    Optional<List<String>> items = liveness.items(key, TYPE.rule());
    if (items.isPresent() && items.get().isEmpty()) {
      liveness.refuse(key, "allowed is a list of at least one backend");
    }
    return items.map(this::read);
  }

  private List<AgentConfig.Backend> read(List<String> items) {
    List<AgentConfig.Backend> backends = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String item : items) {
      Optional<AgentConfig.Backend> backend = entry(item);
      backend.ifPresent(it -> refuseTwice(item, it, backends));
      backend.ifPresent(backends::add);
      // Two URIs of one place have one name by default: that is the same fault, not another one.
      if (backend.isPresent() && !names.add(backend.get().name()) && liveness.isSound(item)) {
        liveness.refuse(
            item,
            "another backend has the name %s; allowed is a unique one, as in {uri, name}"
                .formatted(Masking.printable(backend.get().name())));
      }
    }
    return backends;
  }

  /**
   * Refuses a backend in the same place as one before it, because each of the two would take the
   * other's canaries for a sign that data was lost.
   */
  private void refuseTwice(
      String item, AgentConfig.Backend backend, List<AgentConfig.Backend> before) {
    for (AgentConfig.Backend other : before) {
      if (backend instanceof AgentConfig.BuiltIn one
          && other instanceof AgentConfig.BuiltIn another
          && one.uri().isSamePlaceAs(another.uri())) {
        liveness.refuse(
            item,
            "the backend %s is in the same place; allowed is each place once"
                .formatted(Masking.printable(another.name())));
      }
    }
  }

  /** The backend at a URI, with the default name. */
  static AgentConfig.Backend named(BackendUri uri) {
    return new AgentConfig.BuiltIn(uri.scheme().text(), uri);
  }

  private Optional<AgentConfig.Backend> entry(String item) {
    if (!liveness.isMap(item)) {
      Optional<BackendUri> uri = uri(liveness, item);
      if (uri.isEmpty() && liveness.isSound(item)) {
        liveness.refuse(item, "allowed is " + URI_RULE + " or a map");
      }
      uri.ifPresent(found -> requireTimeouts(liveness, item, found));
      return uri.map(BackendsReader::named);
    }
    Section section = liveness.section(item);
    Values values = reading.entry(section, LivenessKeys.BACKEND);
    return section.has("verticle") ? thirdParty(section, values) : builtIn(section, values);
  }

  private void requireTimeouts(Section section, String key, BackendUri uri) {
    reading.afterwards(
        () -> LivenessReader.requireTimeouts(liveness, section, key, uri, reading.values()));
  }

  private Optional<AgentConfig.Backend> builtIn(Section section, Values values) {
    Optional<BackendUri> uri = values.find(LivenessKeys.URI);
    if (uri.isEmpty() && section.isSound("uri")) {
      section.refuse("uri", "allowed is " + URI_RULE + ", or the key verticle");
    }
    uri.ifPresent(found -> requireTimeouts(section, "uri", found));
    return uri.map(
        found ->
            new AgentConfig.BuiltIn(
                values.find(LivenessKeys.NAME).orElse(found.scheme().text()), found));
  }

  private static Optional<AgentConfig.Backend> thirdParty(Section section, Values values) {
    Optional<String> name = values.find(LivenessKeys.NAME);
    if (name.isEmpty() && section.isSound("name")) {
      section.refuse("name", "allowed is " + LivenessKeys.NAME.type().rule());
    }
    return values
        .find(LivenessKeys.VERTICLE)
        .filter(verticle -> name.isPresent())
        .map(
            verticle ->
                new AgentConfig.ThirdParty(name.get(), verticle, values.get(LivenessKeys.CONFIG)));
  }

  private static Map<String, Object> write(AgentConfig.Backend backend) {
    Map<String, Object> tree = new LinkedHashMap<>();
    if (backend instanceof AgentConfig.BuiltIn builtIn) {
      tree.put("uri", builtIn.uri().toString());
      tree.put("name", builtIn.name());
    } else if (backend instanceof AgentConfig.ThirdParty other) {
      tree.put("verticle", other.verticle());
      tree.put("name", other.name());
      tree.put("config", other.config());
    }
    return tree;
  }

  static boolean isVerticle(String name) {
    try {
      Class<?> type = Class.forName(name, false, BackendsReader.class.getClassLoader());
      return Deployable.class.isAssignableFrom(type);
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }
}
