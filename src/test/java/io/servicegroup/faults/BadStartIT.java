package io.servicegroup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.ManagedProcess;
import io.servicegroup.testkit.Ports;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A start that cannot succeed ends with its exit code and one line that says what to change. */
class BadStartIT {

  private static final Duration START_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration END = Duration.ofSeconds(30);

  @Started("fsync=off")
  private static PostgresServer server;

  @Test
  void anUnknownKey() {
    assertRefused(2, impatient(server.uri()).put("livness", new JsonObject()), "livness");
  }

  @Test
  void aPortThatIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      JsonObject http = new JsonObject().put("port", taken.getLocalPort());
      assertRefused(3, impatient(server.uri()).put("http", http), "http.port");
    }
  }

  @Test
  void aWrongPassword() {
    String uri = server.uri().replace(PostgresServer.PASSWORD, "wr0ng-w0rd");
    String output = assertRefused(3, impatient(uri), "catalog.uri");
    assertThat(output).doesNotContain("wr0ng-w0rd");
  }

  @Test
  void nobodyListening() {
    assertRefused(3, impatient(PostgresServer.uriAt(Ports.free())), "catalog.uri");
  }

  @Test
  void aServerThatHangs() {
    JsonObject config = impatient(server.uri());
    server.pause();
    try {
      assertRefused(3, config, "catalog.uri");
    } finally {
      server.resume();
    }
  }

  @Test
  void tablesMissing() {
    JsonObject config = impatient(server.uri());
    config.getJsonObject("catalog").put("create_tables", "none");
    assertRefused(3, config, "create_tables");
  }

  @Test
  void aStopWhileTheServerHangs() {
    JsonObject config = Configs.sidecar(server.uri(), "stopped", List.of("host-1"));
    config.getJsonObject("agent").put("stop_timeout", "5s");
    try (AgentProcess agent = AgentProcess.of(config).start()) {
      server.pause();
      long asked = System.nanoTime();
      agent.process().signal("TERM");
      assertThat(agent.process().awaitExit(END)).as(agent.process().tail()).isZero();
      assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(6));
    } finally {
      server.resume();
      server.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    }
  }

  private static JsonObject impatient(String uri) {
    JsonObject config = Configs.agent(uri);
    config.getJsonObject("agent").put("start_timeout", START_TIMEOUT.toSeconds() + "s");
    return config;
  }

  private static String assertRefused(int code, JsonObject config, String named) {
    try (AgentProcess agent = AgentProcess.of(config)) {
      ManagedProcess process = agent.launch();
      int exit = process.awaitExit(END);
      String output = String.join("\n", process.output().since(0));
      assertThat(exit).as(output).isEqualTo(code);
      assertThat(output).contains(named).doesNotContain(PostgresServer.PASSWORD);
      assertThat(output).doesNotContainPattern("(?m)^\\s+at [a-z]+\\.");
      return output;
    }
  }
}
