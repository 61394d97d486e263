package io.servicegroup.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What arrived, in order, with a way to wait for more of it. Any thread may add and any may wait.
 *
 * @param <T> what arrives
 */
public final class Journal<T> {

  private final List<T> entries = new ArrayList<>();

  /**
   * Appends an entry and wakes those who wait.
   *
   * @param entry what arrived
   */
  public synchronized void add(T entry) {
    entries.add(entry);
    notifyAll();
  }

  /**
   * Where the journal stands, for {@link #since}.
   *
   * @return the number of entries
   */
  public synchronized int mark() {
    return entries.size();
  }

  /**
   * What arrived since a mark.
   *
   * @param mark as {@link #mark()} returned it, 0 for everything
   * @return a copy
   */
  public synchronized List<T> since(int mark) {
    return new ArrayList<>(entries.subList(mark, entries.size()));
  }

  /**
   * Waits until enough matching entries arrived.
   *
   * @param mark from where to look
   * @param count how many are waited for
   * @param wanted which ones
   * @param deadline for how long
   * @return the matching entries so far; fewer than {@code count} where the time ran out
   */
  public synchronized List<T> await(int mark, int count, Predicate<T> wanted, Duration deadline) {
    long end = System.nanoTime() + deadline.toNanos();
    List<T> found = new ArrayList<>();
    int looked = mark;
    do {
      // Each entry is looked at once: of ten thousand, each would otherwise be looked at as often
      // as one arrives after it.
      for (; looked < entries.size(); looked++) {
        if (wanted.test(entries.get(looked))) {
          found.add(entries.get(looked));
        }
      }
    } while (found.size() < count && waitUntil(end));
    return found;
  }

  /**
   * Lets the time pass and collects what arrives meanwhile.
   *
   * @param time for how long
   * @return what arrived
   */
  public synchronized List<T> during(Duration time) {
    int mark = mark();
    await(mark, Integer.MAX_VALUE, entry -> true, time);
    return since(mark);
  }

  /** Whether there is time left to look again. */
  private boolean waitUntil(long end) {
    long leftMillis = (end - System.nanoTime()) / 1_000_000;
    if (leftMillis <= 0) {
      return false;
    }
    try {
      wait(leftMillis);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting", e);
    }
  }
}
