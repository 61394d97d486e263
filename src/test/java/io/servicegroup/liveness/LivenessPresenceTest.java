package io.servicegroup.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Presence, which a backend holds while heartbeats are heard. */
class LivenessPresenceTest extends LivenessVerticleRig {
  @Test
  void givesUpPresenceOnceWhenTheHeartbeatsStop() throws Exception {
    deploy(POLL);
    publish(alive("a", 1));
    awaitPermits(backend.released, 1);
    publish(alive("a", 2));
    awaitPermits(backend.released, 1);
    assertThat(backend.writes).hasSize(2);
    assertThat(backend.released.tryAcquire(SERVICE_DOWN.toMillis() * 2, TimeUnit.MILLISECONDS))
        .isFalse();
  }

  @Test
  void cutsPresenceOffWhileItsEventLoopIsBlocked() throws Exception {
    deploy(POLL);
    publish(alive("a", 1));
    backend.awaitWrites(1);
    CountDownLatch blocked = new CountDownLatch(1);
    backend.polls =
        () -> {
          awaitQuietly(blocked);
          return Future.succeededFuture(FakeBackend.NOTHING);
        };
    // Heartbeats go on: a loop that is blocked hears none.
    boolean cut = false;
    for (int count = 2; !cut && count < 200; count++) {
      publish(alive("a", count));
      cut = backend.cut.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS);
    }
    assertThat(cut).isTrue();
    assertThat(backend.released.availablePermits()).isZero();
    backend.polls = () -> Future.succeededFuture(FakeBackend.NOTHING);
    blocked.countDown();
    awaitPermits(backend.released, 1);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void repeatsNoWriteAfterItGaveUpPresence() throws Exception {
    backend.writing = () -> Future.failedFuture("away");
    deploy(POLL);
    publish(alive("a", 1));
    awaitPermits(backend.released, 1);
    int writes = backend.writes.size();
    assertThat(backend.released.tryAcquire(SERVICE_DOWN.toMillis(), TimeUnit.MILLISECONDS))
        .isFalse();
    assertThat(backend.writes).hasSize(writes);
  }

  @Test
  void keepsPresenceWhileHeartbeatsAreHeard() throws Exception {
    deploy(POLL);
    long end = System.nanoTime() + SERVICE_DOWN.multipliedBy(3).toNanos();
    for (int count = 1; System.nanoTime() < end; count++) {
      publish(alive("a", count));
      assertThat(backend.released.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
    }
  }
}
