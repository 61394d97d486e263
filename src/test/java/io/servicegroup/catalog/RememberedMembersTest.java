package io.servicegroup.catalog;

import static io.servicegroup.catalog.Services.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.catalog.RepairDecision.Repair;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.Members;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/** Tests what is remembered of members, and the repairs that follow from it. */
class RememberedMembersTest {

  private static final MemberId H1 = id("h1");
  private static final Incarnation FIRST = new Incarnation(5, "1f3a9c04d2e1");

  private Instant now = Instant.parse("2026-11-22T07:00:00Z");
  private long nanos;
  private boolean ordered = true;
  private final RememberedMembers remembered =
      new RememberedMembers(
          ((InstantSource) () -> now).withZone(ZoneOffset.UTC), () -> nanos, () -> ordered);

  private static Member member(Incarnation life, String uuid, boolean forcedDown, long order) {
    return Members.of(H1)
        .uuid(uuid)
        .forcedDown(forcedDown)
        .incarnation(life)
        .agent("agent-1")
        .wordsOrder(order)
        .build();
  }

  private static Member member(Incarnation life, long order) {
    return member(life, "uuid", false, order);
  }

  private RepairDecision hear(Member stored) {
    RepairDecision decision = remembered.compare(stored);
    remembered.rememberFound(decision);
    return decision;
  }

  @Test
  void whereTheStoreKeepsNoOrdersNoRemovalIsRemembered() {
    Member rejoined = member(new Incarnation(6, "77aa00bb11cc"), 0);
    ordered = false;
    hear(member(FIRST, 0));
    remembered.rememberRemoved(member(FIRST, 1_795_330_800_000L));

    assertThat(hear(rejoined).repair()).isEqualTo(Repair.NONE);
    assertThat(hear(member(rejoined.incarnation(), "another", true, 0)).repair())
        .as("nothing is later than anything else")
        .isEqualTo(Repair.NONE);
    ordered = true;
    assertThat(hear(rejoined.withWordsOrder(7)).repair())
        .as("once there is a place for orders")
        .isEqualTo(Repair.NONE);
    assertThat(remembered.compare(member(rejoined.incarnation(), 0)).repair())
        .isEqualTo(Repair.PUT_BACK);
  }

  @Test
  void aRemovalIsForgottenWhereOrdersAreKeptNoLonger() {
    remembered.rememberRemoved(member(FIRST, 100));
    ordered = false;
    assertThat(hear(member(FIRST, 0)).isHidden()).isFalse();
    ordered = true;

    assertThat(hear(member(FIRST, 0)).isHidden()).isFalse();
  }

  @Test
  void aRemovalHoldsForWhatTheAgentGoesOnWithAndForNobodyWhoJoinedSince() {
    remembered.rememberRemoved(member(FIRST, 100));
    Incarnation wokeUp = new Incarnation(8, Incarnation.newNonce(FIRST));
    Incarnation again = new Incarnation(9, Incarnation.newNonce(wokeUp));
    Incarnation joined = new Incarnation(8, Incarnation.newNonce(null));
    Incarnation joinedThenWokeUp = new Incarnation(9, Incarnation.newNonce(joined));

    for (Incarnation same : new Incarnation[] {FIRST, wokeUp, again}) {
      assertThat(remembered.compare(member(same, 0)).repair())
          .as("" + same)
          .isEqualTo(Repair.REMOVE_AGAIN);
    }
    for (Incarnation other : new Incarnation[] {joined, joinedThenWokeUp, null}) {
      RepairDecision decision = remembered.compare(member(other, 0));
      assertThat(decision.repair()).as("" + other).isEqualTo(Repair.CONFIRM);
      assertThat(decision.written().wordsOrder()).as("" + other).isGreaterThan(100);
    }
    assertThat(hear(member(FIRST, 101)).repair()).as("a later word").isEqualTo(Repair.NONE);
  }

  /**
   * The generation proves nothing then: an emptied store begins to count again, or counts from the
   * floor of the join.
   */
  @Test
  void aJoinByWhoseClockIsBehindIsAnotherMember() {
    Incarnation last = new Incarnation(1000, "1f3a9c04d2e1");
    Incarnation joined = new Incarnation(7, Incarnation.newNonce(null));
    remembered.rememberRemoved(member(last, "first", false, 100));

    RepairDecision decision = remembered.compare(member(joined, "second", false, 0));
    assertThat(decision.repair()).isEqualTo(Repair.CONFIRM);
    assertThat(decision.written().wordsOrder()).isGreaterThan(100);

    assertThat(remembered.compare(member(joined, "first", false, 0)).repair())
        .as("an older life of the same")
        .isEqualTo(Repair.REMOVE_AGAIN);
    Incarnation wokeUp = new Incarnation(8, Incarnation.newNonce(new Incarnation(6, "ab")));
    assertThat(remembered.compare(member(wokeUp, "second", false, 0)).repair())
        .as("nobody asked for it")
        .isEqualTo(Repair.REMOVE_AGAIN);
  }

