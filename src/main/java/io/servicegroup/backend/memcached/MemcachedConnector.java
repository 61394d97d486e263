package io.servicegroup.backend.memcached;

import io.servicegroup.config.BackendUri;
import io.servicegroup.runtime.Dialer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.function.Consumer;

/** Opens connections to servers, and resolves their names each time. */
final class MemcachedConnector {

  /**
   * The time within which the addresses of a name are tried one after the other; the last attempt
   * may take longer.
   */
  private static final Duration SHARED = Duration.ofSeconds(2);

  private static final Duration ONE_ADDRESS = Duration.ofSeconds(3);

  private final Vertx vertx;
  private final NetClient client;
  private final Dialer dialer;

  MemcachedConnector(Vertx vertx) {
    this.vertx = vertx;
    this.client = vertx.createNetClient(new NetClientOptions().setTcpKeepAlive(true));
    this.dialer = new Dialer(vertx);
  }

  Vertx vertx() {
    return vertx;
  }

  /**
   * Connects to a server.
   *
   * @param host of which every address is tried
   * @param lost see {@link MemcachedConnection}
   * @return fails within about five seconds
   */
  Future<MemcachedConnection> connect(BackendUri.Host host, Consumer<Throwable> lost) {
    return dialer
        .dial(host.name(), host.port(), SHARED.toMillis(), this::connect, NetSocket::close)
        .map(socket -> new MemcachedConnection(vertx, socket, lost));
  }

  private Future<NetSocket> connect(SocketAddress address) {
    return client.connect(
        new ConnectOptions().setRemoteAddress(address).setTimeout((int) ONE_ADDRESS.toMillis()));
  }

  /** Closes all connections. Never fails. */
  Future<Void> close() {
    return client.close().otherwiseEmpty();
  }
}
