package io.servicegroup.catalog;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.BackendState;
import io.servicegroup.testkit.Logged;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StoreOutageLogTest {

  private static final Duration GRACE = Duration.ofMillis(20);
  private static final Exception REFUSED = new Exception("connection refused");

  private final Vertx vertx = Vertx.vertx();
  private final StoreOutageLog outage =
      new StoreOutageLog("redis://h:6379", vertx, Set.of("redis"), GRACE);

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  @Test
  void isSaidByTheBackendInTheSamePlace() {
    assertThat(
            Logged.during(
                () -> {
                  outage.failed(REFUSED);
                  outage.backend(state(BackendState.State.UNREACHABLE));
                  outage.failed(REFUSED);
                  waitForGrace();
                  assertThat(outage.isLost()).isTrue();
                  outage.backend(state(BackendState.State.REACHABLE));
                  outage.succeeded();
                  waitForGrace();
                }))
        .isEmpty();
    assertThat(outage.isLost()).isFalse();
  }

  @Test
  void isSaidWhereTheBackendIsReachedAllTheSame() {
    List<String> lines =
        Logged.during(
            () -> {
              outage.failed(REFUSED);
              waitForGrace();
              outage.failed(REFUSED);
              outage.succeeded();
            });
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0))
        .isEqualTo("The catalogue redis://h:6379 cannot be reached: connection refused");
    assertThat(lines.get(1)).contains("is back");
  }

  @Test
  void isSaidAtOnceWhereNoBackendIsInTheSamePlace() {
    StoreOutageLog alone = new StoreOutageLog("redis://h:6379", vertx, Set.of(), GRACE);
    assertThat(Logged.during(() -> alone.failed(REFUSED))).hasSize(1);
  }

  private static BackendState state(BackendState.State state) {
    return new BackendState("redis", state, Instant.EPOCH, null);
  }

  /** Timers of one Vert.x fire in order. */
  private void waitForGrace() {
    await(vertx.timer(GRACE.multipliedBy(3).toMillis(), TimeUnit.MILLISECONDS));
  }
}
