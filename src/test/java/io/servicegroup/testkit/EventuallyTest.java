package io.servicegroup.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A wait that could not fail would make every test that waits green. */
class EventuallyTest {

  private final AtomicInteger looks = new AtomicInteger();

  private int failsTwice() throws IOException {
    if (looks.incrementAndGet() < 3) {
      throw new IOException("not yet");
    }
    return looks.get();
  }

  @Test
  void whatComesIsReturned() {
    assertThat(Eventually.await("three", looks::incrementAndGet, seen -> seen == 3)).isEqualTo(3);
    Eventually.await("five", () -> looks.incrementAndGet() == 5);
    assertThat(looks).hasValue(5);
  }

  @Test
  void whatDoesNotComeIsNamedWithWhatWasSeen() {
    assertThatThrownBy(() -> Eventually.await("a 7", Duration.ofMillis(20), () -> 6, s -> s == 7))
        .isInstanceOf(AssertionError.class)
        .hasMessage("a 7: not within PT0.02S; seen last: 6");
  }

  @Test
  void aFailureIsWaitedForOnlyWhereItMayBe() {
    assertThatThrownBy(() -> Eventually.await("a number", this::failsTwice, seen -> true))
        .isInstanceOf(IOException.class);
    assertThat(looks).hasValue(1);
    assertThat(Eventually.<Integer>succeeds("a number", this::failsTwice)).isEqualTo(3);
    assertThat(Eventually.succeeds("five", this::failsTwice, seen -> seen == 5)).isEqualTo(5);
  }

  @Test
  void whatArrivesIsTakenInOrder() {
    BlockingQueue<Integer> queue = new LinkedBlockingQueue<>(List.of(1, 2, 3, 4));
    assertThat(Eventually.next(queue)).isEqualTo(1);
    assertThat(Eventually.next(queue, number -> number > 2)).isEqualTo(3);
    assertThat(queue).containsExactly(4);
  }

  @Test
  void aFailedAnswerIsItsFailure() {
    assertThat(Eventually.await(Future.succeededFuture("yes"))).isEqualTo("yes");
    for (Exception failure : List.of(new IOException("no"), new TimeoutException("late"))) {
      assertThatThrownBy(() -> Eventually.await(Future.failedFuture(failure))).isSameAs(failure);
    }
  }
}
