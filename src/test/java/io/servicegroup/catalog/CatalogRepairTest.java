package io.servicegroup.catalog;

import static io.servicegroup.catalog.Services.id;
import static io.servicegroup.catalog.Services.spec;
import static io.servicegroup.catalog.Services.update;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.Concerns;
import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.Members;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests what is written into a store that differs from what is remembered. */
@Timeout(60)
class CatalogRepairTest {

  private static final MemberId H1 = id("h1");
  private static final String STORE = "memory:";

  private final Vertx vertx = Vertx.vertx();
  private final MemoryCatalog.Store store = new MemoryCatalog.Store();
  private final MemoryCatalog catalog = new MemoryCatalog(vertx, store, false);
  private long slept;
  private final MemberQueue queue = new MemberQueue(System::nanoTime);
  private final RememberedMembers remembered =
      new RememberedMembers(
          Clock.systemUTC(), () -> System.nanoTime() + slept, catalog::keepsOrders);
  private final Concerns concerns = Concerns.ofCatalog(vertx);
  private final RepairLog repairLog = new RepairLog(STORE, concerns);
  private final CatalogRepair repair =
      new CatalogRepair(catalog, new StoreReachability(STORE), queue, STORE, remembered, repairLog);

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  /** Reads one member and repairs it, as a read of the catalogue does. */
  private Member read() throws Exception {
    queue.beginRead();
    repair.beginRead();
    List<Member> found = await(catalog.find(List.of(H1)));
    Member shown = found.isEmpty() ? null : repair.found(found.get(0));
    await(repair.repairPending(any -> true));
    return shown;
  }

  private Member join(String agent) throws Exception {
    return await(catalog.join(spec("h1", 1), agent, Set.of())).member();
  }

  @Test
  void whoeverLearnsLateOfARemovalLeavesTheIncarnationThatWasJoinedSince() throws Exception {
    Member first = join("agent-1");
    read();
    repair.beginRead();
    await(catalog.find(List.of(H1)));
    // Somebody removed the member without an order, and the same agent joins it before that is
    // found.
    store.remove(H1);
    Member second = join("agent-1");

    repair.removedElsewhere(first, 0);
    await(repair.repairPending(any -> true));

    assertThat(store.get(H1)).isEqualTo(second);
    assertThat(read()).isNotNull();
    read();
    assertThat(store.get(H1).incarnation()).isEqualTo(second.incarnation());
    assertThat(read()).isNotNull();
  }

  @Test
  void aRemovalWithoutAnOrderLeavesATrace() throws Exception {
    Member first = join("agent-1");
    read();
    store.remove(H1);
    repair.beginRead();
    repair.removedElsewhere(first, 0);
    await(repair.repairPending(any -> true));

    assertThat(await(catalog.removal(first)).orElse(0)).isPositive();
    assertThat(join("agent-1").wordsOrder()).isGreaterThan(await(catalog.removal(first)).orElse(0));
    assertThat(read()).isNotNull();
  }

  @Test
  void whatAnAgentThatSleptBringsBackIsRemovedAgain() throws Exception {
    Member first = join("agent-1");
    read();
    repair.removedHere(await(catalog.delete(H1)));
    store.lose(H1);
    await(catalog.join(spec("h1", 1), "agent-1", Set.of(), 0, first.incarnation()));

    assertThat(read()).isNull();
    assertThat(store.get(H1)).isNull();
    assertThat(await(catalog.removal(first)).orElse(0)).isPositive();
  }

  @Test
  void whatTheSameAgentIsAskedToJoinAgainIsAnotherMember() throws Exception {
    Member first = join("agent-1");
    read();
    repair.removedHere(await(catalog.delete(H1)));
    store.lose(H1);
    Member second = join("agent-1");
    assertThat(second.wordsOrder()).isZero();

    assertThat(read()).isNotNull();
    assertThat(store.get(H1).incarnation()).isEqualTo(second.incarnation());
    assertThat(store.get(H1).wordsOrder()).isGreaterThan(first.wordsOrder());
  }

