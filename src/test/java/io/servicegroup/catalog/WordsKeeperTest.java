package io.servicegroup.catalog;

import static io.servicegroup.catalog.Services.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.catalog.WordsKeeper.Judgement;
import io.servicegroup.catalog.WordsKeeper.Mending;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is remembered of members, and what follows from it. */
class WordsKeeperTest {

  private static final MemberId H1 = id("h1");
  private static final Incarnation FIRST = new Incarnation(5, "1f3a9c04d2e1");

  private Instant now = Instant.parse("2026-11-22T07:00:00Z");
  private long nanos;
  private boolean ordered = true;
  private final WordsKeeper keeper =
      new WordsKeeper(
          ((InstantSource) () -> now).withZone(ZoneOffset.UTC), () -> nanos, () -> ordered);

  private static Member member(Incarnation life, String uuid, boolean forcedDown, long order) {
    return new Member(
        H1,
        "nova-compute",
        uuid,
        1,
        Map.of(),
        false,
        null,
        forcedDown,
        life,
        "agent-1",
        Set.of(),
        null,
        order);
  }

  private static Member member(Incarnation life, long order) {
    return member(life, "uuid", false, order);
  }

  private Judgement hear(Member stored) {
    Judgement judgement = keeper.judge(stored);
    keeper.heard(judgement);
    return judgement;
  }

  @Test
  void whereTheStoreKeepsNoOrdersNoRemovalIsRemembered() {
    Member rejoined = member(new Incarnation(6, "77aa00bb11cc"), 0);
    ordered = false;
    hear(member(FIRST, 0));
    keeper.removed(member(FIRST, 1_795_330_800_000L));

    assertThat(hear(rejoined).mending()).isEqualTo(Mending.NONE);
    assertThat(hear(member(rejoined.incarnation(), "another", true, 0)).mending())
        .as("nothing is later than anything else")
        .isEqualTo(Mending.NONE);
    ordered = true;
    assertThat(hear(rejoined.withWordsOrder(7)).mending())
        .as("once there is a place for orders")
        .isEqualTo(Mending.NONE);
    assertThat(keeper.judge(member(rejoined.incarnation(), 0)).mending())
        .isEqualTo(Mending.PUT_BACK);
  }

  @Test
  void aRemovalIsForgottenWhereOrdersAreKeptNoLonger() {
    keeper.removed(member(FIRST, 100));
    ordered = false;
    assertThat(hear(member(FIRST, 0)).isHidden()).isFalse();
    ordered = true;

    assertThat(hear(member(FIRST, 0)).isHidden()).isFalse();
  }

  @Test
  void aRemovalHoldsForWhatTheAgentGoesOnWithAndForNobodyWhoJoinedSince() {
    keeper.removed(member(FIRST, 100));
    Incarnation wokeUp = new Incarnation(8, Incarnation.newNonce(FIRST));
    Incarnation again = new Incarnation(9, Incarnation.newNonce(wokeUp));
    Incarnation joined = new Incarnation(8, Incarnation.newNonce(null));
    Incarnation joinedThenWokeUp = new Incarnation(9, Incarnation.newNonce(joined));

    for (Incarnation same : new Incarnation[] {FIRST, wokeUp, again}) {
      assertThat(keeper.judge(member(same, 0)).mending())
          .as("" + same)
          .isEqualTo(Mending.REMOVE_AGAIN);
    }
    for (Incarnation other : new Incarnation[] {joined, joinedThenWokeUp, null}) {
      Judgement judgement = keeper.judge(member(other, 0));
      assertThat(judgement.mending()).as("" + other).isEqualTo(Mending.CONFIRM);
      assertThat(judgement.written().wordsOrder()).as("" + other).isGreaterThan(100);
    }
    assertThat(hear(member(FIRST, 101)).mending()).as("a later word").isEqualTo(Mending.NONE);
  }

  /** Its generation says nothing then: a store that was emptied counts from the start, or by it. */
  @Test
  void aJoinByWhoseClockIsBehindIsAnotherMember() {
    Incarnation last = new Incarnation(1000, "1f3a9c04d2e1");
    Incarnation joined = new Incarnation(7, Incarnation.newNonce(null));
    keeper.removed(member(last, "first", false, 100));

    Judgement judgement = keeper.judge(member(joined, "second", false, 0));
    assertThat(judgement.mending()).isEqualTo(Mending.CONFIRM);
    assertThat(judgement.written().wordsOrder()).isGreaterThan(100);

    assertThat(keeper.judge(member(joined, "first", false, 0)).mending())
        .as("an older life of the same")
        .isEqualTo(Mending.REMOVE_AGAIN);
    Incarnation wokeUp = new Incarnation(8, Incarnation.newNonce(new Incarnation(6, "ab")));
    assertThat(keeper.judge(member(wokeUp, "second", false, 0)).mending())
        .as("nobody asked for it")
        .isEqualTo(Mending.REMOVE_AGAIN);
  }

