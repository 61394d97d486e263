package io.servicegroup.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, unit = TimeUnit.SECONDS)
class AwaitTest {

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void end() {
    Await.end(vertx);
  }

  @Test
  void workRunsOnAnEventLoop() throws Exception {
    boolean onEventLoop =
        Await.onContext(vertx, () -> Future.succeededFuture(Context.isOnEventLoopThread()));
    assertThat(onEventLoop).isTrue();
  }

  @Test
  void workThatThrowsEndsTheWait() {
    assertThatThrownBy(
            () ->
                Await.onContext(
                    vertx,
                    () -> {
                      throw new IllegalStateException("it cannot be begun");
                    }))
        .hasMessage("it cannot be begun");
  }
}
