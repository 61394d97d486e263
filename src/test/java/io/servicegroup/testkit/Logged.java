package io.servicegroup.testkit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What the agent's code logs, from information upwards. */
public final class Logged {

  private Logged() {}

  /**
   * Does something and hears what is logged meanwhile, by whatever thread.
   *
   * @param work what to do
   * @return the lines, without time and level
   */
  public static List<String> during(Runnable work) {
    Logger logger = (Logger) LoggerFactory.getLogger("io.servicegroup");
    ListAppender<ILoggingEvent> heard = new ListAppender<>();
    heard.start();
    logger.addAppender(heard);
    try {
      work.run();
    } finally {
      logger.detachAppender(heard);
    }
    return List.copyOf(heard.list).stream()
        .filter(event -> event.getLevel().isGreaterOrEqual(Level.INFO))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }
}
