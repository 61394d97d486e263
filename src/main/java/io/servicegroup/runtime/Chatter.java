package io.servicegroup.runtime;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.netty.channel.DefaultChannelPipeline;
import java.io.IOException;
import org.slf4j.Marker;

/**
 * Keeps out of the log what a library says of each connection that fails: with a stack, and once a
 * second while no socket can be opened. Whoever made the connection is told, and says it once.
 */
final class Chatter extends TurboFilter {

  private static final String PIPELINE = DefaultChannelPipeline.class.getName();

  @Override
  public FilterReply decide(
      Marker marker, Logger logger, Level level, String text, Object[] values, Throwable failure) {
    return failure instanceof IOException && logger.getName().equals(PIPELINE)
        ? FilterReply.DENY
        : FilterReply.NEUTRAL;
  }
}
