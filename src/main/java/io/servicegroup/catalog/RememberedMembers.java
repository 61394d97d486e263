package io.servicegroup.catalog;

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
 * Remembers what was said of members, so that no store that comes back empty or older takes it
 * back: the operator's words, the uuid, and that a member was removed. Decides only; {@link
 * CatalogRepair} writes.
 *
 * <p>Each word has an order ({@link Member#wordsOrder}). What is stored with a lower one than is
 * remembered is put back. What is stored with the same one and says something else was said by
 * somebody who gives no order (Nova, a DBA, an older agent), and is a new word. A higher one is
 * news. Where the store has no place for orders, nothing follows from them and no removal is
 * remembered.
 *
 * <p>Not thread-safe.
 */
final class RememberedMembers {

  /** For so long removals are remembered; whoever was away for longer restores nothing. */
  static final Duration REMEMBERED = Duration.ofDays(30);

  /** So many removals, and so many words that were said here, are remembered; the last ones. */
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
   * Remembers nothing yet.
   *
   * @param clock orders words, in milliseconds; never liveness, nor how long ago anything was
   * @param nanos tells how long ago something was; it never steps, and goes on while the machine is
   *     suspended
   * @param ordered whether the store keeps the order of words, at present
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

  /** What follows from what is stored. */
  enum Repair {
    /** Nothing is to be written. */
    NONE,
    /** The remembered words are later. */
    PUT_BACK,
    /** Somebody said this who gives no order. */
    CONFIRM,
    /**
     * Nobody changes a uuid, so the member was made anew: by a store that did not know it any more,
     * which is to have the remembered words back, or after somebody removed it who gives no order.
     * Only of members that an agent joined: a row that nobody joined was made by whoever removed
     * the one before (Nova, whose archive leaves no trace of that), and is as it is now.
     */
    RECREATED,
    /** It was removed later than it was said. */
    REMOVE_AGAIN
  }

  /**
   * A judgement on what is stored of a member.
   *
   * @param stored the member as it is stored
   * @param shown the member as it is to be shown, with the words that hold
   * @param mending what is to be written
   * @param written the words to write; of a removal, the member as it was with the removal's order
   */
  record Judgement(Member stored, Member shown, Repair repair, Member written) {

    boolean isHidden() {
      return repair == Repair.REMOVE_AGAIN;
    }
  }

  /** Compares what is stored with what is remembered; changes nothing. */
  Judgement judge(Member stored) {
    if (!keepsOrders.getAsBoolean()) {
      return agreed(stored);
    }
    Member gone = removed(stored.id()).orElse(null);
    if (gone != null && stored.wordsOrder() <= gone.wordsOrder()) {
      return removed.isAnother(stored, gone)
          ? confirm(stored, gone.wordsOrder())
          : new Judgement(stored, stored, Repair.REMOVE_AGAIN, gone);
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
        // The lowest order there is, the same with every agent, so that the first who writes wins.
        ? putBack(stored, words.withWordsOrder(1), Repair.RECREATED)
        : confirm(stored, stored.wordsOrder());
  }

  private static Judgement agreed(Member stored) {
    return new Judgement(stored, stored, Repair.NONE, stored);
  }

  private static Judgement putBack(Member stored, Member words, Repair repair) {
    Member shown = stored.withWordsOf(words);
    return new Judgement(stored, shown, repair, shown);
  }

  /** Somebody's word that has no order of its own yet. */
  Judgement confirm(Member stored, long after) {
    return new Judgement(stored, stored, Repair.CONFIRM, stored.withWordsOrder(next(after)));
  }

  /** The order of a word that is said now, after another. */
  long next(long before) {
    return WordsOrder.next(before, clock.millis());
  }

  /** The order of a removal of which a read only found that it had happened before. */
  long orderOfRead(long before) {
    return WordsOrder.next(before, readBeganMillis);
  }

  /** Remembers what a read found, or a join left. */
  void rememberFound(Judgement judgement) {
    switch (judgement.repair()) {
      case REMOVE_AGAIN, RECREATED -> {}
      case PUT_BACK -> remember(judgement.written());
      case NONE, CONFIRM -> remember(judgement.stored());
    }
  }

  /** A member is as it is stored: what was remembered of it does not hold any more. */
  void remember(Member words) {
    removed.remove(words.id());
    present.put(words.id(), words);
  }

  /** A word was said here and answered: whoever answered remembers. */
  void rememberChangedHere(Member stored) {
    remember(stored);
    changedHere.add(stored.id());
  }

  /** A removal was said here and answered. */
  void rememberRemovedHere(Member last) {
    rememberRemoved(last);
    changedHere.add(last.id());
  }

  /** A member was removed, with the order of that; whoever removed it looks after that. */
  void rememberRemoved(Member last) {
    forget(last.id());
    if (keepsOrders.getAsBoolean()) {
      removed.add(last, nanos.getAsLong());
    }
  }

  /** Nothing is known of a member. */
  void forget(MemberId id) {
    present.remove(id);
    removed.remove(id);
    changedHere.remove(id);
  }

  /** The member with the words that are remembered of it. */
  Optional<Member> present(MemberId id) {
    return Optional.ofNullable(present.get(id));
  }

  /** The member as it was, where it is remembered as removed, with the order of that. */
  Optional<Member> removed(MemberId id) {
    return removed.get(id);
  }

  /** Something is lost: all that was said here is to be looked after. */
  void checkAllNextTime() {
    changedHere.checkAllNextTime();
  }

  /**
   * Begins a read.
   *
   * @return how long nothing was read, where that is so long that nothing is restored any more;
   *     everything is forgotten then
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

  /** Somebody asks for something between two reads, the last of which may be too long ago. */
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
   * The read that began last has succeeded.
   *
   * @param followed what later reads find by themselves, or find to be missing; of anything else
   *     only what was said here is remembered on
   */
  void endRead(Predicate<MemberId> followed) {
    hasRead = true;
    readEndedNanos = nanos.getAsLong();
    changedHere.endRead();
    present.keySet().removeIf(id -> !changedHere.has(id) && !followed.test(id));
  }

  /** Whether what is missing at this read is not to be restored. */
  boolean isTooLateToRestore() {
    return tooLateToRestore || isTooLong(away(nanos.getAsLong()));
  }

  /**
   * Those of whom something was said here and whom a read does not find by itself.
   *
   * @param found what a read finds by itself where it is there
   */
  Set<MemberId> toCheck(Predicate<MemberId> found) {
    return changedHere.toCheck(
        id -> removed.has(id) || (present.containsKey(id) && !found.test(id)));
  }
}
