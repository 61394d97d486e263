package io.servicegroup.backend.zookeeper;

import static io.servicegroup.backend.zookeeper.ZooKeeperRig.life;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.backend.tooz.Capabilities;
import io.servicegroup.backend.zookeeper.ZooKeeperRig.Agent;
import io.servicegroup.liveness.Life;
import io.servicegroup.liveness.Sight;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.testkit.Started;
import io.servicegroup.testkit.TcpProxy;
import io.servicegroup.testkit.ZooKeeperServer;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens to members when their session, its connection or its servers have a bad time. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ZooKeeperSessionIT {

  private static final String SHORT = "?timeout=2";
  private static final Duration BACK = Duration.ofSeconds(5);

  @Started private static ZooKeeperServer server;
  private final ZooKeeperRig rig = new ZooKeeperRig();

  @AfterEach
  void close() {
    rig.close();
  }

  private Agent present(String uri, Agent watcher, Life life) {
    Agent writer = rig.agent(uri, true);
    writer.joined(life);
    watcher.joined(life);
    writer.write(life);
    watcher.awaitHeld(life);
    return writer;
  }

  @Test
  void aSessionThatEndedIsFollowedByAnotherWithAllMembers() throws Exception {
    Life life = life("expired", "h1");
    Agent watcher = rig.agent(server.uri(), false);
    Agent writer = present(server.uri(), watcher, life);
    long first = watcher.awaitHeld(life).held().count();
    long started = System.nanoTime();
    rig.expire(writer, server.uri());
    Sight back =
        watcher.await(
            life.id(),
            sight -> sight.held() != null && sight.isAlive(life) && sight.held().count() > first);
    assertThat(back.held().count()).isGreaterThan(first);
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(BACK);
  }

  @Test
  void aSessionIsCutOffWhileItsOwnersLoopIsBlocked() {
    // On loops of its own.
    try (ZooKeeperRig others = new ZooKeeperRig()) {
      Life life = life("blocked", "h1");
      Agent watcher = others.agent(server.uri(), false);
      Agent writer = present(server.uri(), watcher, life);
      CountDownLatch turning = new CountDownLatch(1);
      Future<Boolean> loop =
          writer
              .harness()
              .start(
                  () ->
                      Future.succeededFuture(awaitUninterruptibly(turning, BACK.multipliedBy(4))));
      writer.backend().lifeline().orElseThrow().run();
      watcher.awaitGone(life, Cause.SESSION_EXPIRED);
      turning.countDown();
      assertThat(await(loop)).isTrue();
      await(writer.harness().start(() -> writer.backend().release()));
      writer.write(life);
      watcher.awaitHeld(life);
    }
  }

  private static boolean awaitUninterruptibly(CountDownLatch latch, Duration time) {
    try {
      return latch.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Test
  void aLostConnectionIsNoLostSession() {
    Life life = life("cut", "h1");
    Agent watcher = rig.agent(server.uri(), false);
    try (TcpProxy proxy = TcpProxy.to(server.port())) {
      Agent writer = present(server.uri(proxy.port()), watcher, life);
      long count = watcher.awaitHeld(life).held().count();
      long session = writer.backend().credentials().id();
      proxy.cut();
      writer.awaitHeld(life);
      writer.write(life);
      assertThat(writer.backend().credentials().id()).isEqualTo(session);
      assertThat(watcher.awaitHeld(life).held().count()).isEqualTo(count);
    }
  }

  @Test
  void aConnectionThatCarriesNothingAnyMoreIsReplacedAndTheSessionKept() {
    Life life = life("swallowed", "h1");
    Agent watcher = rig.agent(server.uri(), false);
    try (TcpProxy proxy = TcpProxy.to(server.port())) {
      Agent writer = present(server.uri(proxy.port()) + "?timeout=9", watcher, life);
      long count = watcher.awaitHeld(life).held().count();
      proxy.swallow();
      writer.awaitHeld(life);
      writer.write(life);
      assertThat(watcher.awaitHeld(life).held().count()).isEqualTo(count);
    }
  }

  @Test
  void anAgentThatHangsLongerThanItsSessionIsGoneAndComesBack() {
    Life life = life("hung", "h1");
    Agent watcher = rig.agent(server.uri(), false);
    try (TcpProxy proxy = TcpProxy.to(server.port())) {
      Agent writer = present(server.uri(proxy.port()) + SHORT, watcher, life);
      long count = watcher.awaitHeld(life).held().count();
      proxy.hang();
      Sight gone = watcher.awaitGone(life, Cause.SESSION_EXPIRED);
      assertThat(gone.gone().count()).isEqualTo(count);
      long passed = System.nanoTime();
      proxy.pass();
      assertThat(watcher.awaitHeld(life).held().count()).isGreaterThan(count);
      assertThat(Duration.ofNanos(System.nanoTime() - passed)).isLessThan(BACK);
      writer.awaitHeld(life);
    }
  }

  @Test
  void theNodeOfAnOldSessionIsTakenOverAndNobodySeesItGo() throws Exception {
    Life life = life("taken", "h1");
    Agent watcher = rig.agent(server.uri(), false);
    watcher.joined(life);
    ZooKeeperConnection old = rig.client(server.uri());
    ZooKeeperRig.put(old, "/tooz/taken", new byte[0], CreateMode.PERSISTENT);
    ZooKeeperRig.put(old, "/tooz/taken/h1", Capabilities.of(life.member()), CreateMode.EPHEMERAL);
    long count = watcher.awaitHeld(life).held().count();
    Agent writer = rig.agent(server.uri(), true);
    writer.joined(life);
    writer.write(life);
    watcher.await(
        life.id(),
        sight -> {
          assertThat(sight.gone()).isNull();
          return sight.held() != null && sight.held().count() > count;
        });
    old.close();
    assertThat(Sight.of(life.id(), watcher.poll()).isAlive(life)).isTrue();
    assertThat(old.getState().isAlive()).isFalse();
  }

  @Test
  void serversThatWereFrozenLongerThanTheSessionLoseNobody() {
    Life life = life("frozen", "h1");
    Agent watcher = rig.agent(server.uri() + SHORT, false);
    Agent writer = present(server.uri() + SHORT, watcher, life);
    server.pause();
    try {
      writer.harness().awaitNews(Duration.ofSeconds(5));
    } finally {
      server.resume();
    }
    watcher.awaitHeld(life);
    writer.write(life);
    Sight sight = watcher.awaitHeld(life);
    assertThat(sight.gone()).isNull();
  }

  @Test
  void serversThatComeBackWithTheirDataKeepTheSession() {
    Life life = life("restarted", "h1");
    Agent watcher = rig.agent(server.uri(), false);
    Agent writer = present(server.uri(), watcher, life);
    long count = watcher.awaitHeld(life).held().count();
    server.kill();
    server.start();
    assertThat(watcher.awaitHeld(life).held().count()).isEqualTo(count);
    writer.awaitHeld(life);
  }

  @Test
  void serversThatComeBackEmptyAreTakenAndHaveAllMembersWithoutAWrite() {
    Life life = life("emptied", "h1");
    Agent watcher = rig.agent(server.uri(), false);
    Agent writer = present(server.uri(), watcher, life);
    assertThat(writer.poll().dataLost()).isFalse();
    assertThat(watcher.poll().dataLost()).isFalse();
    server.startEmpty();
    long started = System.nanoTime();
    assertThat(writer.poll().dataLost()).isTrue();
    watcher.awaitHeld(life);
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(10));
    assertThat(writer.poll().dataLost()).isFalse();
  }

  @Test
  void whoReleasesItsPresenceIsGoneUntilItWritesAgain() {
    Life life = life("released", "h1");
    Agent watcher = rig.agent(server.uri(), false);
    Agent writer = present(server.uri(), watcher, life);
    await(writer.harness().start(() -> writer.backend().release()));
    watcher.awaitGone(life, Cause.SESSION_EXPIRED);
    writer.poll();
    assertThat(Sight.of(life.id(), watcher.poll()).held()).isNull();
    writer.write(life);
    watcher.awaitHeld(life);
  }
}
