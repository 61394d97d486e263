package io.servicegroup.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {

  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofSeconds(1);

  @Test
  void waitsTwiceAsLongEachTimeUpToItsLimit() {
    Backoff backoff = new Backoff(FIRST, LONGEST, () -> 0);
    assertThat(waits(backoff, 6)).containsExactly(100L, 200L, 400L, 800L, 1000L, 1000L);
  }

  @Test
  void beginsAnewAfterASuccess() {
    Backoff backoff = new Backoff(FIRST, LONGEST, () -> 0);
    waits(backoff, 5);
    backoff.succeeded();
    assertThat(waits(backoff, 2)).containsExactly(100L, 200L);
  }

  @Test
  void isNeverLongerThanItsLimitNorShorterThanHalfOfItsStep() {
    Backoff latest = new Backoff(FIRST, LONGEST, () -> 0.999_999);
    assertThat(waits(latest, 6)).containsExactly(50L, 100L, 200L, 400L, 500L, 500L);
    assertThat(waits(new Backoff(LONGEST, FIRST, () -> 0), 2)).containsExactly(100L, 100L);
  }

  @Test
  void aThousandDoNotComeBackTogether() {
    Set<Long> waits = new HashSet<>();
    IntStream.range(0, 1000)
        .forEach(agent -> waits.add(new Backoff(LONGEST, LONGEST).failed().toMillis()));
    assertThat(waits).hasSizeGreaterThan(200).allMatch(wait -> wait >= 500 && wait <= 1000);
  }

  private static List<Long> waits(Backoff backoff, int many) {
    return IntStream.range(0, many).mapToObj(i -> backoff.failed().toMillis()).toList();
  }
}
