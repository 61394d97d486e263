package io.servicegroup.backend.postgres;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.servicegroup.runtime.DialingVertx;
import io.vertx.core.Vertx;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * Tracks the sockets that the driver opens, so that they can be closed. The driver closes a
 * connection by a message that the server answers by closing the socket; with a server that hangs
 * or never answered, the socket would stay open.
 */
final class PostgresClientSockets extends DialingVertx {

  private final List<NetSocketInternal> sockets = new ArrayList<>();
  private boolean destroyed;

  PostgresClientSockets(Vertx vertx) {
    super(vertx);
  }

  /** Closes all sockets, and any that open later. */
  synchronized void destroy() {
    destroyed = true;
    sockets.forEach(PostgresClientSockets::close);
    sockets.clear();
  }

  @Override
  protected synchronized void opened(NetSocket socket) {
    NetSocketInternal opened = (NetSocketInternal) socket;
    if (destroyed) {
      close(opened);
    } else {
      sockets.add(opened);
    }
  }

  /**
   * Closes a socket from the head of its pipeline, because the driver's handler would turn the
   * close into its own message.
   */
  private static void close(NetSocketInternal socket) {
    Channel channel = socket.channelHandlerContext().channel();
    channel
        .eventLoop()
        .execute(
            () -> {
              ChannelHandlerContext first = channel.pipeline().firstContext();
              if (first != null) {
                first.close();
              }
            });
  }
}
