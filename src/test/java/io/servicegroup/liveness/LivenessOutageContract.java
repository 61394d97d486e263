package io.servicegroup.liveness;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.testkit.TcpProxy;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every backend does when its server is stopped, hung or emptied. */
public abstract class LivenessOutageContract extends LivenessFixture {

  /** Two thirds of {@code service_down_time} are promised; the rest is a loaded machine. */
  private static final Duration BOUND =
      SERVICE_DOWN_TIME.multipliedBy(2).dividedBy(3).plusSeconds(5);

  private static final Duration CLOSING = Duration.ofSeconds(15);

  @Test
  @Needs(Capability.SERVER)
  void whatAServerLostIsNoticedOnceAndMadeGoodByTheNextWrite() {
    Life life = join("h1");
    writer.write(life.alive());
    writer.poll();
    seeAlive(watcher, life);
    assertThat(writer.poll().dataLost()).isFalse();
    assertThat(watcher.poll().dataLost()).isFalse();

    empty();
    assertThat(losses(watcher)).as("of one without members").isEqualTo(1);
    eventuallyBeat(writer, life);
    assertThat(losses(writer)).as("of one with members").isEqualTo(1);
    assertThat(writer.write(life.alive())).isEmpty();
    seeAlive(watcher, life);
    assertThat(watcher.poll().dataLost()).isFalse();
  }

  private int losses(LivenessHarness agent) {
    int losses = 0;
    for (int i = 0; i < 4; i++) {
      losses += eventually(agent::poll).dataLost() ? 1 : 0;
    }
    return losses;
  }

  @Test
  @Needs(Capability.SERVER)
  void aServerThatWasAwayIsFoundAgain() {
    Life life = join("h1");
    writer.write(life.alive());
    seeAlive(watcher, life);

    server.stop();
    try {
      assertAllFail(watcher.startPoll(), writer.startWrite(life.alive()), writer.startPoll());
    } finally {
      server.start();
    }
    List<Boolean> losses = new ArrayList<>();
    losses.add(eventually(watcher::poll).dataLost());
    eventuallyBeat(writer, life);
    seeAlive(watcher, life);
    losses.add(watcher.poll().dataLost());
    losses.add(eventually(writer::poll).dataLost());
    if (has(Capability.SURVIVES_RESTART)) {
      assertThat(losses).containsOnly(false);
    }
    assertThat(watcher.poll().dataLost()).isFalse();
  }

  @Test
  @Needs(Capability.SERVER)
  void aServerThatHangsKeepsNobodyWaiting() {
    Life life = join("h1");
    writer.write(life.alive());
    seeAlive(watcher, life);

    server.pause();
    try {
      assertAllFail(watcher.startPoll(), writer.startWrite(life.alive()));
      assertAllFail(watcher.startPoll());
    } finally {
      server.resume();
    }
    eventually(watcher::poll);
    eventuallyBeat(writer, life);
    seeAlive(watcher, life);
    assertThat(watcher.poll().dataLost()).isFalse();
  }

  private static void assertAllFail(Future<?>... calls) {
    long started = System.nanoTime();
    for (Future<?> call : calls) {
      assertThatThrownBy(() -> await(call)).isInstanceOf(Exception.class);
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(BOUND);
    }
  }

  @Test
  @Needs(Capability.SERVER)
  void theFirstContactMayFailAndBeTriedAgain() {
    LivenessHarness late = agent("late", uri(), INTERVAL, false);
    server.stop();
    try {
      assertThatThrownBy(late::open).isInstanceOf(Exception.class);
    } finally {
      server.start();
    }
    eventually(late::open);
    assertThat(eventually(late::poll).dataLost()).isFalse();
  }

  @Test
  @Needs(Capability.SERVER)
  void closingTakesNoServer() {
    Life life = join("h1");
    writer.write(life.alive());
    watcher.poll();
    server.pause();
    long started = System.nanoTime();
    try {
      watcher.close();
      writer.close();
    } finally {
      server.resume();
    }
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(CLOSING);
    writer.close();
  }

  @Test
  @Needs(Capability.SERVER)
  void afterClosingNothingIsLeftOpen() {
    try (TcpProxy proxy = TcpProxy.to(server.port())) {
      LivenessHarness agent = agent("a", server.uri(proxy.port()), INTERVAL, false).open();
      Life life = join(List.of(id("h1")), agent, watcher).get(0);
      agent.write(life.alive());
      agent.poll();
      assertThat(proxy.connections()).isPositive();
      agent.close();
      await("no connection is left", proxy::connections, open -> open == 0);
      agent.close();
    }
  }

  @Test
  void whatWasNeverOpenedCanBeClosed() {
    agent("never", uri(), INTERVAL, false).close();
  }
}
