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
 * WordsMender} writes.
 *
 * <p>Each word has an order ({@link Member#wordsOrder}). What is stored with a lower one than is
 * remembered is put back. What is stored with the same one and says something else was said by
 * somebody who gives no order (Nova, a DBA, an older agent), and is a new word. A higher one is
 * news. Where the store has no place for orders, nothing follows from them and no removal is
 * remembered.
 *
 * <p>Not thread-safe.
 */
final class WordsKeeper {

  /** For so long removals are remembered; whoever was away for longer restores nothing. */
  static final Duration REMEMBERED = Duration.ofDays(30);

  /** So many removals, and so many words that were said here, are remembered; the last ones. */
  private static final int MOST = 10_000;

  private final Clock clock;
  private final LongSupplier nanos;
  private final BooleanSupplier ordered;
  private final Map<MemberId, Member> living = new HashMap<>();
  private final RemovedMembers removed = new RemovedMembers();
  private final SaidHere saidHere = new SaidHere();
  private boolean hasRead;
  private long readNanos;
  private long readBegan;
  private boolean cutOff;

  /**
   * Remembers nothing yet.
   *
   * @param clock orders words, in milliseconds; never liveness, nor how long ago anything was
   * @param nanos tells how long ago something was; it never steps, and goes on while the machine is
   *     suspended
   * @param ordered whether the store keeps the order of words, at present
   */
  WordsKeeper(Clock clock, LongSupplier nanos, BooleanSupplier ordered) {
    this.clock = clock;
    this.nanos = nanos;
    this.ordered = ordered;
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
  enum Mending {
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
    MADE_ANEW,
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
  record Judgement(Member stored, Member shown, Mending mending, Member written) {

    boolean isHidden() {
      return mending == Mending.REMOVE_AGAIN;
    }
  }

  /** Compares what is stored with what is remembered; changes nothing. */
  Judgement judge(Member stored) {
    if (!ordered.getAsBoolean()) {
      return agreed(stored);
    }
    Member gone = removed(stored.id()).orElse(null);
    if (gone != null && stored.wordsOrder() <= gone.wordsOrder()) {
      return removed.isAnother(stored, gone)
          ? confirm(stored, gone.wordsOrder())
          : new Judgement(stored, stored, Mending.REMOVE_AGAIN, gone);
    }
    Member words = living.get(stored.id());
    if (words == null || stored.wordsOrder() > words.wordsOrder()) {
      return agreed(stored);
    }
    if (stored.wordsOrder() < words.wordsOrder()) {
      return putBack(stored, words, Mending.PUT_BACK);
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
        ? putBack(stored, words.withWordsOrder(1), Mending.MADE_ANEW)
        : confirm(stored, stored.wordsOrder());
  }

  private static Judgement agreed(Member stored) {
    return new Judgement(stored, stored, Mending.NONE, stored);
  }

  private static Judgement putBack(Member stored, Member words, Mending mending) {
    Member shown = stored.withWordsOf(words);
    return new Judgement(stored, shown, mending, shown);
  }

  /** Somebody's word that has no order of its own yet. */
  Judgement confirm(Member stored, long after) {
    return new Judgement(stored, stored, Mending.CONFIRM, stored.withWordsOrder(next(after)));
  }

  /** The order of a word that is said now, after another. */
  long next(long before) {
    return WordsOrder.next(before, clock.millis());
  }

  /** The order of a removal of which a read only found that it had happened before. */
  long orderOfRead(long before) {
    return WordsOrder.next(before, readBegan);
  }

  /** Remembers what a read found, or a join left. */
  void heard(Judgement judgement) {
    switch (judgement.mending()) {
      case REMOVE_AGAIN, MADE_ANEW -> {}
      case PUT_BACK -> remember(judgement.written());
      case NONE, CONFIRM -> remember(judgement.stored());
    }
  }

  /** A member is as it is stored: what was remembered of it does not hold any more. */
  void remember(Member words) {
    removed.remove(words.id());
    living.put(words.id(), words);
  }

  /** A word was said here and answered: whoever answered remembers. */
  void said(Member stored) {
    remember(stored);
    saidHere.add(stored.id());
  }

  /** A removal was said here and answered. */
  void removedHere(Member last) {
    removed(last);
    saidHere.add(last.id());
  }

  /** A member was removed, with the order of that; whoever removed it looks after that. */
  void removed(Member last) {
    forget(last.id());
    if (ordered.getAsBoolean()) {
      removed.add(last, nanos.getAsLong());
    }
  }

  /** Nothing is known of a member. */
  void forget(MemberId id) {
    living.remove(id);
    removed.remove(id);
    saidHere.remove(id);
  }

  /** The member with the words that are remembered of it. */
  Optional<Member> living(MemberId id) {
    return Optional.ofNullable(living.get(id));
  }

  /** The member as it was, where it is remembered as removed, with the order of that. */
  Optional<Member> removed(MemberId id) {
    return removed.get(id);
  }

  /** Something is lost: all that was said here is to be looked after. */
  void doubt() {
    saidHere.doubt();
  }

  /**
   * Begins a read.
   *
   * @return how long nothing was read, where that is so long that nothing is restored any more;
   *     everything is forgotten then
   */
  Optional<Duration> begin() {
    long now = nanos.getAsLong();
    Duration away = away(now);
    cutOff = isTooLong(away);
    forgetAfter(away);
    removed.expire(now, REMEMBERED);
    saidHere.begin();
    readBegan = clock.millis();
    return cutOff ? Optional.of(away) : Optional.empty();
  }

  private Duration away(long now) {
    return Duration.ofNanos(hasRead ? now - readNanos : 0);
  }

  private static boolean isTooLong(Duration away) {
    return away.compareTo(REMEMBERED) > 0;
  }

  /** Somebody asks for something between two reads, the last of which may be too long ago. */
  void wake() {
    forgetAfter(away(nanos.getAsLong()));
  }

  private void forgetAfter(Duration away) {
    if (isTooLong(away)) {
      living.clear();
      removed.clear();
      saidHere.clear();
    }
  }

  /**
   * The read that began last has succeeded.
   *
   * @param followed what later reads find by themselves, or find to be missing; of anything else
   *     only what was said here is remembered on
   */
  void ended(Predicate<MemberId> followed) {
    hasRead = true;
    readNanos = nanos.getAsLong();
    saidHere.ended();
    living.keySet().removeIf(id -> !saidHere.has(id) && !followed.test(id));
  }

  /** Whether what is missing at this read is not to be restored. */
  boolean isCutOff() {
    return cutOff || isTooLong(away(nanos.getAsLong()));
  }

  /**
   * Those of whom something was said here and whom a read does not find by itself.
   *
   * @param found what a read finds by itself where it is there
   */
  Set<MemberId> toLookAfter(Predicate<MemberId> found) {
    return saidHere.toLookAfter(
        id -> removed.has(id) || (living.containsKey(id) && !found.test(id)));
  }
}
