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
 * Knows the sockets that the driver opens, so that they can be closed. The driver turns every close
 * into a goodbye that the server is to answer by closing; with a server that hangs, or never
 * answered at all, such a socket would stay for as long as that lasts.
 */
final class PostgresClientSockets extends DialingVertx {

  private final List<NetSocketInternal> sockets = new ArrayList<>();
  private boolean destroyed;

  PostgresClientSockets(Vertx vertx) {
    super(vertx);
  }

  /** Closes every socket, and those that are still to come. */
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

  /** From the first handler on, which is where the driver's own, behind it, has no say. */
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
