package io.servicegroup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.RequestTopic;
import io.servicegroup.bus.Topic;
import io.servicegroup.bus.Topics;
import io.servicegroup.config.Schemes;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.EnumText;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import picocli.CommandLine;

/**
 * The names that users, other programs and stores rely on are those of the recorded list. A name
 * that disappears or changes breaks some user; a new one is added to the list together with its
 * documentation.
 */
class PublicNamesTest {

  private static final Path RECORDED = Path.of("src/test/resources/public-names.txt");
  private static final Path RESOURCES = Path.of("src/main/resources/io/servicegroup");

  /** Reads the tables of keys, which another test compares with the declarations. */
  private static final Pattern KEY = Pattern.compile("(?m)^\\| `([a-z_.\\[\\]<>]+)` \\|");

  private static final Pattern TABLE =
      Pattern.compile("CREATE TABLE IF NOT EXISTS (\\w+) \\((.*?)\\n\\)", Pattern.DOTALL);
  private static final Pattern COLUMN = Pattern.compile("(?m)^ {4}\"?([a-z_]+)\"? +[a-z]");
  private static final List<String> METHODS = List.of("get", "put", "post", "patch", "delete");

  private final SortedSet<String> names = new TreeSet<>();

  @Test
  void areThoseThatAreRecorded() throws Exception {
    keys();
    schemes();
    addresses();
    routes();
    words();
    tables();
    commands();
    assertThat(String.join("\n", names))
        .as("the names of this build, against %s", RECORDED)
        .isEqualTo(Files.readString(RECORDED).strip());
  }

  private void keys() throws IOException {
    Matcher key = KEY.matcher(Files.readString(Path.of("docs/configuration.md")));
    while (key.find()) {
      names.add("key " + key.group(1));
    }
  }

  private void schemes() {
    Schemes.all()
        .forEach(
            scheme -> {
              scheme.names().forEach(name -> names.add("scheme " + name));
              scheme
                  .options()
                  .forEach(option -> names.add("option " + scheme.text() + " " + option.name()));
            });
  }

  private void addresses() throws IllegalAccessException {
    for (Field field : Topics.class.getDeclaredFields()) {
      Object topic = field.getType().getName().startsWith("io.") ? field.get(null) : null;
      if (topic instanceof Topic<?> published) {
        names.add("address " + published.address());
      } else if (topic instanceof RequestTopic<?, ?> asked) {
        names.add("address " + asked.address());
      }
    }
  }

  private void routes() throws IOException {
    Map<String, Object> api =
        new Yaml().load(Files.readString(RESOURCES.resolve("http/openapi.yaml")));
    ((Map<?, ?>) api.get("paths"))
        .forEach(
            (path, item) ->
                ((Map<?, ?>) item)
                    .keySet().stream()
                        .filter(METHODS::contains)
                        .forEach(method -> names.add("route " + path + " " + method)));
  }

  private void words() {
    words("reason", Reason.values());
    words("status", Status.values());
    words("backend", BackendState.State.values());
    words("event", CatalogEvent.Type.values());
  }

  private void words(String kind, Enum<?>... constants) {
    Arrays.stream(constants).forEach(one -> names.add("word " + kind + " " + EnumText.of(one)));
  }

  private void tables() throws IOException {
    try (Stream<Path> files = Files.list(RESOURCES.resolve("backend/postgres"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".sql")).toList()) {
        Matcher table = TABLE.matcher(Files.readString(file));
        while (table.find()) {
          Matcher column = COLUMN.matcher(table.group(2));
          while (column.find()) {
            names.add("column " + table.group(1) + "." + column.group(1));
          }
        }
      }
    }
  }

  private void commands() {
    command("", CommandLineInterface.commandLine(Map.of()));
  }

  private void command(String path, CommandLine command) {
    command.getCommandSpec().options().stream()
        .flatMap(option -> Stream.of(option.names()))
        .forEach(option -> names.add(("command " + path + option).strip()));
    command
        .getSubcommands()
        .forEach(
            (name, sub) -> {
              names.add("command " + path + name);
              command(path + name + " ", sub);
            });
  }
}
