package io.servicegroup.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SightingsDeltaTest {

  private static final List<Beat> NO_BEATS = List.of();
  private static final List<Absence> NONE_GONE = List.of();

  private final SightingsDelta delta = new SightingsDelta(Duration.ofSeconds(5));

  @Test
  void ofPresenceAreSaidOnceAndAgainAfterAReportInterval() {
    List<Beat> held = List.of(beat("a", 1), beat("b", 1));
    assertThat(see(0, NO_BEATS, held, NONE_GONE).held()).containsExactlyInAnyOrderElementsOf(held);
    for (int second = 1; second < 5; second++) {
      assertThat(see(second, NO_BEATS, held, NONE_GONE).held()).isEmpty();
    }
    assertThat(see(5, NO_BEATS, held, NONE_GONE).held()).containsExactlyInAnyOrderElementsOf(held);
    assertThat(see(6, NO_BEATS, held, NONE_GONE).held()).isEmpty();
  }

  @Test
  void arePresenceWithAnotherCountOrLife() {
    see(0, NO_BEATS, List.of(beat("a", 1)), NONE_GONE);
    assertThat(see(1, NO_BEATS, List.of(beat("a", 2)), NONE_GONE).held()).hasSize(1);
    Beat later = new Beat(id("a"), new Incarnation(2, "x"), 2);
    assertThat(see(2, NO_BEATS, List.of(later), NONE_GONE).held()).containsExactly(later);
  }

  @Test
  void areBeatsThatGrew() {
    assertThat(see(0, List.of(beat("a", 1)), NO_BEATS, NONE_GONE).beats()).hasSize(1);
    assertThat(see(1, List.of(beat("a", 1)), NO_BEATS, NONE_GONE).beats()).isEmpty();
    assertThat(see(2, List.of(beat("a", 2)), NO_BEATS, NONE_GONE).beats()).hasSize(1);
    assertThat(see(3, NO_BEATS, NO_BEATS, NONE_GONE).beats()).isEmpty();
    assertThat(see(4, List.of(beat("a", 2)), NO_BEATS, NONE_GONE).beats()).isEmpty();
    assertThat(see(5, List.of(beat("a", 2)), NO_BEATS, NONE_GONE).beats()).hasSize(1);
  }

  @Test
  void areEverythingWhenTheClockStartsAgain() {
    see(0, List.of(beat("a", 1)), List.of(beat("b", 1)), List.of(gone("c", 1)));
    Observation said =
        delta.of(
            seen(List.of(beat("a", 1)), List.of(beat("b", 1)), List.of(gone("c", 1))),
            true,
            seconds(1));
    assertThat(said.beats()).containsExactly(beat("a", 1));
    assertThat(said.held()).containsExactly(beat("b", 1));
    assertThat(said.gone()).containsExactly(gone("c", 1));
  }

  @Test
  void ofPresenceThatNobodyExplainsTheEndOfAreABeatThatStandsStill() {
    see(0, NO_BEATS, List.of(beat("a", 1), beat("b", 1), beat("c", 1)), NONE_GONE);
    Observation said = see(1, List.of(beat("b", 2)), List.of(beat("c", 1)), NONE_GONE);
    assertThat(said.beats()).containsExactlyInAnyOrder(beat("a", 1), beat("b", 2));
    assertThat(see(2, NO_BEATS, List.of(beat("c", 1)), NONE_GONE).beats()).isEmpty();
    // Said once more, in case that it was lost; and never when it is held again.
    assertThat(see(5, NO_BEATS, List.of(beat("c", 1)), NONE_GONE).beats())
        .containsExactly(beat("a", 1));
    see(6, NO_BEATS, NO_BEATS, NONE_GONE);
    Observation again = see(7, NO_BEATS, List.of(beat("c", 1)), NONE_GONE);
    assertThat(again.held()).containsExactly(beat("c", 1));
    assertThat(see(10, NO_BEATS, List.of(beat("c", 1)), NONE_GONE).beats()).isEmpty();
  }

  @Test
  void ofABeatThatStoodStillBeforeItWasHeldAreSaid() {
    see(0, List.of(beat("a", 1)), NO_BEATS, NONE_GONE);
    assertThat(see(1, NO_BEATS, List.of(beat("a", 1)), NONE_GONE).held()).hasSize(1);
    assertThat(see(2, List.of(beat("a", 1)), NO_BEATS, NONE_GONE).beats()).hasSize(1);
  }

  @Test
  void ofAbsencesAreSaidOnceAndOnceMore() {
    see(0, NO_BEATS, List.of(beat("a", 1)), NONE_GONE);
    Observation said = see(1, NO_BEATS, NO_BEATS, List.of(gone("a", 1)));
    assertThat(said.gone()).hasSize(1);
    assertThat(said.beats()).isEmpty();
    assertThat(see(2, NO_BEATS, NO_BEATS, List.of(gone("a", 1))).gone()).isEmpty();
    assertThat(see(5, NO_BEATS, NO_BEATS, NONE_GONE).gone()).hasSize(1);
    assertThat(see(10, NO_BEATS, NO_BEATS, NONE_GONE).gone()).isEmpty();
  }

  @Test
  void areNoAbsenceThatAPresenceOvertook() {
    see(0, NO_BEATS, List.of(beat("a", 1)), NONE_GONE);
    see(1, NO_BEATS, NO_BEATS, List.of(gone("a", 1)));
    assertThat(see(2, NO_BEATS, List.of(beat("a", 1)), NONE_GONE).held()).hasSize(1);
    Observation whole = see(5, NO_BEATS, List.of(beat("a", 1)), NONE_GONE);
    assertThat(whole.gone()).isEmpty();
    assertThat(whole.held()).hasSize(1);
  }

  @Test
  void ofAFailureBesideACountThatStandsStillAreSaidOnce() {
    List<Beat> beats = List.of(beat("a", 1));
    List<Absence> gone = List.of(gone("a", 1));
    assertThat(see(0, beats, NO_BEATS, gone).gone()).hasSize(1);
    for (int second = 1; second < 5; second++) {
      Observation said = see(second, beats, NO_BEATS, gone);
      assertThat(said.beats()).isEmpty();
      assertThat(said.gone()).isEmpty();
    }
  }

  private Observation see(long second, List<Beat> beats, List<Beat> held, List<Absence> gone) {
    return delta.of(seen(beats, held, gone), false, seconds(second));
  }

  private static Observation seen(List<Beat> beats, List<Beat> held, List<Absence> gone) {
    return new Observation(beats, held, gone, List.of(), false);
  }

  private static MemberId id(String host) {
    return new MemberId("g", host);
  }

  private static Beat beat(String host, long count) {
    return new Beat(id(host), new Incarnation(1, "x"), count);
  }

  private static Absence gone(String host, long count) {
    return new Absence(id(host), new Incarnation(1, "x"), count, Cause.SESSION_EXPIRED);
  }

  private static long seconds(long seconds) {
    return TimeUnit.SECONDS.toNanos(seconds);
  }
}
