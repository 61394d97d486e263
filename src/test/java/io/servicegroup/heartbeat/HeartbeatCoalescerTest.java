package io.servicegroup.heartbeat;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeartbeatCoalescerTest {

  private final Vertx vertx = Vertx.vertx();
  private HeartbeatCoalescer coalescer;
  private int messages;

  @BeforeEach
  void prepare() {
    coalescer =
        new HeartbeatCoalescer(
            vertx,
            () -> {
              messages++;
              coalescer.sent();
            });
  }

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  /** Requests a message as soon as the last was sent, so many times. */
  private Future<Void> again(int times) {
    return times == 0
        ? Future.succeededFuture()
        : coalescer.request().compose(told -> again(times - 1));
  }

  private <T> void onContext(Supplier<Future<T>> work) throws Exception {
    Promise<T> done = Promise.promise();
    vertx.runOnContext(nothing -> work.get().onSuccess(done::complete).onFailure(done::fail));
    await(done.future());
  }

  @Test
  void changesThatComeTogetherAreOneMessage() throws Exception {
    onContext(
        () -> {
          coalescer.request();
          coalescer.request();
          return coalescer.request();
        });
    assertThat(messages).isEqualTo(1);
  }

  @Test
  void messagesKeepADistance() throws Exception {
    long started = System.nanoTime();
    onContext(() -> again(21));
    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started))
        .isGreaterThanOrEqualTo(20 * HeartbeatCoalescer.GAP_MILLIS - 20);
    assertThat(messages).isEqualTo(21);
  }

  @Test
  void nobodyWaitsForNewsThatWillNotBeTold() throws Exception {
    onContext(
        () -> {
          Future<Void> waiting = coalescer.request();
          coalescer.close();
          return waiting.compose(told -> coalescer.request());
        });
    assertThat(messages).isZero();
  }
}
