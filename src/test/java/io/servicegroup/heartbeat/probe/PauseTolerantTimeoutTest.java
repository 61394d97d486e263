package io.servicegroup.heartbeat.probe;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PauseTolerantTimeoutTest {

  private static final Duration TIMEOUT = Duration.ofMillis(100);

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  private <T> Future<T> within(Future<T> answer) {
    return Future.future(
        promise ->
            vertx.runOnContext(
                nothing -> PauseTolerantTimeout.await(vertx, TIMEOUT, answer).onComplete(promise)));
  }

  @Test
  void anAnswerInTimeIsTheAnswer() throws Exception {
    Promise<String> answer = Promise.promise();
    Future<String> waiting = within(answer.future());
    answer.complete("yes");
    assertThat(await(waiting)).isEqualTo("yes");
    assertThat(await(within(Future.succeededFuture("known")))).isEqualTo("known");
  }

  @Test
  void aFailureInTimeIsTheFailure() {
    Promise<String> answer = Promise.promise();
    Future<String> waiting = within(answer.future());
    answer.fail(new ProbeFailure("no"));
    assertThatThrownBy(() -> await(waiting)).isInstanceOf(ProbeFailure.class);
  }

  @Test
  void noAnswerIsATimeout() {
    assertThatThrownBy(() -> await(within(Promise.promise().future())))
        .isInstanceOf(TimeoutException.class)
        .hasMessageContaining("no answer within 100 ms");
  }

  /** The clock jumps an hour between two readings, as it does for a process that was stopped. */
  @Test
  void aTimerThatFiresMuchTooLateStartsAgain() throws Exception {
    Promise<String> answer = Promise.promise();
    AtomicInteger readings = new AtomicInteger();
    LongSupplier paused =
        () -> {
          if (readings.incrementAndGet() == 3) {
            answer.complete("it had arrived long before"); // read after the late timer
          }
          return readings.get() == 1 ? 0 : TimeUnit.HOURS.toNanos(1);
        };
    Future<String> waiting =
        Future.future(
            promise ->
                vertx.runOnContext(
                    nothing ->
                        PauseTolerantTimeout.await(vertx, TIMEOUT, paused, answer.future())
                            .onComplete(promise)));
    assertThat(await(waiting)).isEqualTo("it had arrived long before");
  }
}
