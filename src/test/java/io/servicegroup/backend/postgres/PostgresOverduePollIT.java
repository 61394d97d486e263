package io.servicegroup.backend.postgres;

import static io.servicegroup.backend.postgres.PostgresLivenessRig.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.liveness.LivenessHarness;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.Eventually;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.servicegroup.testkit.TcpProxy;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A poll that runs out of time keeps its connection and goes on reading. Nobody hears what it read,
 * so the next poll has to find all of it again.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PostgresOverduePollIT {

  /** Longer than a poll is waited for, there and back. */
  private static final Duration SLOW = Duration.ofSeconds(2);

  private static final Duration INTERVAL = Duration.ofSeconds(8);

  @Started private static PostgresServer server;
  @Started private static Vertx vertx;

  @BeforeEach
  void createTables() {
    PostgresLivenessRig.createTables(server);
  }

  /** A poll whose caller gave up before the answer arrived, which it did. */
  private static void pollTooSlowly(LivenessHarness agent, TcpProxy proxy) {
    proxy.delay(SLOW);
    assertThatThrownBy(agent::poll).hasMessageContaining("no answer within");
    // The answer is on its way; nothing is held back any more.
    proxy.pass();
    Eventually.succeeds(
        "the connection is free again",
        () ->
            server.number(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'servicegroup%'"
                    + " AND state = 'idle'"),
        idle -> idle == 1);
  }

  @Test
  void aLossOfDataThatOnlyALatePollReadIsReportedByTheNext() {
    Heartbeat h1 = join(server, "compute", "h1");
    try (TcpProxy proxy = TcpProxy.to(server.port());
        LivenessHarness agent =
            PostgresLivenessRig.agent(vertx, "a", server.uri(proxy.port()), true).open()) {
      agent.write(h1);
      agent.write(h1);
      assertThat(agent.poll().dataLost()).isFalse();

      server.execute("UPDATE services SET report_count = 1");
      pollTooSlowly(agent, proxy);

      assertThat(laterPoll(agent, proxy).dataLost()).isTrue();
    }
  }

  @Test
  void aBeatThatOnlyALatePollReadIsShownByTheNext() {
    join(server, "compute", "h1");
    try (TcpProxy proxy = TcpProxy.to(server.port());
        LivenessHarness observer =
            new LivenessHarness(
                    vertx, seldom(server.uri(proxy.port())), PostgresLivenessBackend::new)
                .open()) {
      observer.poll();
      // Until everything is due again, polls read what changed.
      observer.awaitNews(INTERVAL.plusMillis(100));

      server.execute(
          "UPDATE services SET report_count = 7, last_seen_up = now() AT TIME ZONE 'utc'");
      pollTooSlowly(observer, proxy);

      assertThat(laterPoll(observer, proxy).beats()).extracting(Beat::count).containsExactly(7L);
    }
  }

  /** Everything is read seldom. */
  private static LivenessSettings seldom(String uri) {
    return new LivenessSettings(
        "postgresql",
        "o",
        BackendUri.parse(uri),
        INTERVAL,
        INTERVAL.multipliedBy(3),
        Duration.ofSeconds(2),
        Watch.ALL);
  }

  /** The next poll begins a little after the answer to the late one arrived. */
  private static Observation laterPoll(LivenessHarness agent, TcpProxy proxy) {
    agent.forgetNews();
    agent.awaitNews(Duration.ofMillis(1_200)); // what was late has arrived by then
    return agent.poll();
  }
}
