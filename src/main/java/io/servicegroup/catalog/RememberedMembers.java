package io.servicegroup.catalog;

import io.servicegroup.catalog.RepairDecision.Repair;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.WordsOrder;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Remembers of each member what a store that comes back empty or older must not undo: the
 * operator's words (disabled, its reason, forced down), the uuid, and the removal of the member.
 * Compares this with what is stored and decides what has to be written; {@link CatalogRepair}
 * writes it.
 *
 * <p>Each change of an operator's words has an order ({@link Member#wordsOrder}). Where the stored
 * order is lower than the remembered one, the remembered words are put back. Where the orders are
 * equal and the words differ, somebody changed them who gives no order (Nova, a database
 * administrator, an older agent), and the stored words are the newer ones. A higher stored order is
 * a newer change. Where the store has no place for orders, nothing is compared and no removal is
 * remembered.
 *
 * <p>Not thread-safe.
 */
final class RememberedMembers {

  /** How long removals are remembered. An agent that was away for longer restores nothing. */
  static final Duration REMEMBERED = Duration.ofDays(30);

  /**
   * The number of removals, and of members changed through this agent, that are remembered: the
   * last ones.
   */
  private static final int MOST = 10_000;

  private final Clock clock;
  private final LongSupplier nanos;
  private final BooleanSupplier keepsOrders;
  private final Map<MemberId, Member> present = new HashMap<>();
  private final RemovedMembers removed = new RemovedMembers();
  private final MembersChangedHere changedHere = new MembersChangedHere();
  private boolean hasRead;
  private long readEndedNanos;
  private long readBeganMillis;
  private boolean tooLateToRestore;

  /**
   * Creates an object that remembers nothing yet.
   *
   * @param clock gives the orders of words, in milliseconds; it decides neither liveness nor how
   *     long ago something was
   * @param nanos a monotonic clock that goes on while the machine is suspended; it tells how long
   *     ago something was
   * @param keepsOrders whether the store keeps the order of words at present
   */
  RememberedMembers(Clock clock, LongSupplier nanos, BooleanSupplier keepsOrders) {
    this.clock = clock;
    this.nanos = nanos;
    this.keepsOrders = keepsOrders;
  }

  static <T> Map<MemberId, T> bounded() {
    return new LinkedHashMap<>() {
      private static final long serialVersionUID = 1;

      @Override
      protected boolean removeEldestEntry(Map.Entry<MemberId, T> eldest) {
        return size() > MOST;
      }
    };
  }

  /** Compares what is stored with what is remembered; changes nothing. */
  RepairDecision compare(Member stored) {
    if (!keepsOrders.getAsBoolean()) {
      return agreed(stored);
    }
    Member gone = removed(stored.id()).orElse(null);
    if (gone != null && stored.wordsOrder() <= gone.wordsOrder()) {
      return removed.isAnother(stored, gone)
          ? confirm(stored, gone.wordsOrder())
          : new RepairDecision(stored, stored, Repair.REMOVE_AGAIN, gone);
    }
    Member words = present.get(stored.id());
    if (words == null || stored.wordsOrder() > words.wordsOrder()) {
      return agreed(stored);
    }
    if (stored.wordsOrder() < words.wordsOrder()) {
      return putBack(stored, words, Repair.PUT_BACK);
    }
    if (stored.saysTheSameAs(words)) {
      return agreed(stored);
    }
    boolean madeAnew =
        stored.wordsOrder() == 0
            && words.incarnation() != null
            && stored.uuid() != null
            && words.uuid() != null
            && !stored.uuid().equals(words.uuid());
    return madeAnew
        // The lowest order, which is the same for each agent, so that the first agent that writes
        // wins.
        ? putBack(stored, words.withWordsOrder(1), Repair.RECREATED)
        : confirm(stored, stored.wordsOrder());
  }

  private static RepairDecision agreed(Member stored) {
    return new RepairDecision(stored, stored, Repair.NONE, stored);
  }

  private static RepairDecision putBack(Member stored, Member words, Repair repair) {
    Member shown = stored.withWordsOf(words);
    return new RepairDecision(stored, shown, repair, shown);
  }

  /** Accepts stored words that have no order of their own yet. */
  RepairDecision confirm(Member stored, long after) {
    return new RepairDecision(stored, stored, Repair.CONFIRM, stored.withWordsOrder(next(after)));
  }

