package io.servicegroup.http;

import io.servicegroup.config.AgentConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * HAProxy's {@code agent-check}: a line per connection.
 *
 * <p>HAProxy keeps a server that was told to drain in that state until it hears {@code ready}. So
 * for a minute after a drain, the line says that too; not always, since it would end a drain that
 * HAProxy's own operator ordered.
 */
final class AgentCheckServer {

  private static final Duration READY_AFTER_DRAIN = Duration.ofMinutes(1);
  private static final int MAX_REASON = 200;

  private final LocalHealth health;
  private final LongSupplier nanoTime;
  private final NetServer server;
  private boolean drained;
  private long drainedAt;

  AgentCheckServer(Vertx vertx, LocalHealth health, LongSupplier nanoTime) {
    this.health = health;
    this.nanoTime = nanoTime;
    this.server =
        vertx
            .createNetServer(new NetServerOptions().setIdleTimeout(5))
            .connectHandler(this::answer);
  }

  /**
   * Listens.
   *
   * @param config where
   * @param port the port; 0 takes a free one
   * @return the actual port; fails with a sentence that names the key
   */
  Future<Integer> listen(AgentConfig.AgentCheck config, int port) {
    return server
        .listen(port, config.host())
        .map(NetServer::actualPort)
        .recover(failure -> ListenFailure.of("agent_check.port", config.host(), port, failure));
  }

  private void answer(NetSocket socket) {
    socket.exceptionHandler(failure -> socket.close());
    socket.end(Buffer.buffer(line() + "\n"));
  }

  /** What HAProxy is told now. */
  String line() {
    return switch (health.traffic()) {
      case UP -> isJustAfterDrain() ? "up 100% ready" : "up 100%";
      case DRAIN -> {
        drained = true;
        drainedAt = nanoTime.getAsLong();
        yield "drain";
      }
      case DOWN -> "down #" + printable(health.downReason());
    };
  }

  private boolean isJustAfterDrain() {
    drained &= nanoTime.getAsLong() - drainedAt < READY_AFTER_DRAIN.toNanos();
    return drained;
  }

  private static String printable(String reason) {
    String cut = reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) : reason;
    return cut.replaceAll("[^\\x20-\\x7e]", "?");
  }
}
