package io.servicegroup.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Watch;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When the next poll is due; times are in milliseconds, intervals may be a tenth shorter. */
class PollPlanTest {

  private static final LivenessSettings SETTINGS =
      new LivenessSettings(
          "fake",
          "agent",
          BackendUri.parse("postgresql://127.0.0.1/x"),
          Duration.ofSeconds(5),
          Duration.ofSeconds(15),
          Duration.ofSeconds(1),
          Watch.OWN);

  private final PollPlan plan = new PollPlan(SETTINGS, nanos(0));

  private static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private long untilDue(long atMillis) {
    return TimeUnit.NANOSECONDS.toMillis(plan.untilDue(nanos(atMillis)));
  }

  private void poll(long atMillis, boolean calm) {
    plan.begins(nanos(atMillis));
    plan.polled(calm);
  }

  @Test
  void theFirstPollIsDueAtOnce() {
    assertThat(untilDue(0)).isZero();
    poll(0, true);
    assertThat(untilDue(0)).isPositive();
  }

  @Test
  void afterTheStartEveryPollIntervalCounts() {
    for (long at = 0; at < 15_000; at += 1_000) {
      poll(at, true);
      plan.wrote(nanos(at));
      assertThat(untilDue(at)).isBetween(900L, 1_000L);
    }
    poll(15_000, true);
    assertThat(untilDue(15_000)).isBetween(4_500L, 5_000L);
  }

  @Test
  void withoutNewsByItselfEveryPollIntervalCounts() {
    poll(20_000, false);
    assertThat(untilDue(20_000)).isBetween(900L, 1_000L);
  }

  @Test
  void aWriteThatStandsForAPollLetsTheNextWriteComeFirst() {
    poll(20_000, false);
    plan.wrote(nanos(20_500));
    assertThat(untilDue(20_500)).isEqualTo(5_500);
    assertThat(plan.plannedNanos(nanos(20_500))).isEqualTo(nanos(5_500));
    plan.wrote(nanos(25_500));
    assertThat(untilDue(25_500)).isEqualTo(5_500);
    assertThat(untilDue(31_000)).as("no write came").isNotPositive();
    poll(31_000, false);
    assertThat(untilDue(31_000)).as("every poll_interval").isBetween(900L, 1_000L);
    plan.wrote(nanos(32_000));
    assertThat(untilDue(32_000)).isEqualTo(5_500);
  }

  @Test
  void aPollInBetweenDoesNotDelayTheOneThatFollowsAMissingWrite() {
    poll(20_000, false);
    plan.wrote(nanos(20_500));
    poll(22_000, false);
    assertThat(untilDue(22_000)).isEqualTo(4_000);
    assertThat(untilDue(26_000)).isNotPositive();
  }

  @Test
  void aWriteThatBeganBeforeThePollDoesNotBringTheNextPollForward() {
    poll(20_000, false);
    plan.wrote(nanos(19_900));
    assertThat(untilDue(20_000)).isEqualTo(5_400);
  }

  @Test
  void newsIsPolledForAtOnce() {
    poll(20_000, true);
    plan.want();
    assertThat(untilDue(20_001)).isZero();
    poll(20_001, true);
    assertThat(untilDue(20_001)).isBetween(4_500L, 5_000L);
  }

  @Test
  void afterALossEveryPollIntervalCountsForAServiceDownTime() {
    poll(20_000, true);
    plan.wrote(nanos(20_000));
    plan.careful(nanos(20_500));
    assertThat(untilDue(20_500)).isBetween(400L, 500L);
    poll(35_499, true);
    assertThat(untilDue(35_499)).isBetween(900L, 1_000L);
    poll(35_500, true);
    assertThat(untilDue(35_500)).isBetween(4_500L, 5_000L);
  }

  @Test
  void whatIsPlannedIsNeverLessThanAPoll() {
    poll(20_000, true);
    assertThat(plan.plannedNanos(nanos(20_000))).isBetween(nanos(4_500), nanos(5_000));
    plan.careful(nanos(20_000));
    assertThat(plan.plannedNanos(nanos(20_000))).isBetween(nanos(900), nanos(1_000));
  }
}
