package io.servicegroup.backend.redis;

import static io.servicegroup.backend.redis.RedisLivenessHarness.in;
import static io.servicegroup.backend.redis.RedisLivenessHarness.next;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.testkit.RedisServer;
import io.servicegroup.testkit.Started;
import io.servicegroup.testkit.TcpProxy;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A network that is cut, hung, slow or half open, and a server that dies. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RedisOutageIT {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Started private static RedisServer server;
  @Started private static Vertx vertx;
  private TcpProxy proxy;
  private RedisLivenessHarness agent;
  private Heartbeat one;

  @BeforeEach
  void open() {
    server.start();
    proxy = TcpProxy.to(server.port());
    agent = new RedisLivenessHarness(vertx, "agent", server.uri(proxy.port()), false).open();
    one = agent.join("compute", "host-1", 7);
    agent.write(one);
    assertThat(agent.poll().dataLost()).isFalse();
  }

  @AfterEach
  void close() {
    agent.close();
    proxy.close();
  }

  private void assertNothingPasses() {
    long started = System.nanoTime();
    var poll = agent.startPoll();
    var write = agent.startWrite(next(one));
    assertThatThrownBy(() -> await(poll)).isInstanceOf(Exception.class);
    assertThatThrownBy(() -> await(write)).isInstanceOf(Exception.class);
    // Two thirds of service_down_time are promised; the rest is for a loaded machine.
    assertThat(Duration.ofNanos(System.nanoTime() - started))
        .isLessThan(agent.settings().longestCall().plusSeconds(2));
  }

  private void assertWorksAgain() {
    long started = System.nanoTime();
    Observation seen = agent.pollUntil(any -> true);
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(2));
    assertThat(seen.dataLost()).isFalse();
    agent.write(next(next(one)));
    assertThat(agent.poll().beats()).extracting("count").containsExactly(3L);
  }

  @Test
  void aCutConnectionIsReplacedByTheNextCall() {
    proxy.cut();
    assertWorksAgain();
  }

  @Test
  void aRefusingServerIsFoundAgain() {
    proxy.refuse();
    assertNothingPasses();
    proxy.pass();
    assertWorksAgain();
  }

  @Test
  void aHungConnectionIsClosedAndReplaced() {
    proxy.hang();
    assertNothingPasses();
    proxy.pass();
    assertWorksAgain();
  }

  @Test
  void aHalfOpenConnectionIsClosedAndReplaced() {
    proxy.hangAnswers();
    assertNothingPasses();
    proxy.pass();
    assertWorksAgain();
  }

  @Test
  void aConnectionThatNeverCarriesAnythingAgainIsReplaced() {
    proxy.swallow();
    assertNothingPasses();
    assertWorksAgain();
  }

  @Test
  void aSlowNetworkIsSlowOnly() {
    proxy.delay(Duration.ofMillis(100));
    agent.write(next(one));
    assertThat(agent.poll().beats()).hasSize(1);
  }

  @Test
  void aServerThatWasKilledLostItsDataAndThatIsSaidOnce() {
    server.kill();
    assertNothingPasses();
    server.startEmpty();
    assertThat(agent.pollUntil(any -> true).dataLost()).isTrue();
    assertThat(agent.poll().dataLost()).isFalse();
    agent.write(next(one));
    assertThat(agent.poll().beats()).hasSize(1);
  }

  @Test
  void aServerThatWasStoppedKeepsItsData() {
    server.stop();
    assertNothingPasses();
    server.start();
    assertWorksAgain();
  }

  @Test
  void newsIsHeardAgainAfterTheListenersConnectionWasCut() {
    assertThat(agent.awaitNews(PATIENCE)).as("it began to listen").isTrue();
    while (agent.awaitNews(Duration.ofMillis(100))) {
      agent.poll();
    }
    proxy.cut();
    assertThat(agent.awaitNews(PATIENCE)).as("something may have been missed").isTrue();
    agent.pollUntil(any -> true);
    try (RedisLivenessHarness other =
        new RedisLivenessHarness(vertx, "other", server.uri(), true).open()) {
      Heartbeat two = other.join("compute", "host-2", 8);
      other.write(two);
      while (agent.awaitNews(Duration.ofMillis(100))) {
        agent.poll();
      }
      other.write(in(State.FAILED, "x", two));
      assertThat(agent.awaitNews(PATIENCE)).isTrue();
    }
  }
}
