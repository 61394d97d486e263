package io.servicegroup.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReconnectPauseTest {

  private static final Duration LONGEST = Duration.ofSeconds(5);

  private long nanos = -17;
  private final ReconnectPause pause = new ReconnectPause(LONGEST, () -> nanos);

  @Test
  void restsAfterEachFailureEverLongerAndNeverLongerThanItsLimit() {
    assertThat(pause.left()).isZero();
    Duration before = Duration.ZERO;
    for (int i = 0; i < 10; i++) {
      pause.failed(new IllegalStateException("no " + i));
      assertThat(pause.why()).hasMessage("no " + i);
      assertThat(pause.left()).isPositive().isLessThanOrEqualTo(LONGEST);
      before = pause.left();
      nanos += before.toNanos();
      assertThat(pause.left()).isZero();
      assertThat(pause.why()).as("until it answers").isNotNull();
    }
    assertThat(before).isGreaterThanOrEqualTo(LONGEST.dividedBy(2));
  }

  @Test
  void aSingleLateAnswerIsTriedAnewAtOnce() {
    pause.late(new IllegalStateException("late"));
    assertThat(pause.left()).isZero();
    pause.late(new IllegalStateException("late again"));
    assertThat(pause.left()).isPositive();
    assertThat(pause.why()).hasMessage("late again");
  }

  @Test
  void isOverWhenTheRemoteAnswers() {
    for (int i = 0; i < 10; i++) {
      pause.failed(new IllegalStateException("no"));
    }
    pause.succeeded();
    assertThat(pause.left()).isZero();
    assertThat(pause.why()).isNull();
    pause.failed(new IllegalStateException("no"));
    assertThat(pause.left()).isLessThanOrEqualTo(Duration.ofMillis(200));
  }
}
