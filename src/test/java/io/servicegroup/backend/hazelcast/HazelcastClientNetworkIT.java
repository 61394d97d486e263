package io.servicegroup.backend.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessHarness;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.HazelcastServer;
import io.servicegroup.testkit.Ports;
import io.servicegroup.testkit.Started;
import io.servicegroup.testkit.TcpProxy;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client whose network to the cluster fails, in each way in which one can. */
@Timeout(60)
class HazelcastClientNetworkIT {

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  /** What a client may take to notice and to connect again, on a loaded machine. */
  @Started private static HazelcastServer server;

  @Started private static Vertx vertx;
  private TcpProxy proxy;
  private LivenessHarness agent;

  @BeforeEach
  void open() {
    proxy = TcpProxy.to(server.port());
    agent = agent(server.uri(proxy.port())).open();
    assertThat(agent.poll().dataLost()).isFalse();
  }

  @AfterEach
  void close() {
    agent.close();
    proxy.close();
  }

  private static LivenessHarness agent(String uri) {
    return new LivenessHarness(
        vertx,
        new LivenessSettings(
            "hazelcast",
            "a",
            BackendUri.parse(uri),
            INTERVAL,
            Duration.ofSeconds(6),
            INTERVAL,
            Watch.ALL),
        HazelcastLivenessBackend::new);
  }

  private void assertFailsInTime() {
    long started = System.nanoTime();
    assertThatThrownBy(agent::poll).isInstanceOf(Exception.class);
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(INTERVAL.multipliedBy(3));
  }

  private void awaitBack() {
    assertThat(agent.pollUntil(seen -> true).dataLost()).isFalse();
  }

  @Test
  void aConnectionThatIsCutIsMadeAgain() {
    proxy.cut();
    awaitBack();
  }

  @Test
  void aNetworkThatRefusesIsFoundAgain() {
    proxy.refuse();
    assertFailsInTime();
    proxy.pass();
    awaitBack();
  }

  @Test
  void aNetworkThatHangsKeepsNobodyWaiting() {
    proxy.hang();
    assertFailsInTime();
    assertFailsInTime();
    proxy.pass();
    awaitBack();
  }

  @Test
  void answersThatDoNotArriveKeepNobodyWaiting() {
    proxy.hangAnswers();
    assertFailsInTime();
    proxy.pass();
    awaitBack();
  }

  @Test
  void aConnectionThatIsDeadWithoutSayingSoIsReplaced() {
    proxy.swallow();
    assertFailsInTime();
    awaitBack();
  }

  @Test
  void aClusterOfAnotherNameIsNotOurs() {
    String other = server.uri().replace("servicegroup-test", "other");
    LivenessHarness stranger = agent(other);
    assertThatThrownBy(stranger::open)
        .hasMessageContaining("no member of the cluster other answers at");
    stranger.close();
  }

  @Test
  void whereNobodyListensTheFirstContactFails() {
    LivenessHarness lonely = agent(server.uri(Ports.free()));
    assertThatThrownBy(lonely::open).hasMessageContaining("no member of the cluster");
    lonely.close();
  }
}
