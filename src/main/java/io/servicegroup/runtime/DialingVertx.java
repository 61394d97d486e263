package io.servicegroup.runtime;

import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.VertxWrapper;
import io.vertx.core.internal.net.NetClientInternal;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.metrics.Metrics;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A Vert.x to give to drivers: the clients that it makes connect through a {@link Dialer}. */
public class DialingVertx extends VertxWrapper {

  private final SocketAddress instead;

  /**
   * Wraps a Vert.x.
   *
   * @param vertx does everything else
   */
  public DialingVertx(Vertx vertx) {
    this(vertx, null);
  }

  /**
   * Wraps a Vert.x for a driver that cannot express the server's name.
   *
   * @param vertx does everything else
   * @param instead the address to which every connection goes, whatever the driver asks for; or
   *     null
   */
  public DialingVertx(Vertx vertx, SocketAddress instead) {
    super((VertxInternal) vertx);
    this.instead = instead;
  }

  @Override
  public NetClient createNetClient(NetClientOptions options) {
    return new Client(delegate.createNetClient(options), options.getConnectTimeout());
  }

  @Override
  public NetClient createNetClient() {
    return createNetClient(new NetClientOptions());
  }

  /** Called when a socket was connected; does nothing here. * @param socket the socket */
  protected void opened(NetSocket socket) {
    // Subclasses count them.
  }

  private final class Client implements NetClientInternal {

    private final NetClientInternal client;
    private final int millis;
    private final Dialer dialer = new Dialer(delegate);

    Client(NetClient client, int millis) {
      this.client = (NetClientInternal) client;
      this.millis = millis;
    }

    @Override
    public Future<NetSocket> connect(ConnectOptions options) {
      return connect(options, client::connect);
    }

    @Override
    public void connectInternal(
        ConnectOptions options, Promise<NetSocket> promise, ContextInternal context) {
      connect(
              options,
              one -> {
                Promise<NetSocket> made = context.promise();
                client.connectInternal(one, made, context);
                return made.future();
              })
          .onComplete(promise);
    }

    private Future<NetSocket> connect(
        ConnectOptions options, Function<ConnectOptions, Future<NetSocket>> connecting) {
      SocketAddress given =
          options.getRemoteAddress() != null
              ? options.getRemoteAddress()
              : SocketAddress.inetSocketAddress(options.getPort(), options.getHost());
      SocketAddress target = instead == null ? given : instead;
      if (!target.isInetSocket()) {
        return connecting.apply(options).onSuccess(DialingVertx.this::opened);
      }
      int bound = options.getTimeout() < 0 ? millis : options.getTimeout();
      return dialer
          .dial(
              target.host(),
              target.port(),
              bound,
              address ->
                  connecting.apply(
                      new ConnectOptions(options)
                          .setRemoteAddress(address)
                          .setHost(target.host())
                          .setPort(target.port())),
              NetSocket::close)
          .onSuccess(DialingVertx.this::opened);
    }

    @Override
    public Future<NetSocket> connect(int port, String host) {
      return connect(new ConnectOptions().setPort(port).setHost(host));
    }

    @Override
    public Future<NetSocket> connect(int port, String host, String serverName) {
      return connect(new ConnectOptions().setPort(port).setHost(host).setSniServerName(serverName));
    }

    @Override
    public Future<NetSocket> connect(SocketAddress address) {
      return connect(new ConnectOptions().setRemoteAddress(address));
    }

    @Override
    public Future<NetSocket> connect(SocketAddress address, String serverName) {
      return connect(new ConnectOptions().setRemoteAddress(address).setSniServerName(serverName));
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
    public Future<Void> closeFuture() {
      return client.closeFuture();
    }

    @Override
    public void close(Completable<Void> completion) {
      client.close(completion);
    }

    @Override
    public Metrics getMetrics() {
      return client.getMetrics();
    }

    @Override
    public boolean isMetricsEnabled() {
      return client.isMetricsEnabled();
    }
  }
}
