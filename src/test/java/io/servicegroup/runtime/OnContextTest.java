package io.servicegroup.runtime;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OnContextTest {

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  /** Where a future ends that was made on the context, and how. */
  private String ended(Supplier<Future<String>> make) throws Exception {
    CompletableFuture<String> ended = new CompletableFuture<>();
    context.runOnContext(
        turned ->
            make.get()
                .onComplete(
                    result ->
                        ended.complete(
                            (Vertx.currentContext() == context ? "here: " : "elsewhere: ")
                                + (result.succeeded()
                                    ? result.result()
                                    : result.cause() instanceof TimeoutException ? "late" : "?"))));
    return ended.get(10, TimeUnit.SECONDS);
  }

  private static Future<String> fromElsewhere() {
    Promise<String> done = Promise.promise();
    CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS)
        .execute(() -> done.complete("done"));
    return done.future();
  }

  @Test
  void whatEndsElsewhereEndsHere() throws Exception {
    assertThat(ended(OnContextTest::fromElsewhere)).isEqualTo("elsewhere: done");
    assertThat(ended(() -> OnContext.of(vertx, fromElsewhere()))).isEqualTo("here: done");
    assertThat(ended(() -> OnContext.within(vertx, 10_000, fromElsewhere())))
        .isEqualTo("here: done");
  }

  @Test
  void whatRunsOutOfTimeFailsHere() throws Exception {
    assertThat(ended(() -> OnContext.within(vertx, 20, Promise.<String>promise().future())))
        .isEqualTo("here: late");
    assertThat(ended(() -> OnContext.within(vertx, 0, Promise.<String>promise().future())))
        .isEqualTo("here: late");
  }

  @Test
  void whatHasEndedIsHandedOverAtOnce() throws Exception {
    assertThat(ended(() -> OnContext.within(vertx, 10, Future.succeededFuture("known"))))
        .isEqualTo("here: known");
  }
}