  @Test
  void aMemberThatWasRemovedBeforeTheLastOneOfItsNameStaysSo() {
    Incarnation older = new Incarnation(6, "1f3a9c04d2e1");
    remembered.rememberRemoved(member(older, "first", false, 100));
    hear(member(new Incarnation(7, "2f3a9c04d2e1"), "second", false, 101));
    remembered.rememberRemoved(member(new Incarnation(7, "2f3a9c04d2e1"), "second", false, 200));

    assertThat(remembered.compare(member(older, "first", false, 50)).repair())
        .isEqualTo(Repair.REMOVE_AGAIN);
    for (int i = 0; i < 50; i++) {
      remembered.rememberRemoved(
          member(new Incarnation(8 + i, "ab"), "later " + i, false, 300 + i));
    }
    assertThat(remembered.compare(member(older, "later 49", false, 0)).repair())
        .isEqualTo(Repair.REMOVE_AGAIN);
  }

  @Test
  void whatWasMadeAnewHasOneOrderForAllWhoRemember() {
    hear(member(FIRST, "old", true, 0));
    RepairDecision first = remembered.compare(member(new Incarnation(6, "ab"), "new", false, 0));
    now = now.plusSeconds(5);
    RepairDecision second = remembered.compare(member(new Incarnation(6, "ab"), "new", false, 0));

    assertThat(first.repair()).isEqualTo(Repair.RECREATED);
    assertThat(first.written().wordsOrder()).isEqualTo(second.written().wordsOrder()).isEqualTo(1);
    assertThat(first.shown().forcedDown()).isTrue();
    assertThat(first.shown().uuid()).isEqualTo("old");
  }

  @Test
  void aRemovalThatIsFoundByAClockBeyondAllClocksHasAnOrderAllTheSame() {
    now = Instant.parse("3500-01-01T00:00:00Z");
    remembered.beginRead();

    assertThat(remembered.orderOfRead(100)).isEqualTo(101);
    assertThat(member(FIRST, remembered.orderOfRead(100)).wordsOrder()).isEqualTo(101);
  }

  @Test
  void aStepOfTheClockIsNoTimeAway() {
    remembered.beginRead();
    remembered.endRead(any -> true);
    remembered.rememberRemoved(member(FIRST, 100));
    hear(
        Members.of(id("h2"))
            .binary("b")
            .uuid("u")
            .disabled(true, null)
            .incarnation(FIRST)
            .agent("a")
            .build());

    now = now.plus(Duration.ofDays(20_000));
    nanos += Duration.ofSeconds(1).toNanos();

    assertThat(remembered.beginRead()).isEmpty();
    assertThat(remembered.removed(H1)).isPresent();
    assertThat(remembered.present(id("h2"))).isPresent();
    assertThat(remembered.isTooLateToRestore()).isFalse();
    now = now.minus(Duration.ofDays(30_000));
    nanos += Duration.ofDays(31).toNanos();
    assertThat(remembered.beginRead()).hasValue(Duration.ofDays(31).plusSeconds(1));
    assertThat(remembered.removed(H1)).isEmpty();
    assertThat(remembered.isTooLateToRestore()).isTrue();
  }

  @Test
  void aRemovalIsRememberedForThirtyDays() {
    remembered.rememberRemoved(member(FIRST, 100));
    for (int day = 0; day < 30; day++) {
      remembered.beginRead();
      remembered.endRead(any -> true);
      assertThat(remembered.removed(H1)).as("day " + day).isPresent();
      nanos += Duration.ofDays(1).toNanos();
    }
    nanos += 1;
    remembered.beginRead();

    assertThat(remembered.removed(H1)).isEmpty();
  }

  @Test
  void allThatWasSaidIsLookedAfterUntilAReadSucceeds() {
    for (int i = 0; i < 100; i++) {
      Member said = member(FIRST, 1);
      remembered.rememberChangedHere(
          Members.of(id("h" + i))
              .binary(said.binary())
              .uuid(said.uuid())
              .disabled(true, null)
              .incarnation(FIRST)
              .agent("a")
              .build());
    }
    remembered.beginRead();
    assertThat(remembered.toCheck(any -> false)).hasSizeLessThan(20);
    remembered.checkAllNextTime();

    for (int failed = 0; failed < 3; failed++) {
      remembered.beginRead();
      assertThat(remembered.toCheck(any -> false)).hasSize(100);
    }
    remembered.endRead(any -> false);
    remembered.beginRead();
    assertThat(remembered.toCheck(any -> false)).hasSizeLessThan(20);
  }

  @Test
  void onlyWhatIsFollowedOrWasSaidHereIsRememberedOn() {
    hear(member(FIRST, 1));
    Member other = member(FIRST, 1);
    remembered.rememberChangedHere(
        Members.of(id("h2"))
            .binary(other.binary())
            .uuid("u")
            .disabled(true, null)
            .incarnation(FIRST)
            .agent("a")
            .build());

    remembered.endRead(H1::equals);
    assertThat(remembered.present(H1)).isPresent();
    remembered.endRead(any -> false);

    assertThat(remembered.present(H1)).isEmpty();
    assertThat(remembered.present(id("h2"))).isPresent();
  }
}
