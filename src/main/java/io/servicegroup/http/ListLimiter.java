package io.servicegroup.http;

import io.netty.channel.Channel;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits how many lists are made and written at the same time; further requests wait. A list of a
 * large fleet takes megabytes, and many requests at once must not exhaust the memory. A client that
 * reads slowly keeps its list and gives its place to the next one, and a client that takes nothing,
 * or takes too long, is cut.
 *
 * <p>Not thread-safe.
 */
final class ListLimiter {

  private static final Logger LOG = LoggerFactory.getLogger(ListLimiter.class);

  private static final int MAX_RUNNING = 4;
  private static final int MAX_WAITING = 1000;

  /**
   * The most lists that slow clients still read. One more cuts the one that has been read longest.
   */
  private static final int MAX_SLOW = 4;

  /** How long a request waits for its turn. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(10);

  /**
   * How long clients may take.
   *
   * @param slow after this time a client counts as slow
   * @param unread a client that takes nothing for so long is cut
   * @param whole the longest time for a whole list: enough for ten thousand members at half a
   *     megabit per second
   */
  record Limits(Duration slow, Duration unread, Duration whole) {
    static final Limits DEFAULT =
        new Limits(Duration.ofSeconds(1), Duration.ofSeconds(15), Duration.ofSeconds(60));
  }

  private final Limits limits;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Set<Running> slow = new LinkedHashSet<>();
  private int running;

  ListLimiter() {
    this(Limits.DEFAULT);
  }

  ListLimiter(Limits limits) {
    this.limits = limits;
  }

  /** How many lists are being made or written, slowly read ones among them. */
  int lists() {
    return running + slow.size();
  }

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
    Running entered = new Running(ctx);
    // The end handler is called when the answer is written or the connection is closed.
    ctx.addEndHandler(ended -> entered.end());
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

  /** A list that is being made or written. */
  private final class Running {

    private final RoutingContext ctx;
    private final long startedNanos = System.nanoTime();
    private final long timer;
    private long progressNanos = startedNanos;
    private long written;
    private boolean ended;

    Running(RoutingContext ctx) {
      this.ctx = ctx;
      this.timer = ctx.vertx().setPeriodic(limits.slow().toMillis(), tick -> check());
    }

    void end() {
      if (!ended) {
        ended = true;
        ctx.vertx().cancelTimer(timer);
        if (!slow.remove(this)) {
          running--;
        }
        next();
      }
    }

    /**
     * Looks whether the client has taken something. Only as much is written as the client takes, so
     * that what was written shows it.
     */
    private void check() {
      long now = System.nanoTime();
      long bytes = ctx.response().bytesWritten();
      if (bytes == 0) {
        return; // The list is still being made, within the bounds of the stores.
      }
      if (bytes > written) {
        written = bytes;
        progressNanos = now;
      }
      if (now - progressNanos > limits.unread().toNanos()) {
        cut("for " + limits.unread().toSeconds() + " s it has taken nothing of it");
      } else if (now - startedNanos > limits.whole().toNanos()) {
        cut("it has not taken all of it within " + limits.whole().toSeconds() + " s");
      } else if (slow.add(this)) {
        running--;
        if (slow.size() > MAX_SLOW) {
          slow.iterator().next().cut("too many clients read their lists slowly");
        }
        next();
      }
    }

    private void cut(String why) {
      HttpServerRequest request = ctx.request();
      SocketAddress peer = request.connection().remoteAddress();
      LOG.info("The reader of a list at {}:{} is cut: {}", peer.hostAddress(), peer.port(), why);
      Channel channel =
          request.connection() instanceof ConnectionBase connection ? connection.channel() : null;
      if (channel == null) {
        ctx.response().reset();
      } else {
        // HttpConnection.close would first wait until the queued bytes are written.
        channel.close();
      }
      end();
    }
  }
}
