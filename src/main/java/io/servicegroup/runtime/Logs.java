package io.servicegroup.runtime;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.servicegroup.config.AgentConfig;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import org.slf4j.LoggerFactory;

/**
 * The log of this process. Until {@link #apply} is called, it is text with the level {@code info}.
 * May be used from any thread.
 */
public final class Logs {

  /**
   * How many lines may wait to be written: enough for the start of a large agent, in a few hundred
   * kilobytes.
   */
  private static final int QUEUE = 4096;

  private static final Duration LAST_LINES = Duration.ofMillis(500);
  private static final String OURS = "io.servicegroup";

  /** Libraries that log every failed attempt, while agents log a loss and a recovery once each. */
  private static final Map<String, Level> QUIETER =
      Map.of(
          "com.hazelcast", Level.ERROR,
          "org.apache.zookeeper", Level.OFF,
          "io.vertx.redis.client.impl.RedisConnectionManager", Level.OFF,
          // A client that connects while the agent stops is not worth a stack trace.
          "io.netty.bootstrap.ServerBootstrap", Level.ERROR);

  private static Logs current;

  private final LoggerContext context;
  private final OutputStream out;
  private final boolean verbose;
  private AgentConfig.LogFormat format;
  private LogQueue queue;

  Logs(LoggerContext context, OutputStream out, boolean verbose) {
    this.context = context;
    this.out = out;
    this.verbose = verbose;
    context.reset();
    set(AgentConfig.Logging.DEFAULT);
  }

  /**
   * Starts this process's log, before anything is logged.
   *
   * @param out the output: the descriptor itself, because a full pipe blocks a writer that has the
   *     lock of {@link System#out}
   * @param verbose whether to log at least at the level {@code debug}
   */
  public static synchronized void begin(FileOutputStream out, boolean verbose) {
    // Logback is used, without a warning, also where a third party's jar contains another provider.
    System.setProperty("slf4j.internal.verbosity", "WARN");
    System.setProperty("slf4j.provider", UnconfiguredLogback.class.getName());
    System.setProperty(
        "vertx.logger-delegate-factory-class-name",
        "io.vertx.core.logging.SLF4JLogDelegateFactory");
    end();
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    current = new Logs(context, out, verbose);
    context.addTurboFilter(ProcessWatchdog.filter());
    context.addTurboFilter(new Chatter());
  }

  /**
   * Logs as configured from now on. Does nothing where {@link #begin} was not called: that process
   * belongs to another program.
   *
   * @param logging the configuration
   */
  public static synchronized void apply(AgentConfig.Logging logging) {
    if (current != null) {
      current.set(logging);
    }
  }

  /** Ends the log, after at most half a second in which the last lines are written. */
  public static synchronized void end() {
    if (current != null) {
      current.stop();
      current = null;
    }
  }

  void set(AgentConfig.Logging logging) {
    Level level = Level.valueOf(logging.level().name());
    Level least = verbose && level.isGreaterOrEqual(Level.DEBUG) ? Level.DEBUG : level;
    context.getLogger(OURS).setLevel(least);
    Level others = level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN;
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(others);
    QUIETER.forEach(
        (name, quieter) ->
            context.getLogger(name).setLevel(quieter.isGreaterOrEqual(others) ? quieter : others));
    if (format != logging.format()) {
      format = logging.format();
      replaceQueue();
    }
  }

  private void replaceQueue() {
    LogQueue before = queue;
    queue = new LogQueue(context, out, format, QUEUE);
    queue.setMaxFlushTime((int) LAST_LINES.toMillis());
    queue.start();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(queue);
    if (before != null) {
      root.detachAppender(before);
      before.stop();
    }
  }

  long dropped() {
    return queue.dropped();
  }

  void stop() {
    queue.stop();
  }
}