  @Test
  void withoutAPlaceForOrdersAMemberThatIsJoinedAgainIsShown() throws Exception {
    store.setUnordered(true);
    Member first = join("agent-1");
    read();
    await(catalog.delete(H1));
    repair.beginRead();
    repair.removedElsewhere(first, 0);
    await(repair.repairPending(any -> true));
    join("agent-1");

    assertThat(read()).isNotNull();
    assertThat(repair.shown(List.of(store.get(H1)))).hasSize(1);
    store.setUnordered(false);
    assertThat(read()).as("the place came later").isNotNull();
    Member said = await(catalog.update(update("h1", null, null, true)));
    read();
    store.put(said.withWordsOrder(0));
    assertThat(read()).as("words are put back from then on").isNotNull();
    assertThat(store.get(H1).wordsOrder()).isEqualTo(said.wordsOrder());
  }

  @Test
  void whatSomebodyRemovedAndMadeAnewIsAsItIsNow() throws Exception {
    Member first = join("agent-1");
    await(catalog.confirm(first, 0));
    read();
    store.remove(H1);
    Member anew = join("agent-2");
    assertThat(anew.uuid()).isNotEqualTo(first.uuid());

    read();

    assertThat(store.get(H1)).isEqualTo(anew);
    assertThat(read()).isEqualTo(anew);
  }

  @Test
  void whatAStoreForgotAndWasMadeAnewHasItsUuidBack() throws Exception {
    Member first = join("agent-1");
    read();
    store.lose(H1);
    Member anew = join("agent-2");

    assertThat(read().uuid()).isEqualTo(first.uuid());

    assertThat(store.get(H1).uuid()).isEqualTo(first.uuid());
    assertThat(store.get(H1).incarnation()).isEqualTo(anew.incarnation());
    assertThat(store.get(H1).wordsOrder()).isEqualTo(1);
  }

  /** This holds before the first read as well. */
  @Test
  void whoSleptForLongerThanRemovalsAreRememberedPutsNothingBackWhenItIsAsked() throws Exception {
    join("agent-1");
    await(catalog.update(update("h1", null, null, true)));
    read();
    // Other agents removed the member and joined it again, and their traces are gone by now.
    store.remove(H1);
    Member others = join("agent-2");
    slept = Duration.ofDays(31).toNanos();

    await(repair.beforeChange(H1));
    assertThat(store.get(H1)).isEqualTo(others);
    assertThat(repair.shown(List.of(others))).containsExactly(others);
    assertThat(await(repair.afterJoin(others))).isEqualTo(others);
    assertThat(repair.isTooLateToRestore()).isTrue();
    assertThat(read()).isEqualTo(others);
    assertThat(repair.isTooLateToRestore()).isTrue();
    remembered.beginRead();
    assertThat(repair.isTooLateToRestore()).as("by the next read").isFalse();
  }

  /** Nova's archive leaves no trace of a deleted row, and frees its uuid. */
  @Test
  void aRowThatNobodyJoinedAndThatIsAnotherByNowIsAsItIs() throws Exception {
    Member nova = member("old", true);
    store.put(nova);
    read();
    store.lose(H1);
    Member another = member("new", false);
    store.put(another);

    Member shown = read();

    assertThat(shown.uuid()).isEqualTo("new");
    assertThat(shown.forcedDown()).isFalse();
    assertThat(store.get(H1).saysTheSameAs(another)).isTrue();
    assertThat(store.get(H1).wordsOrder()).as("settled for everybody").isPositive();
    assertThat(read()).isEqualTo(store.get(H1));
  }

  /** Creates a member that no agent joined. */
  private static Member member(String uuid, boolean forcedDown) {
    return Members.of(H1).uuid(uuid).forcedDown(forcedDown).build();
  }

