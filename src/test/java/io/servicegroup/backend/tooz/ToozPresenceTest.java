package io.servicegroup.backend.tooz;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.backend.tooz.ToozPresence.Listed;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ToozPresenceTest {

  private static final MemberId ONE = new MemberId("compute", "py-1");
  private static final MemberId TWO = new MemberId("compute", "py-2");
  private static final long DOWN = Duration.ofSeconds(15).toNanos();

  private final ToozPresence presence = new ToozPresence(Duration.ofNanos(DOWN));

  private void held(MemberId id) {
    presence.observe(id, Listed.YES, true, 0);
    assertThat(presence.held()).contains(id);
  }

  private void assertGone(Cause cause) {
    assertThat(presence.held()).isEmpty();
    assertThat(presence.gone(0)).containsExactly(new Absence(ONE, null, 1, cause));
  }

  @Test
  void aMemberIsHeldWhileItIsListedAndBeats() {
    presence.observe(ONE, Listed.YES, false, 0);
    presence.observe(TWO, Listed.NO, true, 0);
    assertThat(presence.held()).isEmpty();
    assertThat(presence.gone(0)).isEmpty();
    held(ONE);
  }

  @Test
  void aMemberThatBeatsAndIsNotListedLeft() {
    held(ONE);
    presence.observe(ONE, Listed.NO, true, 0);
    assertGone(Cause.LEFT);
  }

  @Test
  void aMemberWithoutABeatExpired() {
    held(ONE);
    presence.observe(ONE, Listed.YES, false, 0);
    assertGone(Cause.EXPIRED);
  }

  @Test
  void aMemberThatBeatsIsHeldWhileItsListCannotBeRead() {
    held(ONE);
    presence.observe(ONE, Listed.UNKNOWN, true, 0);
    assertThat(presence.held()).containsExactly(ONE);
  }

  @Test
  void aMemberOfADoubtedListDidNotLeave() {
    held(ONE);
    presence.doubt(ONE::equals);
    presence.observe(ONE, Listed.NO, true, 0);
    assertGone(Cause.EXPIRED);
  }

  @Test
  void aDoubtEndsWhenTheMemberIsListedAgain() {
    held(ONE);
    presence.doubt(id -> true);
    presence.observe(ONE, Listed.YES, true, 0);
    presence.observe(ONE, Listed.NO, true, 0);
    assertGone(Cause.LEFT);
  }

  @Test
  void aMemberWithoutABeatIsHeldForAServiceDownTimeAfterTheBackendWasAway() {
    held(ONE);
    presence.away(0);
    presence.observe(ONE, Listed.YES, false, DOWN - 1);
    assertThat(presence.held()).containsExactly(ONE);
    presence.observe(ONE, Listed.YES, false, DOWN);
    assertGone(Cause.EXPIRED);
  }

  @Test
  void anAbsenceIsRememberedWhileTheMemberIsListedAndForAServiceDownTime() {
    held(ONE);
    presence.observe(ONE, Listed.YES, false, 0);
    assertThat(presence.gone(2 * DOWN)).hasSize(1);
    presence.observe(ONE, Listed.NO, false, 2 * DOWN);
    assertThat(presence.gone(2 * DOWN)).isEmpty();
    assertThat(presence.known()).isEmpty();
  }

  @Test
  void aMemberThatReturnsHasAGreaterCountThanEveryMemberThatWent() {
    held(ONE);
    held(TWO);
    presence.observe(TWO, Listed.NO, false, 0);
    presence.observe(ONE, Listed.NO, false, 0);
    held(ONE);
    assertThat(presence.beats().get(0).count()).isEqualTo(3);
    assertThat(presence.gone(0)).extracting(Absence::id).containsExactly(TWO);
  }

  @Test
  void theCatalogueTakesAMemberOver() {
    held(ONE);
    presence.forget(ONE::equals);
    assertThat(presence.known()).isEmpty();
  }
}
