package io.servicegroup.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.AgentPhase;
import io.servicegroup.bus.FakeEvaluator;
import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.model.Heartbeat;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AgentCheckServerTest {

  private long nanos;
  private final LocalHealth health =
      new LocalHealth(
          new LocalHealth.Expected(
              Set.of(FakeEvaluator.id("compute/a")), Set.of(), Duration.ofSeconds(15)),
          () -> nanos);

  @Test
  void saysWhatTheHealthSays() {
    Vertx vertx = Vertx.vertx();
    AgentCheckServer server = new AgentCheckServer(vertx, health, () -> nanos);
    assertThat(server.line()).isEqualTo("down #not reported yet");
    health.heartbeats(List.of(LocalHealthTest.alive("compute/a", 1)));
    assertThat(server.line()).isEqualTo("up 100%");
    health.catalog(LocalHealthTest.joined("compute/a", true, false));
    assertThat(server.line()).isEqualTo("drain");
    health.catalog(LocalHealthTest.joined("compute/a", false, false));
    assertThat(server.line()).as("HAProxy drains until it hears ready").isEqualTo("up 100% ready");
    nanos = TimeUnit.SECONDS.toNanos(61);
    assertThat(server.line()).isEqualTo("up 100%");
    health.heartbeats(
        List.of(
            LocalHealthTest.beat("compute/a", 1, Heartbeat.State.FAILED, "line\nbreak\u001b ü")));
    assertThat(server.line()).isEqualTo("down #probe_failed: line?break? ?");
    health.phase(AgentPhase.STOPPING);
    assertThat(server.line()).isEqualTo("down #the agent is stopping");
    HttpFixture.await(vertx.close());
  }

  @Test
  void answersALineAndCloses() throws IOException {
    AgentConfig config =
        HttpFixture.config(
            HttpFixture.http(Optional.empty()),
            List.of("compute/a"),
            AgentConfig.Evaluate.ALWAYS,
            0);
    try (HttpFixture agent = new HttpFixture(config)) {
      assertThat(line(agent)).isEqualTo("down #not reported yet\n");
      Topics.HEARTBEAT.publish(agent.vertx, List.of(LocalHealthTest.alive("compute/a", 1)));
      HttpFixture.until(() -> line(agent).equals("up 100%\n"));
    }
  }

  private static String line(HttpFixture agent) {
    try (RawClient client = new RawClient(agent.verticle.actualCheckPort())) {
      return client.readAll();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
