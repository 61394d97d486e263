package io.servicegroup.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestTest {

  private static final Duration LONGEST = Duration.ofSeconds(5);

  private long nanos = -17;
  private final Rest rest = new Rest(LONGEST, () -> nanos);

  @Test
  void restsAfterEachFailureEverLongerAndNeverLongerThanItsLimit() {
    assertThat(rest.left()).isZero();
    Duration before = Duration.ZERO;
    for (int i = 0; i < 10; i++) {
      rest.failed(new IllegalStateException("no " + i));
      assertThat(rest.why()).hasMessage("no " + i);
      assertThat(rest.left()).isPositive().isLessThanOrEqualTo(LONGEST);
      before = rest.left();
      nanos += before.toNanos();
      assertThat(rest.left()).isZero();
      assertThat(rest.why()).as("until it answers").isNotNull();
    }
    assertThat(before).isGreaterThanOrEqualTo(LONGEST.dividedBy(2));
  }

  @Test
  void aSingleLateAnswerIsTriedAnewAtOnce() {
    rest.late(new IllegalStateException("late"));
    assertThat(rest.left()).isZero();
    rest.late(new IllegalStateException("late again"));
    assertThat(rest.left()).isPositive();
    assertThat(rest.why()).hasMessage("late again");
  }

  @Test
  void isOverWhenTheRemoteAnswers() {
    for (int i = 0; i < 10; i++) {
      rest.failed(new IllegalStateException("no"));
    }
    rest.succeeded();
    assertThat(rest.left()).isZero();
    assertThat(rest.why()).isNull();
    rest.failed(new IllegalStateException("no"));
    assertThat(rest.left()).isLessThanOrEqualTo(Duration.ofMillis(200));
  }
}
