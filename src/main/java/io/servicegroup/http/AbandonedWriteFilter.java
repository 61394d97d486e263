package io.servicegroup.http;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops writes whose client has closed the connection. An agent whose process was suspended for a
 * while finds the requests of that time when it resumes. Their clients gave up and may have made
 * another change through another agent meanwhile, which an old request must not undo.
 */
final class AbandonedWriteFilter implements Handler<RoutingContext> {

  private static final Logger LOG = LoggerFactory.getLogger(AbandonedWriteFilter.class);

  /** Within this time the event loop reads the end of a connection that follows a request in it. */
  private static final long CLOSE_IS_READ_MILLIS = 1;

  @Override
  public void handle(RoutingContext ctx) {
    ctx.vertx()
        .setTimer(
            CLOSE_IS_READ_MILLIS,
            passed -> {
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
