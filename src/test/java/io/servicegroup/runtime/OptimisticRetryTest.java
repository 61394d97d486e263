package io.servicegroup.runtime;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who was overtaken tries again, not for ever, and nobody else does. */
class OptimisticRetryTest {

  private final Vertx vertx = Vertx.vertx();
  private final OptimisticRetry retry = new OptimisticRetry(vertx);
  private final AtomicInteger attempts = new AtomicInteger();

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  @Test
  void triesUntilNobodyIsFaster() throws Exception {
    assertThat(
            await(
                retry.repeat(
                    "it",
                    () ->
                        attempts.incrementAndGet() < 4
                            ? OptimisticRetry.overtaken()
                            : Future.succeededFuture("done"))))
        .isEqualTo("done");
    assertThat(attempts).hasValue(4);
  }

  @Test
  void givesUpWhereItIsAlwaysOvertaken() {
    assertThatThrownBy(
            () ->
                await(
                    retry.repeat(
                        "the item x",
                        () -> {
                          attempts.incrementAndGet();
                          return OptimisticRetry.overtaken();
                        })))
        .hasMessageContaining("the item x changes all the time: 40 attempts");
    assertThat(attempts).hasValue(40);
  }

  @Test
  void repeatsNoFailure() {
    assertThatThrownBy(
            () ->
                await(
                    retry.repeat(
                        "it",
                        () -> {
                          attempts.incrementAndGet();
                          return Future.failedFuture("away");
                        })))
        .hasMessageContaining("away");
    assertThat(attempts).hasValue(1);
  }
}
