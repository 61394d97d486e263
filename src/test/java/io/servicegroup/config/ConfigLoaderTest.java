package io.servicegroup.config;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.servicegroup.model.Fault;
import io.servicegroup.model.Watch;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real files. */
@ExtendWith(VertxExtension.class)
class ConfigLoaderTest {

  @TempDir private Path directory;
  private Vertx vertx;

  @BeforeEach
  void keep(Vertx given) {
    vertx = given;
  }

  @Test
  void laterFilesWinKeyByKey() {
    Path first = file("a.yaml", "{http: {port: 1, host: localhost}, watch: [a, b], services: []}");
    Path second = file("b.yaml", "http: {port: 2}\nwatch: [c]\n");
    AgentConfig config = load(List.of(first, second), Map.of());
    assertThat(config.http().port()).isEqualTo(2);
    assertThat(config.http().host()).isEqualTo("localhost");
    assertThat(config.watch()).isEqualTo(Watch.groups(java.util.Set.of("c")));

    Map<String, String> environment = Map.of("SERVICEGROUP__HTTP__PORT", "3");
    assertThat(load(List.of(first, second), environment).http().port()).isEqualTo(3);
    assertThat(load(List.of(first, second), environment, "http.port=4").http().port()).isEqualTo(4);
  }

  @Test
  void withoutFilesAndWithEmptyOnesEverythingIsDefault() {
    AgentConfig defaults = load(List.of(), Map.of());
    Path empty = file("empty.yaml", "");
    Path comments = file("comments.yaml", "# nothing\n\n# here\n");
    assertThat(load(List.of(empty, comments), Map.of())).isEqualTo(defaults);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "- a | no map",
        "just text | no map",
        "'a: [secret\n b' | line 2, column",
        "'a: &a {b: *a}' | cannot be read"
      })
  void aFileThatIsNoMapIsAFault(String content, String sentence) {
    Path file = file("x.yaml", content);
    assertThat(faults(List.of(file), Map.of()))
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.key()).isEqualTo("--config " + file);
              assertThat(fault.rule()).contains(sentence).doesNotContain("secret");
            });
  }

  @Test
  void aKeyThatStandsTwiceIsAFault() throws IOException {
    Path file = directory.resolve("twice.yaml");
    Files.writeString(file, "http: {port: 1}\nagent: {host: a}\nhttp: {port: 2}\n");
    assertThat(faults(List.of(file), Map.of()).toString()).contains("stands twice", "line 3");
  }

  @Test
  void aFileThatIsNoUtf8IsAFault() throws IOException {
    Path file = directory.resolve("latin.yaml");
    Files.write(file, new byte[] {'a', ':', ' ', (byte) 0xff, '\n'});
    assertThat(faults(List.of(file), Map.of()).toString()).contains("not UTF-8");
  }

  @Test
  void unreadableFilesAreFaultsBesideAllOthers() {
    Path none = directory.resolve("none.yaml");
    Path bad = file("bad.yaml", "{http: {port: x}, nonsense: 1}");
    assertThat(faults(List.of(none, directory, bad), Map.of(), "agent.host="))
        .extracting(Fault::key)
        .containsExactly(
            "--config " + none, "--config " + directory, "agent.host", "http.port", "nonsense");
  }

  @Test
  void faultsHideWhatReferencesResolveTo() {
    Map<String, String> environment = Map.of("S", "hidden-value");
    Path file = file("x.yaml", "catalog: {uri: \"${env:S}://h\"}");
    assertThat(faults(List.of(file), environment).toString())
        .contains("***")
        .doesNotContain("hidden-value");
  }

  static Stream<Path> shippedFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("conf"))) {
      return files.filter(Files::isRegularFile).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("shippedFiles")
  void everyShippedFileIsSound(Path file) {
    Map<String, String> environment =
        Map.of(
            "SERVICEGROUP_DB_PASSWORD", "p@ss/word",
            "SERVICEGROUP_REDIS_PASSWORD", "p@ss/word",
            "NOVA_DB_PASSWORD", "p@ss/word");
    ConfigLoader loader = new ConfigLoader(vertx, List.of(file), environment, List.of());
    AgentConfig config = await(loader.load());
    assertThat(loader.effective(config)).doesNotContain("ss/word").doesNotContain("ss%2Fword");
    if (config.catalog().uri().user() != null) {
      assertThat(config.catalog().uri().password()).isEqualTo("p@ss/word");
    }
  }

  @Test
  void theShippedFilesSayWhatTheirNamesPromise() {
    Map<String, String> environment =
        Map.of("SERVICEGROUP_DB_PASSWORD", "x", "NOVA_DB_PASSWORD", "x");
    AgentConfig nova = load(List.of(Path.of("conf/existing-nova.yaml")), environment);
    assertThat(nova.catalog().createTables()).isEqualTo(AgentConfig.CreateTables.OWN);
    assertThat(nova.liveness().reportInterval()).hasSeconds(10);
    assertThat(nova.liveness().serviceDownTime()).hasSeconds(60);
    AgentConfig pooled = load(List.of(Path.of("conf/pgbouncer.yaml")), environment);
    assertThat(pooled.catalog().uri().options()).containsEntry("pooled", "true");
    AgentConfig sidecar = load(List.of(Path.of("conf/sidecar-large-fleet.yaml")), environment);
    assertThat(sidecar.watch()).isEqualTo(Watch.OWN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"zookeeper", "memcached", "redis", "hazelcast"})
  void aBackendsFileKeepsBeatsThereAndTheCatalogueInPostgresql(String name) {
    Map<String, String> environment =
        Map.of("SERVICEGROUP_DB_PASSWORD", "x", "SERVICEGROUP_REDIS_PASSWORD", "p@ss");
    AgentConfig config = load(List.of(Path.of("conf/" + name + ".yaml")), environment);
    assertThat(config.catalog().uri().scheme()).extracting(Scheme::text).isEqualTo("postgresql");
    AgentConfig.BuiltIn backend = (AgentConfig.BuiltIn) config.liveness().backends().get(0);
    assertThat(backend.uri().scheme().text()).isEqualTo(name);
    assertThat(backend.uri().password()).isEqualTo(name.equals("redis") ? "p@ss" : null);
  }

  private Path file(String name, String content) {
    try {
      return Files.writeString(directory.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private AgentConfig load(List<Path> files, Map<String, String> environment, String... set) {
    return await(new ConfigLoader(vertx, files, environment, List.of(set)).load());
  }

  private List<Fault> faults(List<Path> files, Map<String, String> environment, String... set) {
    ConfigException failure =
        catchThrowableOfType(ConfigException.class, () -> load(files, environment, set));
    return new ArrayList<>(failure.faults());
  }
}
