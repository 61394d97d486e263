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
 * Answers HAProxy's {@code agent-check} with one line per connection, about the service that the
 * balancer names ({@code agent-send}) or about all services beside this agent.
 *
 * <p>A service that is to get no new sessions is given the weight 0. HAProxy's words {@code drain}
 * and {@code maint} are not used, because they last until {@code ready} is received: a balancer
 * that was away misses it, and it would also revoke what HAProxy's own operator ordered. A weight
 * is sent with each answer.
 */
final class AgentCheckServer {

  /** The wait for a name, since a balancer that asks for all services sends nothing at all. */
  private static final long NAME_WITHIN_MILLIS = 250;

  private static final int MAX_NAME = 4096;
  private static final int MAX_REASON = 200;

  private final Vertx vertx;
  private final LocalHealth health;
  private final AgentCheckClients clients;
  private final NetServer server;

  AgentCheckServer(Vertx vertx, LocalHealth health, LongSupplier nanoTime) {
    this.vertx = vertx;
    this.health = health;
    this.clients = new AgentCheckClients(nanoTime);
    this.server =
        vertx
            .createNetServer(new NetServerOptions().setIdleTimeout(5))
            .connectHandler(this::connected);
  }

  /**
   * Starts to listen.
   *
   * @param config the address
   * @param port the port; 0 takes a free one
   * @return the actual port; fails with a sentence that names the key to change
   */
  Future<Integer> listen(AgentConfig.AgentCheck config, int port) {
    return server
        .listen(port, config.host())
        .map(NetServer::actualPort)
        .recover(failure -> ListenFailure.of("agent_check", config.host(), port, failure));
  }

  private void connected(NetSocket socket) {
    new Connection(socket).awaitName();
  }

  /** A connection that is read until the name in it is complete, and then answered. */
  private final class Connection {

    private final NetSocket socket;
    private final Buffer name = Buffer.buffer();
    private long timer;
    private boolean answered;

    Connection(NetSocket socket) {
      this.socket = socket;
    }

    void awaitName() {
      // A client with nothing to send may close its side at once, and still gets its answer.
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
      clients.opened();
      socket.closeHandler(
          closed -> {
            vertx.cancelTimer(timer);
            clients.closed();
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
            .onSuccess(sent -> clients.answered(address, asked, stopping));
      }
    }
  }

  /**
   * Makes the answer to HAProxy.
   *
   * @param asked a member as {@code group/host}, a group, or empty for all services of this machine
   * @return the line without its line feed
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
   * Waits until every balancer that asks regularly was told that the agent stops. HAProxy keeps the
   * last answer where it can connect no more, so that it would go on sending requests.
   *
   * @param limit the longest wait
   * @return never fails
   */
  Future<Void> allTold(Duration limit) {
    return clients.allTold(vertx, limit);
  }

  private static String printable(String reason) {
    String cut = reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) : reason;
    return cut.replaceAll("[^\\x20-\\x7e]", "?");
  }
}