  @Test
  void aMemberThatWasRemovedBeforeTheLastOneOfItsNameStaysSo() {
    Incarnation older = new Incarnation(6, "1f3a9c04d2e1");
    keeper.removed(member(older, "first", false, 100));
    hear(member(new Incarnation(7, "2f3a9c04d2e1"), "second", false, 101));
    keeper.removed(member(new Incarnation(7, "2f3a9c04d2e1"), "second", false, 200));

    assertThat(keeper.judge(member(older, "first", false, 50)).mending())
        .isEqualTo(Mending.REMOVE_AGAIN);
    for (int i = 0; i < 50; i++) {
      keeper.removed(member(new Incarnation(8 + i, "ab"), "later " + i, false, 300 + i));
    }
    assertThat(keeper.judge(member(older, "later 49", false, 0)).mending())
        .isEqualTo(Mending.REMOVE_AGAIN);
  }

  @Test
  void whatWasMadeAnewHasOneOrderForAllWhoRemember() {
    hear(member(FIRST, "old", true, 0));
    Judgement first = keeper.judge(member(new Incarnation(6, "ab"), "new", false, 0));
    now = now.plusSeconds(5);
    Judgement second = keeper.judge(member(new Incarnation(6, "ab"), "new", false, 0));

    assertThat(first.mending()).isEqualTo(Mending.MADE_ANEW);
    assertThat(first.written().wordsOrder()).isEqualTo(second.written().wordsOrder()).isEqualTo(1);
    assertThat(first.shown().forcedDown()).isTrue();
    assertThat(first.shown().uuid()).isEqualTo("old");
  }

  @Test
  void aRemovalThatIsFoundByAClockBeyondAllClocksHasAnOrderAllTheSame() {
    now = Instant.parse("3500-01-01T00:00:00Z");
    keeper.begin();

    assertThat(keeper.orderOfRead(100)).isEqualTo(101);
    assertThat(member(FIRST, keeper.orderOfRead(100)).wordsOrder()).isEqualTo(101);
  }

  @Test
  void aStepOfTheClockIsNoTimeAway() {
    keeper.begin();
    keeper.ended(any -> true);
    keeper.removed(member(FIRST, 100));
    hear(
        new Member(id("h2"), "b", "u", 1, Map.of(), true, null, false, FIRST, "a", Set.of(), null));

    now = now.plus(Duration.ofDays(20_000));
    nanos += Duration.ofSeconds(1).toNanos();

    assertThat(keeper.begin()).isEmpty();
    assertThat(keeper.removed(H1)).isPresent();
    assertThat(keeper.living(id("h2"))).isPresent();
    assertThat(keeper.isCutOff()).isFalse();
    now = now.minus(Duration.ofDays(30_000));
    nanos += Duration.ofDays(31).toNanos();
    assertThat(keeper.begin()).hasValue(Duration.ofDays(31).plusSeconds(1));
    assertThat(keeper.removed(H1)).isEmpty();
    assertThat(keeper.isCutOff()).isTrue();
  }

  @Test
  void aRemovalIsRememberedForThirtyDays() {
    keeper.removed(member(FIRST, 100));
    for (int day = 0; day < 30; day++) {
      keeper.begin();
      keeper.ended(any -> true);
      assertThat(keeper.removed(H1)).as("day " + day).isPresent();
      nanos += Duration.ofDays(1).toNanos();
    }
    nanos += 1;
    keeper.begin();

    assertThat(keeper.removed(H1)).isEmpty();
  }

  @Test
  void allThatWasSaidIsLookedAfterUntilAReadSucceeds() {
    for (int i = 0; i < 100; i++) {
      Member said = member(FIRST, 1);
      keeper.said(
          new Member(
              id("h" + i),
              said.binary(),
              said.uuid(),
              1,
              Map.of(),
              true,
              null,
              false,
              FIRST,
              "a",
              Set.of(),
              null));
    }
    keeper.begin();
    assertThat(keeper.toLookAfter(any -> false)).hasSizeLessThan(20);
    keeper.doubt();

    for (int failed = 0; failed < 3; failed++) {
      keeper.begin();
      assertThat(keeper.toLookAfter(any -> false)).hasSize(100);
    }
    keeper.ended(any -> false);
    keeper.begin();
    assertThat(keeper.toLookAfter(any -> false)).hasSizeLessThan(20);
  }

  @Test
  void onlyWhatIsFollowedOrWasSaidHereIsRememberedOn() {
    hear(member(FIRST, 1));
    Member other = member(FIRST, 1);
    keeper.said(
        new Member(
            id("h2"),
            other.binary(),
            "u",
            1,
            Map.of(),
            true,
            null,
            false,
            FIRST,
            "a",
            Set.of(),
            null));

    keeper.ended(H1::equals);
    assertThat(keeper.living(H1)).isPresent();
    keeper.ended(any -> false);

    assertThat(keeper.living(H1)).isEmpty();
    assertThat(keeper.living(id("h2"))).isPresent();
  }
}
