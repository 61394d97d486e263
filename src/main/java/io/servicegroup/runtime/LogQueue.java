package io.servicegroup.runtime;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import io.servicegroup.config.AgentConfig;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes the log on a thread of its own, so that code which logs never waits for the reader of the
 * output. Lines that find the queue full are dropped. The library's appender drops silently; this
 * one counts, and logs how many lines are missing as soon as the output is read again.
 */
final class LogQueue extends AsyncAppender {

  private static final long SAID_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** While the thread rests, whoever logs has nobody to wake, which costs more than a line. */
  private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final String LOGGER = Logs.class.getName();

  private final AtomicLong dropped = new AtomicLong();

  /**
   * Makes a queue that is not started.
   *
   * @param context whose events are written
   * @param out the output; only the queue's own thread writes to it
   * @param format text or JSON
   * @param size how many lines may wait
   */
  LogQueue(LoggerContext context, OutputStream out, AgentConfig.LogFormat format, int size) {
    setContext(context);
    setName("log");
    setQueueSize(size);
    setNeverBlock(true);
    // By default the appender drops lines below a warning, uncounted, before the queue is full.
    setDiscardingThreshold(0);
    Output output = new Output(context, encoder(context, format));
    output.setOutputStream(out);
    output.start();
    addAppender(output);
  }

  private static Encoder<ILoggingEvent> encoder(
      LoggerContext context, AgentConfig.LogFormat format) {
    return format == AgentConfig.LogFormat.JSON ? new JsonLines(context) : new TextLines(context);
  }

  /**
   * The number of lines that were dropped since the start.
   *
   * @return the count; may be read on any thread
   */
  long dropped() {
    return dropped.get();
  }

  /**
   * Synchronized, so that capacity which was free is still free when the line is put into the
   * queue.
   */
  @Override
  protected synchronized void append(ILoggingEvent event) {
    if (getRemainingCapacity() == 0) {
      dropped.incrementAndGet();
    } else {
      super.append(event);
    }
  }

  /** Writes the lines, on the queue's own thread. */
  private final class Output extends OutputStreamAppender<ILoggingEvent> {
    private long said;
    private long saidAt = System.nanoTime() - SAID_AGAIN_NANOS;
    private long restedAt = System.nanoTime() - REST_NANOS;

    Output(LoggerContext context, Encoder<ILoggingEvent> encoder) {
      setContext(context);
      setEncoder(encoder);
    }

    @Override
    protected void subAppend(ILoggingEvent event) {
      super.subAppend(event);
      long missing = dropped.get() - said;
      if (missing > 0
          && (getNumberOfElementsInQueue() == 0 || System.nanoTime() - saidAt > SAID_AGAIN_NANOS)) {
        said += missing;
        saidAt = System.nanoTime();
        super.subAppend(notice(missing));
      }
      rest();
    }

    /** Lets the lines that follow soon gather, where none waits. The end of the queue ends this. */
    private void rest() {
      if (getNumberOfElementsInQueue() == 0 && System.nanoTime() - restedAt > REST_NANOS) {
        LockSupport.parkNanos(REST_NANOS);
        restedAt = System.nanoTime();
      }
    }

    /**
     * Leaves the stream open, since it belongs to the process and a later queue writes to it as
     * well.
     */
    @Override
    protected void closeOutputStream() {}

    private ILoggingEvent notice(long missing) {
      LoggerContext context = (LoggerContext) getContext();
      return new LoggingEvent(
          LogQueue.class.getName(),
          context.getLogger(LOGGER),
          Level.WARN,
          "{} log lines were dropped: the output was not read fast enough",
          null,
          new Object[] {missing});
    }
  }
}
