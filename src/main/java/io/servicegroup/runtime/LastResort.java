package io.servicegroup.runtime;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/**
 * Ends the process, with an exit code that a supervisor restarts on, where it cannot go on: no
 * memory, threads or descriptors are left, or an event loop is gone. A half of an agent that
 * answers that it lives while nobody beats is worse than none.
 *
 * <p>What runs on event loops catches whatever is thrown, and logs it: so every line that is logged
 * is looked at, too.
 */
public final class LastResort extends TurboFilter {

  /** As for everything else that went wrong. */
  private static final int EXIT_CODE = 1;

  private static final int DEEPEST_CAUSE = 10;
  private static final int STUCK_SECONDS = 60;
  private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(LastResort.class);

  /** Whether this process is ours to end. */
  private static volatile boolean watching;

  /** An event loop, and for how many seconds it has not turned. */
  private static final class Loop {
    private final Context context;
    private volatile boolean turned = true;
    private int stuck;

    Loop(Context context) {
      this.context = context;
    }
  }

  private LastResort() {}

  /** Sees what is logged. */
  static TurboFilter filter() {
    return new LastResort();
  }

  /**
   * Watches over this process. To be called before anything runs on the event loops.
   *
   * @param vertx whose event loops
   * @param loops how many it has
   * @throws InterruptedException where the caller was interrupted
   */
  public static void watch(Vertx vertx, int loops) throws InterruptedException {
    watching = true;
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> {
          endIfFatal(failure);
          LOG.error("{} ended", thread.getName(), failure);
        });
    vertx.exceptionHandler(
        failure -> {
          endIfFatal(failure);
          LOG.error("Something failed that nobody waits for", failure);
        });
    List<Loop> watched = new ArrayList<>();
    for (int i = 0; i < loops; i++) {
      // A thread has one context for all time; contexts are given to the event loops in turn.
      Thread thread = new Thread(() -> watched.add(new Loop(vertx.getOrCreateContext())));
      thread.start();
      thread.join();
    }
    Descriptors descriptors = Descriptors.ofThisProcess();
    // Once now, so that looking needs no class later, whose file could not be opened either.
    descriptors.look();
    Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "last-resort");
              thread.setDaemon(true);
              return thread;
            })
        .scheduleWithFixedDelay(() -> look(watched, descriptors), 1, 1, TimeUnit.SECONDS);
  }

  /** Counts its own looks, not the time: a machine that was suspended is no reason. */
  private static void look(List<Loop> loops, Descriptors descriptors) {
    try {
      descriptors.look().ifPresent(LastResort::end);
      for (Loop loop : loops) {
        if (!loop.turned) {
          if (++loop.stuck >= STUCK_SECONDS) {
            end("an event loop has not turned for " + STUCK_SECONDS + " seconds");
          }
          continue;
        }
        loop.stuck = 0;
        loop.turned = false;
        loop.context.runOnContext(nothing -> loop.turned = true);
      }
    } catch (RejectedExecutionException e) {
      end("an event loop has ended");
    } catch (Throwable e) { // an Error too: this is what is to end the process because of one
      endIfFatal(e);
    }
  }

  @Override
  public FilterReply decide(
      Marker marker, Logger logger, Level level, String text, Object[] values, Throwable failure) {
    endIfFatal(failure);
    if (failure == null && values != null && values.length > 0) {
      endIfFatal(values[values.length - 1] instanceof Throwable last ? last : null);
    }
    return FilterReply.NEUTRAL;
  }

  /**
   * Ends a process that is watched over, where a failure that is not logged means that it cannot go
   * on.
   *
   * @param failure what somebody takes for the failure of something remote
   */
  public static void mind(Throwable failure) {
    if (watching) {
      endIfFatal(failure);
    }
  }

  private static void endIfFatal(Throwable failure) {
    if (isFatal(failure)) {
      end(
          "it is out of memory or threads ("
              + failure
              + "): allow it more (-Xmx, or ulimit -u, TasksMax in a systemd unit)");
    }
  }

  /** Whether a failure means that nothing more can be relied on. */
  static boolean isFatal(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
      if (cause instanceof OutOfMemoryError) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  private static void end(String why) {
    try {
      LOG.error("This agent cannot go on and ends: {}", why);
      Logs.end();
    } catch (Throwable e) {
      // Whatever it is: the end is the next line, and needs no memory.
    } finally {
      Runtime.getRuntime().halt(EXIT_CODE);
    }
  }
}