  @Test
  void aUuidThatTheStoreRefusesTakesNoWordsFromAnybody() throws Exception {
    Member first = join("agent-1");
    await(catalog.update(update("h1", null, null, true)));
    read();
    store.lose(H1);
    store.refuse(first.uuid());
    Member anew = join("agent-2");

    read();

    assertThat(store.get(H1).forcedDown()).isTrue();
    assertThat(store.get(H1).uuid()).isEqualTo(anew.uuid());
    Member settled = read();
    assertThat(settled.forcedDown()).isTrue();
    assertThat(remembered.compare(settled).repair()).isEqualTo(RepairDecision.Repair.NONE);
  }

  @Test
  void aLossIsSaidOnceForEachState() {
    Member words = Member.uncatalogued(H1).withWordsOrder(5);
    assertThat(repairLog.lost(words)).isTrue();
    assertThat(repairLog.lost(words)).isFalse();
    assertThat(repairLog.lost(words.withWordsOrder(6))).isTrue();
    repairLog.settled(H1);
    assertThat(repairLog.lost(words.withWordsOrder(6))).isTrue();
  }

  @Test
  void whatIsRemovedHereAfterTheReadStaysRemoved() throws Exception {
    Member first = join("agent-1");
    await(catalog.confirm(first, 0));
    read();
    // The member was created again after a removal without an order, which the read finds; then
    // this agent removes it.
    store.remove(H1);
    Member anew = join("agent-2");
    queue.beginRead();
    repair.beginRead();
    repair.found(await(catalog.find(H1)));
    repair.removedHere(await(catalog.delete(H1)));
    await(repair.repairPending(any -> true));

    store.lose(H1);
    await(catalog.join(spec("h1", 1), "agent-2", Set.of(), 0, anew.incarnation()));
    assertThat(read()).as("brought back by an agent that slept").isNull();
  }

  @Test
  void aBeatMakesNoNewsOfALoss() {
    Member words = Member.uncatalogued(H1).withWordsOrder(5);
    assertThat(repairLog.lost(words.withLastSeenUp(Instant.ofEpochSecond(1)))).isTrue();
    assertThat(repairLog.lost(words.withLastSeenUp(Instant.ofEpochSecond(6)))).isFalse();
  }

  @Test
  void whatTheStoreRefusedToTakeBackIsNoConcernOnceTheMemberIsRemoved() throws Exception {
    Member first = join("agent-1");
    for (boolean here : List.of(true, false)) {
      repairLog.lost(first);
      repairLog.failed(H1, new ServiceGroupException(Refusal.CONFLICT, "refused"));
      assertThat(concerns.isOpen("the words of compute/h1")).isTrue();

      Member gone = first.withWordsOrder(first.wordsOrder() + 1);
      if (here) {
        repair.removedHere(gone);
      } else {
        repair.removedElsewhere(first, gone.wordsOrder());
      }

      assertThat(concerns.isOpen("the words of compute/h1")).as("removed here: " + here).isFalse();
    }
  }

  @Test
  void whatSomebodyElseRemovedIsHisToLookAfter() throws Exception {
    join("agent-1");
    repair.changedHere(await(catalog.update(update("h1", null, null, true))));
    await(catalog.delete(H1));

    Set<MemberId> spoken = repair.toCheck(any -> false);
    assertThat(spoken).containsExactly(H1);
    await(repair.check(spoken, List.of(), queue.beginRead()));

    assertThat(repair.toCheck(any -> false)).isEmpty();
  }

  @Test
  void aTraceFromBeforeTheLastWordMakesALossNoRemoval() throws Exception {
    join("agent-1");
    repair.removedHere(await(catalog.delete(H1)));
    Member second = join("agent-1");
    store.lose(H1);
    await(catalog.trace(second.withWordsOrder(second.wordsOrder() - 1)));

    assertThat(await(catalog.removals(List.of(second)))).isEmpty();
    assertThat(new Incarnation(9, Incarnation.newNonce(second.incarnation())).origin())
        .isEqualTo(second.incarnation().generation());
  }
}
