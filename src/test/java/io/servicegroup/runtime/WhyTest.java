package io.servicegroup.runtime;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class WhyTest {

  @Test
  void isOneLineOfWords() {
    assertThat(Why.of(new IllegalStateException("first\nsecond"))).isEqualTo("first");
    assertThat(Why.of(new IllegalStateException("a\tb\u001b[31m"))).isEqualTo("a b [31m");
    assertThat(Why.of(new IllegalStateException("x".repeat(5_000)))).hasSizeLessThan(310);
  }

  @Test
  void isNeverNothing() {
    assertThat(Why.of(new TimeoutException())).isEqualTo("no answer in time");
    assertThat(Why.of(new IllegalStateException()))
        .isEqualTo("something unexpected (IllegalStateException)");
  }

  /** As Vert.x words it: an upgrade that does so by another type shows here. */
  @Test
  void saysNothingOfATimer() {
    Vertx vertx = Vertx.vertx();
    try {
      Future<?> never = Promise.promise().future();
      assertThat(Why.of(failure(never.timeout(1, TimeUnit.MILLISECONDS))))
          .isEqualTo("no answer in time");
      assertThat(Why.of(failure(OnContext.within(vertx, 5, never))))
          .isEqualTo("no answer within 5 ms");
    } finally {
      vertx.close();
    }
  }

  private static Throwable failure(Future<?> future) {
    return await(future.map((Throwable) null).otherwise(failure -> failure));
  }
}
