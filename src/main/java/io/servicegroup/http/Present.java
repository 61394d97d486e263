package io.servicegroup.http;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops the writes of those who have gone. An agent that was stopped or suspended for a while finds
 * what was asked of it meanwhile when it goes on: whoever got no answer has gone long since, and
 * may have said something else through another agent, which an old word is not to undo.
 */
final class Present implements Handler<RoutingContext> {

  private static final Logger LOG = LoggerFactory.getLogger(Present.class);

  /** After so long the event loop has read the end of a connection that stood behind a request. */
  private static final long LOOK_MILLIS = 1;

  @Override
  public void handle(RoutingContext ctx) {
    ctx.vertx()
        .setTimer(
            LOOK_MILLIS,
            looked -> {
              if (ctx.response().closed()) {
                LOG.info(
                    "{} {} is not done: whoever asked for it has gone",
                    ctx.request().method(),
                    ctx.normalizedPath());
              } else {
                ctx.next();
              }
            });
  }
}
