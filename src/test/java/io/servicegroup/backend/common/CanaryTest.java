package io.servicegroup.backend.common;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store that lost what it had been given gives itself away, and no other does. */
class CanaryTest {

  private final AtomicLong nanos = new AtomicLong(7);
  private final Canary canary = new Canary(nanos::get);

  @Test
  void whatWasWrittenIsFound() {
    String stored = null;
    for (int i = 0; i < 5; i++) {
      Canary.Round round = canary.begin();
      round.found(stored);
      stored = round.text();
      round.written();
      assertThat(canary.takeLost()).isFalse();
    }
  }

  @Test
  void nothingHasToBeThereBeforeItWasAcknowledged() {
    Canary.Round first = canary.begin();
    first.found(null);
    Canary.Round second = canary.begin();
    second.found(null);
    assertThat(canary.takeLost()).isFalse();
    second.written();
    assertThat(second.text()).isNotEqualTo(first.text());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "another 9", "%s", "%s ", "%s x", "%s -1", "%s 1", "%s 99999999999999999999"})
  void lessIsALoss(String found) {
    canary.begin().written();
    canary.begin().written();
    canary.begin().found(found.formatted(canary.nonce()));
    assertThat(canary.takeLost()).isTrue();
    assertThat(canary.takeLost()).isFalse();
  }

  @Test
  void aWriteWhoseAnswerWasLostMayHaveArrived() {
    canary.begin().written();
    String unheard = canary.begin().text();
    canary.begin().found(unheard);
    assertThat(canary.takeLost()).isFalse();
  }

  @Test
  void whatIsAcknowledgedLateIsExpectedLater() {
    Canary.Round first = canary.begin();
    first.written();
    Canary.Round slow = canary.begin();
    Canary.Round next = canary.begin();
    // The answers of the poll before come between the question and the answer of this one.
    slow.written();
    next.found(first.text());
    assertThat(canary.takeLost()).isFalse();
    assertThat(canary.begin().expected()).isEqualTo(slow.count());
  }

  @Test
  void anAcknowledgementOfAnEarlierOneSaysNothingOfALaterOne() {
    Canary.Round first = canary.begin();
    Canary.Round second = canary.begin();
    second.written();
    first.written();
    assertThat(canary.begin().expected()).isEqualTo(second.count());
  }

  @Test
  void oneThatExpiredWhileTheMachineSleptIsNotLost() {
    canary.begin().written();
    nanos.addAndGet(Canary.LIFETIME.toNanos());
    canary.begin().found(null);
    assertThat(canary.takeLost()).isFalse();
    nanos.addAndGet(-1);
    canary.begin().found(null);
    assertThat(canary.takeLost()).isTrue();
  }

  @Test
  void aLossIsToldThoughItsPollFailed() {
    canary.begin().written();
    canary.begin().found(null);
    Canary.Round next = canary.begin();
    next.written();
    canary.begin().found(next.text());
    assertThat(canary.takeLost()).isTrue();
  }
}
