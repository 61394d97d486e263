package io.servicegroup.http;

import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Lets a few lists be made and written at once, and the others wait: a list of a large fleet takes
 * megabytes, and readers who come together must not take all the memory that there is.
 *
 * <p>Not thread-safe.
 */
final class ListGate {

  private static final int AT_ONCE = 4;
  private static final int MOST_WAITING = 1000;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** A list of ten thousand members at half a megabit a second. */
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private int running;

  private record Waiting(RoutingContext ctx, Runnable list, long timer) {}

  /** Answers when it is the request's turn, or with 503 where that does not come. */
  void enter(RoutingContext ctx, Runnable list) {
    if (running < AT_ONCE) {
      run(ctx, list);
    } else if (waiting.size() >= MOST_WAITING) {
      refuse(ctx);
    } else {
      long timer = ctx.vertx().setTimer(PATIENCE.toMillis(), id -> expire(ctx));
      waiting.add(new Waiting(ctx, list, timer));
    }
  }

  private void run(RoutingContext ctx, Runnable list) {
    running++;
    // Who reads by drops is not to keep the others waiting for ever.
    long timer =
        ctx.vertx().setTimer(LONGEST.toMillis(), passed -> ctx.request().connection().close());
    // Called once the answer is written, or its reader is gone.
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
    while (running < AT_ONCE && !waiting.isEmpty()) {
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
