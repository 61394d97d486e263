package io.servicegroup.backend.memcached;

import static io.servicegroup.backend.memcached.MemcachedHarness.beat;
import static io.servicegroup.backend.memcached.MemcachedHarness.member;
import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.succeeds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.model.Member;
import io.servicegroup.testkit.MemcachedServer;
import io.servicegroup.testkit.TcpProxy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The server or the way to it fails, and comes back. */
class MemcachedOutageIT {

  private static final Member MEMBER = member("compute", "host-1", 7);
  private static final MemcachedServer SERVER = MemcachedServer.create();
  private static final Vertx VERTX = Vertx.vertx();

  /** As long as a write waits; the machine may be busy. */
  private static final Duration WRITE_BOUND =
      MemcachedHarness.settings("agent", "memcached://127.0.0.1", true, Set.of())
          .longestCall()
          .plusSeconds(2);

  private static final Duration POLL_BOUND = MemcachedHarness.POLL_INTERVAL;

  private TcpProxy proxy;
  private MemcachedHarness agent;

  @BeforeEach
  void open() {
    SERVER.start();
    proxy = TcpProxy.to(SERVER.port());
    agent = MemcachedHarness.open(VERTX, "a", SERVER.uri(proxy.port())).follow(MEMBER);
    agent.write(beat(MEMBER, 1));
    assertThat(agent.poll().beats()).hasSize(1);
    assertThat(agent.poll().dataLost()).isFalse();
  }

  @AfterEach
  void closeAgent() {
    agent.close();
    proxy.close();
    assertThat(agent.hasStrayed()).as("elsewhere than on the context").isFalse();
  }

  @AfterAll
  static void close() {
    await(VERTX.close());
    SERVER.close();
  }

  private void assertBack(boolean dataLost) {
    long since = System.nanoTime();
    assertThat(agent.pollUntil(seen -> true).dataLost()).isEqualTo(dataLost);
    assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(Duration.ofSeconds(5));
    succeeds("a write", () -> agent.write(beat(MEMBER, 9)));
    assertThat(agent.pollUntil(seen -> !seen.beats().isEmpty()).dataLost()).isFalse();
    assertThat(agent.poll().beats()).allMatch(beat -> beat.count() == 9);
  }

  private void assertBothFailInTime() {
    long since = System.nanoTime();
    Future<?> poll = agent.startPoll();
    Future<?> write = agent.startWrite(beat(MEMBER, 2));
    assertThatThrownBy(() -> await(poll)).hasMessageContaining("127.0.0.1:" + proxy.port());
    assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(POLL_BOUND);
    assertThatThrownBy(() -> await(write)).hasMessageContaining("127.0.0.1:" + proxy.port());
    assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(WRITE_BOUND);
  }

  @Test
  void aRestartIsALossOfDataOnce() {
    SERVER.kill();
    assertThatThrownBy(agent::poll).isInstanceOf(Exception.class);
    SERVER.start();
    assertBack(true);
  }

  @Test
  void aFlushIsALossOfDataOnce() {
    try (RawMemcached raw = new RawMemcached(SERVER.port())) {
      raw.flushAll();
    }
    assertBack(true);
  }

  @Test
  void aCutConnectionIsReplaced() {
    proxy.cut();
    assertBack(false);
  }

  @Test
  void aRefusedConnectionIsTriedAgain() {
    proxy.refuse();
    assertBothFailInTime();
    assertThatThrownBy(agent::poll).isInstanceOf(Exception.class);
    proxy.pass();
    assertBack(false);
  }

  @Test
  void aHungServerKeepsNobodyWaiting() {
    SERVER.pause();
    try {
      assertBothFailInTime();
      assertBothFailInTime();
    } finally {
      SERVER.resume();
    }
    assertBack(false);
  }

  @Test
  void aHungNetworkKeepsNobodyWaiting() {
    proxy.hang();
    assertBothFailInTime();
    proxy.pass();
    assertBack(false);
  }

  @Test
  void aHalfOpenConnectionIsReplaced() {
    proxy.hangAnswers();
    assertBothFailInTime();
    proxy.pass();
    assertBack(false);
  }

  @Test
  void aConnectionThatNeverAnswersAgainIsReplaced() {
    proxy.swallow();
    assertThatThrownBy(agent::poll).hasMessageContaining("did not answer");
    assertThat(agent.poll().dataLost()).as("by the next poll").isFalse();
    assertThatThrownBy(() -> agent.write(beat(MEMBER, 2))).hasMessageContaining("did not answer");
    assertThat(agent.write(beat(MEMBER, 3))).as("by the next write").isEmpty();
    assertBack(false);
  }

  @Test
  void aSlowServerIsWaitedFor() {
    proxy.delay(Duration.ofMillis(50));
    assertThat(agent.write(beat(MEMBER, 2))).isEmpty();
    assertThat(agent.poll().beats()).allMatch(beat -> beat.count() == 2);
    proxy.pass();
  }

  @Test
  void toCloseWaitsForNobody() {
    SERVER.pause();
    try {
      long since = System.nanoTime();
      agent.close();
      assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since)).isLessThan(6_000);
    } finally {
      SERVER.resume();
    }
  }

  @Test
  void aNameThatIsNotThereIsSaidInOneSentence() {
    assertThatThrownBy(() -> MemcachedHarness.open(VERTX, "b", "memcached://no.such.invalid"))
        .hasMessageContaining("no.such.invalid:11211: the name cannot be resolved");
  }

  @Test
  void aServerThatIsNotThereIsSaidInOneSentence() {
    proxy.refuse();
    assertThatThrownBy(() -> MemcachedHarness.open(VERTX, "b", SERVER.uri(proxy.port())))
        .hasMessageContaining("127.0.0.1:" + proxy.port())
        .hasMessageContaining("connection refused")
        .hasMessageNotContaining("Exception");
    proxy.pass();
  }
}
