package io.servicegroup.http;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.AgentPhase;
import io.servicegroup.bus.FakeEvaluator;
import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.model.Heartbeat;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AgentCheckServerTest {

  private static final Duration LIMIT = Duration.ofSeconds(3);

  private long nanos;
  private final LocalHealth health =
      new LocalHealth(
          new LocalHealth.Expected(
              Set.of(FakeEvaluator.id("compute/a")), Set.of(), Duration.ofSeconds(15)),
          () -> nanos);

  private final Vertx vertx = Vertx.vertx();
  private final AgentCheckServer server = new AgentCheckServer(vertx, health, () -> nanos);

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void saysWhatTheHealthSays() {
    assertThat(server.line("")).isEqualTo("down #compute/a: not reported yet");
    health.heartbeats(List.of(LocalHealthTest.alive("compute/a", 1)));
    assertThat(server.line("")).isEqualTo("up 100%");
    health.catalog(LocalHealthTest.joined("compute/a", true, false));
    assertThat(server.line("")).isEqualTo("up 0%");
    health.catalog(LocalHealthTest.joined("compute/a", false, false));
    assertThat(server.line("")).as("a weight has not to be taken back").isEqualTo("up 100%");
    health.heartbeats(
        List.of(
            LocalHealthTest.beat("compute/a", 1, Heartbeat.State.FAILED, "line\nbreak\u001b ü")));
    assertThat(server.line("")).isEqualTo("down #compute/a: probe_failed: line?break? ?");
  }

  @Test
  void anAgentThatStopsGetsNothingNew() {
    health.heartbeats(
        List.of(
            LocalHealthTest.alive("compute/a", 1),
            LocalHealthTest.beat("volume/a", 1, Heartbeat.State.FAILED, "refused")));
    health.phase(AgentPhase.STOPPING);
    health.heartbeats(List.of());
    assertThat(server.line("compute")).isEqualTo("up 0%");
    assertThat(server.line("compute/a")).isEqualTo("up 0%");
    assertThat(server.line("volume/a")).isEqualTo("down #volume/a: probe_failed: refused");
  }

  @Test
  void oneServiceIsAnsweredForWhereOneIsNamed() {
    health.heartbeats(
        List.of(
            LocalHealthTest.alive("compute/a", 1),
            LocalHealthTest.alive("compute/b", 1),
            LocalHealthTest.beat("volume/a", 1, Heartbeat.State.FAILED, "refused")));
    health.catalog(LocalHealthTest.joined("compute/b", true, false));
    assertThat(server.line("")).isEqualTo("down #volume/a: probe_failed: refused");
    assertThat(server.line("volume")).isEqualTo("down #volume/a: probe_failed: refused");
    assertThat(server.line("compute/a")).isEqualTo("up 100%");
    assertThat(server.line("compute/b")).isEqualTo("up 0%");
    assertThat(server.line("compute")).isEqualTo("up 0%");
    assertThat(server.line("comp"))
        .isEqualTo("down #comp: no such service stands beside this agent");
  }

  @Test
  void aStopWaitsForThoseWhoAreAboutToAsk() {
    AgentCheckClients askers = new AgentCheckClients(() -> nanos);
    assertThat(askers.allTold(vertx, LIMIT).succeeded()).isTrue();
    askers.answered("10.0.0.1", "", false);
    nanos += TimeUnit.SECONDS.toNanos(1);
    askers.answered("10.0.0.1", "", false);
    assertThat(askers.worthWaiting(nanos)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(2000));
    Future<Void> told = askers.allTold(vertx, LIMIT);
    assertThat(told.isComplete()).isFalse();
    askers.opened();
    askers.answered("10.0.0.1", "", true);
    assertThat(told.isComplete()).as("the answer is on its way").isFalse();
    askers.closed();
    assertThat(told.succeeded()).isTrue();

    nanos += TimeUnit.SECONDS.toNanos(1);
    askers.answered("10.0.0.2", "compute", false);
    nanos += TimeUnit.SECONDS.toNanos(5);
    assertThat(askers.allTold(vertx, LIMIT).succeeded()).as("it asks no more").isTrue();
  }

  @Test
  void aStopWaitsForOneWhoseLastQuestionsCameCloseTogether() {
    AgentCheckClients askers = new AgentCheckClients(() -> nanos);
    askers.answered("10.0.0.1", "", false);
    for (long millis : List.of(2000, 3900, 100)) {
      nanos += TimeUnit.MILLISECONDS.toNanos(millis);
      askers.answered("10.0.0.1", "", false);
    }
    assertThat(TimeUnit.NANOSECONDS.toMillis(askers.worthWaiting(nanos))).isGreaterThan(2000);
  }

  @Test
  void answersALineAndCloses() throws IOException {
    AgentConfig config =
        HttpFixture.config(
            HttpFixture.http(Optional.empty()),
            List.of("compute/a", "volume/b"),
            AgentConfig.Evaluate.ALWAYS,
            0);
    try (HttpFixture agent = new HttpFixture(config)) {
      assertThat(line(agent, "")).isEqualTo("down #compute/a: not reported yet\n");
      Topics.HEARTBEAT.publish(
          agent.vertx,
          List.of(
              LocalHealthTest.alive("compute/a", 1),
              LocalHealthTest.beat("volume/b", 1, Heartbeat.State.FAILED, "refused")));
      await("it is up", () -> line(agent, "compute/a\n").equals("up 100%\n"));
      for (String named : List.of("compute\n", "compute/a\r\n", "compute/a", "compute")) {
        assertThat(line(agent, named)).as(named).isEqualTo("up 100%\n");
      }
      for (String all : List.of("", "\n", "volume/b\n", "volume")) {
        assertThat(line(agent, all)).as(all).isEqualTo("down #volume/b: probe_failed: refused\n");
      }
      try (RawClient client = new RawClient(agent.verticle.actualCheckPort())) {
        assertThat(client.send("compute/a").endOutput().readAll()).isEqualTo("up 100%\n");
      }
    }
  }

  private static String line(HttpFixture agent, String sent) {
    try (RawClient client = new RawClient(agent.verticle.actualCheckPort())) {
      return client.send(sent).readAll();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
