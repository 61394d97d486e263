package io.servicegroup.backend.postgres;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.VertxWrapper;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Knows the sockets that the driver opens, so that they can be closed. The driver turns every close
 * into a goodbye that the server is to answer by closing; with a server that hangs, or never
 * answered at all, such a socket would stay for as long as that lasts.
 */
final class PostgresClientSockets extends VertxWrapper {

  private final List<NetSocketInternal> sockets = new ArrayList<>();
  private boolean destroyed;

  PostgresClientSockets(Vertx vertx) {
    super((VertxInternal) vertx);
  }

  @Override
  public NetClient createNetClient(NetClientOptions options) {
    return new Recorder(delegate.createNetClient(options));
  }

  /** Closes every socket, and those that are still to come. */
  synchronized void destroy() {
    destroyed = true;
    sockets.forEach(PostgresClientSockets::close);
    sockets.clear();
  }

  private synchronized void opened(NetSocket socket) {
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

  private final class Recorder implements NetClient {

    private final NetClient client;

    Recorder(NetClient client) {
      this.client = client;
    }

    @Override
    public Future<NetSocket> connect(int port, String host) {
      return client.connect(port, host).onSuccess(PostgresClientSockets.this::opened);
    }

    @Override
    public Future<NetSocket> connect(int port, String host, String serverName) {
      return client.connect(port, host, serverName).onSuccess(PostgresClientSockets.this::opened);
    }

    @Override
    public Future<NetSocket> connect(SocketAddress address) {
      return client.connect(address).onSuccess(PostgresClientSockets.this::opened);
    }

    @Override
    public Future<NetSocket> connect(SocketAddress address, String serverName) {
      return client.connect(address, serverName).onSuccess(PostgresClientSockets.this::opened);
    }

    @Override
    public Future<NetSocket> connect(ConnectOptions options) {
      return client.connect(options).onSuccess(PostgresClientSockets.this::opened);
    }

    @Override
    public Future<Void> shutdown(long timeout, TimeUnit unit) {
      return client.shutdown(timeout, unit);
    }

    @Override
    public Future<Boolean> updateSSLOptions(ClientSSLOptions options, boolean force) {
      return client.updateSSLOptions(options, force);
    }

    @Override
    public boolean isMetricsEnabled() {
      return client.isMetricsEnabled();
    }
  }
}
