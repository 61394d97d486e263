package io.servicegroup.runtime;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.netty.channel.DefaultChannelPipeline;
import java.io.IOException;
import org.slf4j.Marker;

/**
 * Keeps the lines and stack traces out of the log that libraries write about each failed connection
 * and each failed call between machines. The callers get the same failures and log them once.
 * {@link ProcessWatchdog} still sees the lines that are kept out.
 */
final class Chatter extends TurboFilter {

  private static final String HAZELCAST = "com.hazelcast.";
  private static final String PIPELINE = DefaultChannelPipeline.class.getName();

  @Override
  public FilterReply decide(
      Marker marker, Logger logger, Level level, String text, Object[] values, Throwable failure) {
    boolean isConnection = failure instanceof IOException && logger.getName().equals(PIPELINE);
    // Without a text, the library only asks whether such a line would be logged.
    boolean isCall = text != null && logger.getName().startsWith(HAZELCAST);
    return isConnection || isCall ? FilterReply.DENY : FilterReply.NEUTRAL;
  }
}
