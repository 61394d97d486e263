package io.servicegroup.catalog;

import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Remembers what was said of members, so that no store that comes back empty or older takes it
 * back: the operator's words, the uuid, and that a member was removed. Decides only; {@link
 * WordsMender} writes.
 *
 * <p>Each word has an order ({@link Member#wordsOrder}). What is stored with a lower one than is
 * remembered is put back. What is stored with the same one and says something else was said by
 * somebody who gives no order (Nova, a DBA, an older agent), and is a new word. A higher one is
 * news.
 *
 * <p>Not thread-safe.
 */
final class WordsKeeper {

  /** For so long removals are remembered; whoever was away for longer restores nothing. */
  static final Duration REMEMBERED = Duration.ofDays(30);

  /** So many removals, and so many words that were said here, are remembered; the last ones. */
  private static final int MOST = 10_000;

  /** So many of the last words said here, and so many of the others, are looked after at a read. */
  private static final int LOOKED_AFTER = 8;

  private final Clock clock;
  private final Map<MemberId, Member> living = new HashMap<>();
  private final Map<MemberId, Member> removed = bounded();
  private final Map<MemberId, Boolean> saidHere = bounded();
  private Iterator<MemberId> round = List.<MemberId>of().iterator();
  private boolean doubtful;
  private long readAt;
  private boolean cutOff;

  /**
   * Remembers nothing yet.
   *
   * @param clock orders words, in milliseconds; never liveness
   */
  WordsKeeper(Clock clock) {
    this.clock = clock;
  }

  private static <T> Map<MemberId, T> bounded() {
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
    /** It was removed later than it was said. */
    BURY
  }

  /**
   * A judgement on what is stored of a member.
   *
   * @param shown the member as it is to be shown, with the words that hold
   * @param mending what is to be written
   * @param written the words to write; of a removal, the member as it was with the removal's order
   */
  record Judgement(Member shown, Mending mending, Member written) {

    boolean isHidden() {
      return mending == Mending.BURY;
    }
  }

  /** Compares what is stored with what is remembered; changes nothing. */
  Judgement judge(Member stored) {
    Member gone = removed.get(stored.id());
    if (gone != null && stored.wordsOrder() <= gone.wordsOrder()) {
      return isAnotherJoin(stored, gone)
          ? confirm(stored, gone.wordsOrder())
          : new Judgement(stored, Mending.BURY, gone);
    }
    Member words = living.get(stored.id());
    if (words == null || stored.wordsOrder() > words.wordsOrder()) {
      return new Judgement(stored, Mending.NONE, stored);
    }
    if (stored.wordsOrder() < words.wordsOrder()) {
      return putBack(stored, words);
    }
    if (stored.saysTheSameAs(words)) {
      return new Judgement(stored, Mending.NONE, stored);
    }
    // Nobody changes a uuid: the member was made anew by a store that did not know it any more.
    boolean madeAnew =
        stored.wordsOrder() == 0
            && stored.uuid() != null
            && words.uuid() != null
            && !stored.uuid().equals(words.uuid());
    return madeAnew
        ? putBack(stored, words.withWordsOrder(next(0)))
        : confirm(stored, stored.wordsOrder());
  }

  /**
   * Whether somebody made it again who need not know of the removal: Nova, an older agent that
   * joined it where the trace still was, or an agent that was started since. One that only slept
   * goes on with what it knew.
   */
  private static boolean isAnotherJoin(Member stored, Member gone) {
    return stored.incarnation() == null
        || (stored.isLaterLifeOf(gone)
            && (stored.wordsOrder() == gone.wordsOrder()
                || (stored.agent() != null && !stored.agent().equals(gone.agent()))));
  }

  private static Judgement putBack(Member stored, Member words) {
    Member shown = stored.withWordsOf(words);
    return new Judgement(shown, Mending.PUT_BACK, shown);
  }

  private Judgement confirm(Member stored, long after) {
    return new Judgement(stored, Mending.CONFIRM, stored.withWordsOrder(next(after)));
  }

  /** The order of a word that is said now, after another. */
  long next(long before) {
    return Math.max(before + 1, clock.millis());
  }

  /** Remembers what a read found, or a join left. */
  void heard(Judgement judgement) {
    doubtful |= judgement.isHidden() || judgement.mending() == Mending.PUT_BACK;
    if (judgement.isHidden()) {
      return;
    }
    Member words =
        judgement.mending() == Mending.PUT_BACK ? judgement.written() : judgement.shown();
    removed.remove(words.id());
    living.put(words.id(), words);
  }

  /** A word was said here and answered: whoever answered remembers. */
  void said(Member stored) {
    removed.remove(stored.id());
    living.put(stored.id(), stored);
    last(stored.id());
  }

  /** A removal was said here and answered. */
  void removedHere(Member last) {
    removed(last);
    last(last.id());
  }

  /** A member was removed, with the order of that. */
  void removed(Member last) {
    living.remove(last.id());
    removed.remove(last.id());
    removed.put(last.id(), last);
  }

  private void last(MemberId id) {
    saidHere.remove(id);
    saidHere.put(id, true);
  }

  /** The member with the words that are remembered of it. */
  Optional<Member> living(MemberId id) {
    return Optional.ofNullable(living.get(id));
  }

  /** The member as it was, where it is remembered as removed, with the order of that. */
  Optional<Member> removed(MemberId id) {
    return Optional.ofNullable(removed.get(id));
  }

  /** Something is lost: all that was said here is to be looked after. */
  void doubt() {
    doubtful = true;
  }

  /**
   * Begins a read.
   *
   * @return how long nothing was read, where that is so long that nothing is restored any more;
   *     everything is forgotten then
   */
  Optional<Duration> begin() {
    long now = clock.millis();
    Duration away = Duration.ofMillis(readAt == 0 ? 0 : now - readAt);
    cutOff = away.compareTo(REMEMBERED) > 0;
    if (cutOff) {
      living.clear();
      removed.clear();
      saidHere.clear();
    }
    long oldest = now - REMEMBERED.toMillis();
    removed.values().removeIf(gone -> gone.wordsOrder() < oldest);
    return cutOff ? Optional.of(away) : Optional.empty();
  }

  /** The read that began last has succeeded. */
  void ended() {
    readAt = clock.millis();
  }

  /** Whether what is missing at this read is not to be restored. */
  boolean isCutOff() {
    return cutOff;
  }

  /**
   * What was said here and a read does not find by itself: the last words, which a store that comes
   * back older has lost first, and in turn a few of the others; all of them where anything was
   * lost.
   *
   * @param found what a read finds by itself where it is there
   */
  Set<MemberId> toLookAfter(Predicate<MemberId> found) {
    List<MemberId> said = new ArrayList<>(saidHere.keySet());
    said.removeIf(id -> !removed.containsKey(id) && (found.test(id) || !living.containsKey(id)));
    if (doubtful) {
      doubtful = false;
      return new LinkedHashSet<>(said);
    }
    Set<MemberId> some =
        new LinkedHashSet<>(said.subList(Math.max(0, said.size() - LOOKED_AFTER), said.size()));
    if (!round.hasNext()) {
      round = said.iterator();
    }
    for (int i = 0; i < LOOKED_AFTER && round.hasNext(); i++) {
      some.add(round.next());
    }
    some.retainAll(said);
    return some;
  }
}
