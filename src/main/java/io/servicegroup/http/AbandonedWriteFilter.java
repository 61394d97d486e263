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

  /**
   * The end of a connection that follows a request in it is read in the event loop's next round. A
   * timer's task may still run in the round of the request, where that took long; the task of a
   * second timer, which is set by the first one's, runs in a later round, after its reads.
   */
  private static final int ROUNDS = 2;

  @Override
  public void handle(RoutingContext ctx) {
    after(ROUNDS, ctx);
  }

  private static void after(int rounds, RoutingContext ctx) {
    if (ctx.response().closed()) {
      LOG.info(
          "{} {} is not done: whoever asked for it has gone",
          ctx.request().method(),
          ctx.normalizedPath());
    } else if (rounds == 0) {
      ctx.next();
    } else {
      ctx.vertx().setTimer(1, passed -> after(rounds - 1, ctx));
    }
  }
}
