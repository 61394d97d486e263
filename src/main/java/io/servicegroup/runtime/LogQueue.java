package io.servicegroup.runtime;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import io.servicegroup.config.AgentConfig;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes the log on a thread of its own, so that whoever logs never waits for whoever reads. What
 * finds the queue full is dropped. The library's appender drops without a word; this one counts,
 * and says how many lines are missing as soon as the output is read again.
 */
final class LogQueue extends AsyncAppender {

  private static final String TEXT =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z', UTC} %level %logger{0} - %msg%n";
  private static final long SAID_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final String LOGGER = Logs.class.getName();

  private final AtomicLong dropped = new AtomicLong();

  /**
   * Makes a queue that is not started.
   *
   * @param context whose events come
   * @param out where they go; only the queue's own thread writes to it
   * @param format as text or JSON
   * @param size how many lines may wait
   */
  LogQueue(LoggerContext context, OutputStream out, AgentConfig.LogFormat format, int size) {
    setContext(context);
    setName("log");
    setQueueSize(size);
    setNeverBlock(true);
    // Otherwise it would begin to drop, uncounted, what is not at least a warning.
    setDiscardingThreshold(0);
    Output output = new Output(context, encoder(context, format));
    output.setOutputStream(out);
    output.start();
    addAppender(output);
  }

  private static Encoder<ILoggingEvent> encoder(
      LoggerContext context, AgentConfig.LogFormat format) {
    if (format == AgentConfig.LogFormat.JSON) {
      return new JsonLines(context);
    }
    PatternLayoutEncoder text = new PatternLayoutEncoder();
    text.setContext(context);
    text.setPattern(TEXT);
    text.start();
    return text;
  }

  /**
   * How many lines were dropped since it started.
   *
   * @return the count; may be asked on any thread
   */
  long dropped() {
    return dropped.get();
  }

  /** One writer at a time: what was free when it looked is free when it puts its line there. */
  @Override
  protected synchronized void append(ILoggingEvent event) {
    if (getRemainingCapacity() == 0) {
      dropped.incrementAndGet();
    } else {
      super.append(event);
    }
  }

  /** On the queue's own thread. */
  private final class Output extends OutputStreamAppender<ILoggingEvent> {
    private long said;
    private long saidAt = System.nanoTime() - SAID_AGAIN_NANOS;

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
    }

    /** The process's stream outlives every queue that writes to it. */
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
