package io.servicegroup.thirdparty;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.config.Key;
import io.servicegroup.config.Scheme;
import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.ManagedProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A jar beside the product's adds a technology, for the catalogue and for beats. */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class ThirdPartyTechnologyIT {

  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /** As the tests' resources hold it: the service file of {@link MemoryTechnology}. */
  private static final Path DECLARED = Path.of("src/test/resources/third-party").toAbsolutePath();

  @TempDir private Path home;

  @Test
  void keepsMembersAndBeats() throws Exception {
    try (AgentProcess agent = AgentProcess.of(config("memory://here?room=one"))) {
      agent.beside(List.of(DECLARED, tests())).start();
      agent.await(0, 1, change -> change.is("compute/own", "UP"), DEADLINE);
      int mark = agent.changes().mark();
      assertThat(
              agent
                  .send("POST", "/v1/groups/compute/members/own/leave", new JsonObject())
                  .statusCode())
          .isEqualTo(204);
      agent.await(mark, 1, change -> change.is("compute/own", "DOWN"), DEADLINE);
      assertThat(
              agent
                  .send(
                      "POST",
                      "/v1/groups/compute/members",
                      new JsonObject().put("host", "forgotten"))
                  .body())
          .contains("is a name that memory keeps");
    }
  }

  @Test
  void declaresWhatItsUrisMaySay() throws Exception {
    assertRefused(
        List.of(DECLARED, tests()),
        "memory://me@here?color=red",
        "there is no option color; allowed are room, timeout");
    assertRefused(List.of(DECLARED, tests()), "memory://me@here", "memory asks nobody");
    assertRefused(
        List.of(DECLARED, tests()),
        "nowhere://h",
        "nowhere is not supported; allowed schemes are memory://");
  }

  @Test
  void oneThatCannotBeUsedIsNamed() throws Exception {
    Path services = Files.createDirectories(home.resolve("META-INF/services"));
    Path file = services.resolve("io.servicegroup.config.Scheme");
    Files.writeString(file, "com.example.Missing\n");
    assertRefused(List.of(home), "postgresql://h", "com.example.Missing");
    Files.writeString(file, MemoryBackend.class.getName() + "\n");
    assertRefused(List.of(home, tests()), "postgresql://h", "MemoryBackend");
    Files.writeString(file, SecondRedis.class.getName() + "\n");
    assertRefused(
        List.of(home, tests()), "postgresql://h", "two technologies for the scheme redis");
  }

  /** Takes a name that is taken. */
  public static final class SecondRedis implements Scheme {

    /** Made by the service loader. */
    public SecondRedis() {}

    @Override
    public List<String> names() {
      return List.of("red", "redis");
    }

    @Override
    public int defaultPort() {
      return 1;
    }

    @Override
    public List<Key<?>> options() {
      return List.of();
    }
  }

  private void assertRefused(List<Path> beside, String uri, String sentence) {
    try (AgentProcess agent = AgentProcess.of(config(uri))) {
      ManagedProcess process = agent.beside(beside).launch();
      int code = process.awaitExit(DEADLINE);
      assertThat(code).as(process.tail()).isEqualTo(2);
      assertThat(process.tail())
          .contains(sentence)
          .contains("catalog.uri")
          .doesNotContain("\tat ")
          .doesNotContain("Exception");
    }
  }

  /** Where the classes of this test are. */
  private static Path tests() throws Exception {
    return Path.of(
        MemoryTechnology.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static JsonObject config(String uri) {
    return new JsonObject()
        .put("agent", new JsonObject().put("host", "host-1"))
        .put("catalog", new JsonObject().put("uri", uri))
        .put("services", new JsonArray().add(member("compute", "own")));
  }

  private static JsonObject member(String group, String host) {
    return new JsonObject().put("group", group).put("host", host);
  }
}
