package io.servicegroup.http;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.servicegroup.config.AgentConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * HAProxy's {@code agent-check}: a line per connection, about the service that the balancer names
 * ({@code agent-send}) or about all beside this agent.
 *
 * <p>What is to get nothing new has its weight put to nothing. HAProxy's words {@code drain} and
 * {@code maint} would stay until {@code ready} is heard, which a balancer that was away misses; and
 * {@code ready} would end what HAProxy's own operator ordered. A weight is said anew each time.
 */
final class AgentCheckServer {

  /** A balancer that names nothing sends nothing: so long is waited for a name that is late. */
  private static final long NAME_WITHIN_MILLIS = 250;

  private static final int MAX_NAME = 4096;
  private static final int MAX_REASON = 200;

  private final Vertx vertx;
  private final LocalHealth health;
  private final AgentCheckAskers askers;
  private final NetServer server;

  AgentCheckServer(Vertx vertx, LocalHealth health, LongSupplier nanoTime) {
    this.vertx = vertx;
    this.health = health;
    this.askers = new AgentCheckAskers(nanoTime);
    this.server =
        vertx
            .createNetServer(new NetServerOptions().setIdleTimeout(5))
            .connectHandler(this::connected);
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
        .recover(failure -> ListenFailure.of("agent_check", config.host(), port, failure));
  }

  private void connected(NetSocket socket) {
    new Question(socket).await();
  }

  /** One connection: what it asks for, until it is answered. */
  private final class Question {

    private final NetSocket socket;
    private final Buffer name = Buffer.buffer();
    private long timer;
    private boolean answered;

    Question(NetSocket socket) {
      this.socket = socket;
    }

    void await() {
      // Whoever has nothing to send may end its side at once, and is answered nevertheless.
      NetSocketInternal internal = (NetSocketInternal) socket;
      internal
          .channelHandlerContext()
          .channel()
          .config()
          .setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
      internal.eventHandler(
          event -> {
            if (event instanceof ChannelInputShutdownEvent) {
              answer();
            }
          });
      timer = vertx.setTimer(NAME_WITHIN_MILLIS, late -> answer());
      socket.exceptionHandler(failure -> socket.close());
      askers.opened();
      socket.closeHandler(
          closed -> {
            vertx.cancelTimer(timer);
            askers.closed();
          });
      socket.handler(this::read);
    }

    private void read(Buffer part) {
      name.appendBuffer(part);
      if (name.length() > MAX_NAME || part.toString(StandardCharsets.ISO_8859_1).contains("\n")) {
        answer();
      }
    }

    private void answer() {
      if (!answered) {
        answered = true;
        vertx.cancelTimer(timer);
        String asked = name.toString(StandardCharsets.UTF_8).lines().findFirst().orElse("").trim();
        boolean stopping = health.isStopping();
        String address = socket.remoteAddress().hostAddress();
        socket
            .end(Buffer.buffer(line(asked) + "\n"))
            .onSuccess(sent -> askers.answered(address, asked, stopping));
      }
    }
  }

  /**
   * What HAProxy is told now.
   *
   * @param asked a member as {@code group/host}, a group, or empty for all beside this agent
   * @return the line without its end
   */
  String line(String asked) {
    LocalHealth.Advice advice = health.advice(asked.isEmpty() ? null : asked);
    return switch (advice.traffic()) {
      case UP -> "up 100%";
      case DRAIN -> "up 0%";
      case DOWN -> "down #" + printable(advice.reason());
    };
  }

  /**
   * Waits until every balancer that asks regularly has been told that the agent stops: one that
   * finds nobody listening keeps what it was told last.
   *
   * @param limit for how long at most
   * @return never fails
   */
  Future<Void> allTold(Duration limit) {
    return askers.allTold(vertx, limit);
  }

  private static String printable(String reason) {
    String cut = reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) : reason;
    return cut.replaceAll("[^\\x20-\\x7e]", "?");
  }
}
