package io.servicegroup.liveness;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HedgedCallTest {

  private static final long AFTER = 20;
  private static final long BOUND = 20_000;

  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger late = new AtomicInteger();
  private final List<Promise<String>> attempts = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  @Test
  void isNotRepeatedWhereThereIsAnAnswer() throws Exception {
    Promise<Void> untouched = Promise.promise();
    // The first timer of all has the number 0.
    vertx.setTimer(AFTER * 3, id -> untouched.complete());
    Future<String> answer =
        HedgedCall.run(
            vertx, AFTER, BOUND, () -> Future.succeededFuture("at once"), late::incrementAndGet);
    assertThat(answer.result()).isEqualTo("at once");
    await(untouched.future());
    assertThat(late).hasValue(0);
  }

  @Test
  void theSecondCountsWhereItAnswersFirst() throws Exception {
    Future<String> answer = HedgedCall.run(vertx, AFTER, BOUND, this::attempt, this::answerSecond);
    assertThat(await(answer)).isEqualTo("second");
    attempts.get(0).complete("first");
    assertThat(answer.result()).isEqualTo("second");
  }

  private void answerSecond() {
    if (late.incrementAndGet() == 2) {
      attempts.get(1).complete("second");
    }
  }

  @Test
  void aSecondThatFailedIsRepeatedWhileTheFirstWaitsAndFailsNothing() throws Exception {
    Future<String> answer = HedgedCall.run(vertx, AFTER, BOUND, this::attempt, this::failBesides);
    assertThat(await(answer)).isEqualTo("third");
  }

  private void failBesides() {
    switch (late.incrementAndGet()) {
      case 2 -> attempts.get(1).fail("refused");
      case 3 -> attempts.get(2).complete("third");
      default -> {}
    }
  }

  @Test
  void nothingMoreIsBegunOnceItsTimeIsOver() {
    Future<String> answer =
        HedgedCall.run(vertx, AFTER, AFTER / 2, this::attempt, this::failBesides);
    assertThatThrownBy(() -> await(answer)).isInstanceOf(TimeoutException.class);
    int begun = attempts.size();
    attempts.get(0).fail("late");
    assertThat(attempts).hasSize(begun);
  }

  @Test
  void failsWhenNoneIsUnderWay() {
    Future<String> answer =
        HedgedCall.run(
            vertx, AFTER, BOUND, () -> Future.failedFuture("refused"), late::incrementAndGet);
    assertThat(answer.cause()).hasMessage("refused");
  }

  private Future<String> attempt() {
    Promise<String> attempt = Promise.promise();
    attempts.add(attempt);
    return attempt.future();
  }
}
