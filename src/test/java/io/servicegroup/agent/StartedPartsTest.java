package io.servicegroup.agent;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartedPartsTest {

  private final StartedParts parts = new StartedParts();
  private final List<String> stopped = Collections.synchronizedList(new ArrayList<>());

  private void stop(Duration limit) {
    await(parts.stop(limit));
  }

  private void add(String name, Future<?> result) {
    parts.add(
        name,
        () -> {
          stopped.add(name);
          return result;
        });
  }

  @Test
  void theLastStartedIsStoppedFirstAndEachOnce() {
    add("a", Future.succeededFuture());
    add("b", Future.succeededFuture());
    stop(Duration.ofMinutes(1));
    stop(Duration.ofMinutes(1));
    assertThat(stopped).containsExactly("b", "a");
  }

  @Test
  void onePartThatHangsFailsOrThrowsKeepsNoOtherFromStopping() {
    add("a", Future.succeededFuture());
    parts.add(
        "throws",
        () -> {
          throw new IllegalStateException("no");
        });
    add("fails", Future.failedFuture("no"));
    add("hangs", Promise.promise().future());
    stop(Duration.ofMillis(400));
    assertThat(stopped).containsExactly("hangs", "fails", "a");
  }
}
