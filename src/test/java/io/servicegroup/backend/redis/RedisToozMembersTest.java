package io.servicegroup.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Absence;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.Beat;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Held while a beat is there, gone afterwards, forgotten in time. */
class RedisToozMembersTest {

  private static final MemberId ONE = new MemberId("compute", "py-1");
  private static final MemberId TWO = new MemberId("compute", "py-2");

  private final RedisToozMembers members = new RedisToozMembers(Duration.ofSeconds(15));

  @Test
  void whoComesBackHasAGreaterCountThanAnybodyWhoWent() {
    members.add(ONE, false);
    members.add(TWO, false);
    members.update(Set.of(ONE, TWO), Set.of(ONE, TWO), 0);
    assertThat(members.held()).hasSize(2);
    members.update(Set.of(TWO), Set.of(TWO), 0);
    long went = members.gone(0).get(0).count();
    long after = Duration.ofSeconds(16).toNanos();
    members.update(Set.of(TWO), Set.of(TWO), after);
    assertThat(members.gone(after)).as("forgotten").isEmpty();
    assertThat(members.knows(ONE)).isFalse();
    members.add(ONE, false);
    members.update(Set.of(ONE, TWO), Set.of(ONE, TWO), after);
    Beat back = members.held().stream().filter(beat -> beat.id().equals(ONE)).findAny().get();
    assertThat(back.count()).isGreaterThan(went);
  }

  @Test
  void anAbsenceIsRepeatedForAWhileSinceItIsState() {
    members.add(ONE, false);
    members.update(Set.of(ONE), Set.of(ONE), 0);
    members.update(Set.of(), Set.of(), 0);
    Absence gone = new Absence(ONE, null, 1, Cause.EXPIRED);
    assertThat(members.gone(0)).containsExactly(gone);
    long later = Duration.ofSeconds(14).toNanos();
    members.update(Set.of(), Set.of(), later);
    assertThat(members.gone(later)).containsExactly(gone);
  }

  @Test
  void whoLeavesTheGroupWithABeatHasLeft() {
    members.add(ONE, false);
    members.update(Set.of(ONE), Set.of(ONE), 0);
    members.update(Set.of(), Set.of(ONE), 0);
    assertThat(members.gone(0)).containsExactly(new Absence(ONE, null, 1, Cause.LEFT));
  }

  @Test
  void whoWasNeverSeenAliveIsNoNews() {
    members.add(ONE, false);
    members.update(Set.of(ONE), Set.of(), 0);
    assertThat(members.held()).isEmpty();
    assertThat(members.gone(0)).isEmpty();
  }

  @Test
  void oursAreNeitherHeldNorGone() {
    members.add(ONE, true);
    members.update(Set.of(ONE), Set.of(ONE), 0);
    assertThat(members.held()).isEmpty();
    assertThat(members.ours()).containsExactly(ONE);
    members.update(Set.of(), Set.of(), 0);
    assertThat(members.gone(0)).isEmpty();
    assertThat(members.knows(ONE)).isFalse();
  }

  @Test
  void theCatalogueTakesThemOver() {
    members.add(ONE, false);
    members.update(Set.of(ONE), Set.of(ONE), 0);
    members.remove(List.of(ONE));
    assertThat(members.held()).isEmpty();
    assertThat(members.gone(0)).isEmpty();
  }
}