  /** Returns the order of a change that is made now, after a change of another order. */
  long next(long before) {
    return WordsOrder.next(before, clock.millis());
  }

  /** Returns the order of a removal that happened at an unknown time before the present read. */
  long orderOfRead(long before) {
    return WordsOrder.next(before, readBeganMillis);
  }

  /** Remembers what a read found, or what a join stored. */
  void rememberFound(RepairDecision decision) {
    switch (decision.repair()) {
      case REMOVE_AGAIN, RECREATED -> {}
      case PUT_BACK -> remember(decision.written());
      case NONE, CONFIRM -> remember(decision.stored());
    }
  }

  /** Remembers a member as it is stored, in place of what was remembered before. */
  void remember(Member words) {
    removed.remove(words.id());
    present.put(words.id(), words);
  }

  /** Remembers a change that this agent stored and answered. */
  void rememberChangedHere(Member stored) {
    remember(stored);
    changedHere.add(stored.id());
  }

  /** Remembers a removal that this agent stored and answered. */
  void rememberRemovedHere(Member last) {
    rememberRemoved(last);
    changedHere.add(last.id());
  }

  /**
   * Remembers a removal, with its order. The agent that removed the member checks that the removal
   * stays.
   */
  void rememberRemoved(Member last) {
    forget(last.id());
    if (keepsOrders.getAsBoolean()) {
      removed.add(last, nanos.getAsLong());
    }
  }

  /** Forgets everything about a member. */
  void forget(MemberId id) {
    present.remove(id);
    removed.remove(id);
    changedHere.remove(id);
  }

  /** Returns the member as it is remembered, where it was not removed. */
  Optional<Member> present(MemberId id) {
    return Optional.ofNullable(present.get(id));
  }

  /**
   * Returns the member as it was, with the order of its removal, where it is remembered as removed.
   */
  Optional<Member> removed(MemberId id) {
    return removed.get(id);
  }

  /**
   * Makes the next read check all members that were changed through this agent, because the store
   * lost something.
   */
  void checkAllNextTime() {
    changedHere.checkAllNextTime();
  }

  /**
   * Begins a read.
   *
   * @return the time without a read, where it was so long that nothing is restored any more and
   *     everything was forgotten; otherwise empty
   */
  Optional<Duration> beginRead() {
    long now = nanos.getAsLong();
    Duration away = away(now);
    tooLateToRestore = isTooLong(away);
    forgetAfter(away);
    removed.expire(now, REMEMBERED);
    changedHere.beginRead();
    readBeganMillis = clock.millis();
    return tooLateToRestore ? Optional.of(away) : Optional.empty();
  }

  private Duration away(long now) {
    return Duration.ofNanos(hasRead ? now - readEndedNanos : 0);
  }

  private static boolean isTooLong(Duration away) {
    return away.compareTo(REMEMBERED) > 0;
  }

  /**
   * Forgets everything where the last read is too long ago; called for requests between two reads.
   */
  void forgetIfAwayTooLong() {
    forgetAfter(away(nanos.getAsLong()));
  }

  private void forgetAfter(Duration away) {
    if (isTooLong(away)) {
      present.clear();
      removed.clear();
      changedHere.clear();
    }
  }

  /**
   * Ends the read that began last, which has succeeded.
   *
   * @param followed whether later reads find a member, or find it missing, by themselves; of other
   *     members only those stay remembered that were changed through this agent
   */
  void endRead(Predicate<MemberId> followed) {
    hasRead = true;
    readEndedNanos = nanos.getAsLong();
    changedHere.endRead();
    present.keySet().removeIf(id -> !changedHere.has(id) && !followed.test(id));
  }

  /**
   * Whether members that are missing at this read must not be restored, because the read before was
   * too long ago.
   */
  boolean isTooLateToRestore() {
    return tooLateToRestore || isTooLong(away(nanos.getAsLong()));
  }

  /**
   * Returns members to check beside a read: they were changed through this agent, and the read does
   * not find them by itself.
   *
   * @param found whether a read finds a member by itself where the member exists
   */
  Set<MemberId> toCheck(Predicate<MemberId> found) {
    return changedHere.toCheck(
        id -> removed.has(id) || (present.containsKey(id) && !found.test(id)));
  }
}
