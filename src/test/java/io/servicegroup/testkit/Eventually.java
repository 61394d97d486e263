package io.servicegroup.testkit;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * How a test waits for what another thread, process or server brings about: the one place where
 * tests look again and again. A deadline is when a test gives up, and measures nothing; what was
 * awaited, and what was seen last, is in the message then.
 *
 * <p>Every method may be called on any thread but an event loop.
 */
public final class Eventually {

  /** What nothing needs, not even on a busy machine. */
  public static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final long SHORTEST_PAUSE_MILLIS = 2;
  private static final long LONGEST_PAUSE_MILLIS = 100;

  private Eventually() {}

  /**
   * Waits for an answer.
   *
   * @param future what answers
   * @param <T> what it answers
   * @return the answer; where it failed, its failure is thrown as it is, checked or not
   * @throws AssertionError where nothing came within {@link #PATIENCE}
   */
  public static <T> T await(Future<T> future) {
    try {
      return future.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      if (future.isComplete()) {
        throw Eventually.<RuntimeException>asIs(e); // the answer is that one ran out of time
      }
      throw new AssertionError("no answer within " + PATIENCE, e);
    }
  }

  /**
   * Waits for what arrives next.
   *
   * @param queue where it arrives
   * @param <T> what arrives
   * @return the first of the queue, which it is taken from
   * @throws AssertionError where nothing came within {@link #PATIENCE}
   */
  public static <T> T next(BlockingQueue<T> queue) {
    return next(queue, any -> true);
  }

  /**
   * Waits for what arrives next of a kind, and skips everything else.
   *
   * @param queue where it arrives
   * @param wanted whether it is that
   * @param <T> what arrives
   * @return the first that was wanted; it and all before it are taken from the queue
   * @throws AssertionError with what came last, where it did not come within {@link #PATIENCE}
   */
  public static <T> T next(BlockingQueue<T> queue, Predicate<? super T> wanted) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    T last = null;
    try {
      for (T next = queue.poll(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
          next != null;
          next = queue.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        if (wanted.test(next)) {
          return next;
        }
        last = next;
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    throw new AssertionError("nothing more came within " + PATIENCE + "; the last was " + last);
  }

  /**
   * Looks until something holds, for as long as {@link #PATIENCE}.
   *
   * @param what what is awaited, for the message
   * @param holds whether it is there; what it throws ends the wait
   * @throws AssertionError where it did not come to hold
   */
  public static void await(String what, Callable<Boolean> holds) {
    await(what, holds, Boolean::booleanValue);
  }

  /**
   * Looks until something is as it should be, for as long as {@link #PATIENCE}.
   *
   * @param what what is awaited, for the message
   * @param look what is seen now; what it throws ends the wait
   * @param wanted whether it is that
   * @param <T> what is looked at
   * @return what was seen last, which is wanted
   * @throws AssertionError with what was seen last, where it was never wanted
   */
  public static <T> T await(String what, Callable<T> look, Predicate<? super T> wanted) {
    return await(what, PATIENCE, look, wanted);
  }

  /**
   * Looks until something is as it should be.
   *
   * @param what what is awaited, for the message
   * @param deadline for how long
   * @param look what is seen now; what it throws ends the wait
   * @param wanted whether it is that
   * @param <T> what is looked at
   * @return what was seen last, which is wanted
   * @throws AssertionError with what was seen last, where it was never wanted
   */
  public static <T> T await(
      String what, Duration deadline, Callable<T> look, Predicate<? super T> wanted) {
    return look(what, deadline, look, wanted, false);
  }

  /**
   * Does again what may fail until it succeeds, for as long as {@link #PATIENCE}: as whoever asks a
   * server that is on its way back.
   *
   * @param what what is awaited, for the message
   * @param work what may fail
   * @param <T> what it brings
   * @return what it brought
   * @throws AssertionError with the last failure as its cause, where it never succeeded
   */
  public static <T> T succeeds(String what, Callable<T> work) {
    return succeeds(what, work, any -> true);
  }

  /**
   * Looks again, as {@link #await(String, Callable, Predicate)}, and also where looking failed.
   *
   * @param what what is awaited, for the message
   * @param look what is seen now; it may fail
   * @param wanted whether it is that
   * @param <T> what is looked at
   * @return what was seen last, which is wanted
   * @throws AssertionError with what was seen last, where it was never wanted
   */
  public static <T> T succeeds(String what, Callable<T> look, Predicate<? super T> wanted) {
    return look(what, PATIENCE, look, wanted, true);
  }

  private static <T> T look(
      String what,
      Duration deadline,
      Callable<T> look,
      Predicate<? super T> wanted,
      boolean mayFail) {
    long end = System.nanoTime() + deadline.toNanos();
    long pause = SHORTEST_PAUSE_MILLIS;
    Object last;
    Exception failure;
    do {
      try {
        T seen = look.call();
        if (wanted.test(seen)) {
          return seen;
        }
        last = seen;
        failure = null;
      } catch (Exception e) {
        if (!mayFail) {
          throw Eventually.<RuntimeException>asIs(e);
        }
        last = e;
        failure = e;
      }
      pause = pause(pause, end);
    } while (pause > 0);
    throw new AssertionError(
        "%s: not within %s; seen last: %s".formatted(what, deadline, last), failure);
  }

  /** How long the next pause is; 0 where there is no time for one. */
  private static long pause(long millis, long end) {
    if (System.nanoTime() - end >= 0) {
      return 0;
    }
    try {
      Thread.sleep(millis);
      return Math.min(2 * millis, LONGEST_PAUSE_MILLIS);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while waiting", e);
  }

  /** A checked exception of a look reaches the test, whose method may throw it. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> E asIs(Exception failure) throws E {
    throw (E) failure;
  }
}
