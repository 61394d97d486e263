package io.servicegroup.runtime;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.netty.channel.DefaultChannelPipeline;
import java.io.IOException;
import org.slf4j.Marker;

/**
 * Keeps out of the log what libraries say, with a stack, of each connection that fails and of each
 * call between machines that lost sight of each other. Whoever made the connection or the call is
 * told as well, and says it once. What is kept out is looked at all the same: see {@link
 * LastResort}.
 */
final class Chatter extends TurboFilter {

  private static final String HAZELCAST = "com.hazelcast.";
  private static final String PIPELINE = DefaultChannelPipeline.class.getName();

  @Override
  public FilterReply decide(
      Marker marker, Logger logger, Level level, String text, Object[] values, Throwable failure) {
    boolean isConnection = failure instanceof IOException && logger.getName().equals(PIPELINE);
    // Without a text it is only asked whether such a line would be logged.
    boolean isCall = text != null && logger.getName().startsWith(HAZELCAST);
    return isConnection || isCall ? FilterReply.DENY : FilterReply.NEUTRAL;
  }
}
