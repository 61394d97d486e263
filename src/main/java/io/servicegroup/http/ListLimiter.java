package io.servicegroup.http;

import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Limits how many lists are made and written at the same time; further requests wait. A list of a
 * large fleet takes megabytes, and many requests at once must not exhaust the memory.
 *
 * <p>Not thread-safe.
 */
final class ListLimiter {

  private static final int MAX_RUNNING = 4;
  private static final int MAX_WAITING = 1000;
  private static final Duration MAX_WAIT = Duration.ofSeconds(10);

  /** Enough for a list of ten thousand members at half a megabit per second. */
  private static final Duration MAX_WRITE_TIME = Duration.ofSeconds(60);

  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private int running;

  private record Waiting(RoutingContext ctx, Runnable list, long timer) {}

  /**
   * Runs the work of a request as soon as fewer requests run than are allowed. Answers with 503
   * where that takes too long.
   *
   * @param ctx the request
   * @param list makes and writes the list
   */
  void enter(RoutingContext ctx, Runnable list) {
    if (running < MAX_RUNNING) {
      run(ctx, list);
    } else if (waiting.size() >= MAX_WAITING) {
      refuse(ctx);
    } else {
      long timer = ctx.vertx().setTimer(MAX_WAIT.toMillis(), id -> expire(ctx));
      waiting.add(new Waiting(ctx, list, timer));
    }
  }

  private void run(RoutingContext ctx, Runnable list) {
    running++;
    // A client that reads very slowly must not keep the others waiting for ever.
    long timer =
        ctx.vertx()
            .setTimer(MAX_WRITE_TIME.toMillis(), passed -> ctx.request().connection().close());
    // The end handler is called when the answer is written or the connection is closed.
    ctx.addEndHandler(
        ended -> {
          running--;
          ctx.vertx().cancelTimer(timer);
          next();
        });
    try {
      list.run();
    } catch (RuntimeException e) {
      ctx.fail(e);
    }
  }

  private void next() {
    while (running < MAX_RUNNING && !waiting.isEmpty()) {
      Waiting first = waiting.poll();
      first.ctx().vertx().cancelTimer(first.timer());
      if (!first.ctx().response().closed()) {
        run(first.ctx(), first.list());
      }
    }
  }

  private void expire(RoutingContext ctx) {
    if (waiting.removeIf(it -> it.ctx() == ctx)) {
      refuse(ctx);
    }
  }

  private static void refuse(RoutingContext ctx) {
    if (!ctx.response().ended() && !ctx.response().closed()) {
      ctx.response().putHeader("Retry-After", "1");
      Problem.send(ctx.request(), 503, "too many lists are asked for at once; try again");
    }
  }
}
