package io.servicegroup.runtime;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/**
 * Ends the process where it cannot go on, with an exit code on which a supervisor restarts it: no
 * memory, threads or descriptors are left, or an event loop is gone. An agent that answers requests
 * but no longer beats for its members is worse than none.
 *
 * <p>Code on event loops catches and logs whatever is thrown. So this class also looks at the
 * failure of every line that is logged.
 */
public final class ProcessWatchdog extends TurboFilter {

  /** The exit code of every other failure as well. */
  private static final int EXIT_CODE = 1;

  private static final int DEEPEST_CAUSE = 10;
  private static final int STUCK_SECONDS = 60;
  private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(ProcessWatchdog.class);

  /**
   * Whether this process is an agent, which may be ended, and not a program that embeds its
   * verticles.
   */
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

  private ProcessWatchdog() {}

  /** Makes the filter that looks at the failures in logged lines. */
  static TurboFilter filter() {
    return new ProcessWatchdog();
  }

  /**
   * Starts to watch this process. To be called before anything runs on the event loops.
   *
   * @param vertx whose event loops are watched
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
          LOG.error("An operation failed for whose result no code waits", failure);
        });
    List<Loop> watched = new ArrayList<>();
    for (int i = 0; i < loops; i++) {
      // Each new thread gets a context of the next event loop in turn, so these threads reach all
      // loops.
      Thread thread = new Thread(() -> watched.add(new Loop(vertx.getOrCreateContext())));
      thread.start();
      thread.join();
    }
    Descriptors descriptors = Descriptors.ofThisProcess();
    // The first look is made now, so that a later one loads no class, whose file could not be
    // opened.
    descriptors.look();
    LookoutThread.every(Duration.ofSeconds(1), () -> look(watched, descriptors));
  }

  /**
   * Looks at the descriptors and the event loops. It counts its own looks and not the time, because
   * a suspended machine is no reason to end.
   */
  private static void look(List<Loop> loops, Descriptors descriptors) {
    try {
      descriptors.look().ifPresent(ProcessWatchdog::end);
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
   * Ends a watched process where a failure that is not logged means that it cannot go on.
   *
   * @param failure which the caller takes for one of something remote
   */
  public static void inspect(Throwable failure) {
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

  /** Whether a failure means that the process cannot be relied on any more. */
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
      // The process ends in the next line, which needs no memory.
    } finally {
      Runtime.getRuntime().halt(EXIT_CODE);
    }
  }
}
