package io.servicegroup.backend.memcached;

import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Secrets;
import io.servicegroup.runtime.Dialer;
import io.servicegroup.runtime.TlsFiles;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.X509KeyManager;

/**
 * Opens connections to the servers of a URI, by TLS and as a user where the URI says so. Names,
 * certificates and passwords are read again for each connection.
 */
final class MemcachedConnector {

  /**
   * The time within which the addresses of a name are tried one after the other; the last attempt
   * may take longer.
   */
  private static final Duration SHARED = Duration.ofSeconds(2);

  private static final Duration ONE_ADDRESS = Duration.ofSeconds(3);

  private static final Duration AUTHENTICATION = Duration.ofSeconds(2);

  private final Vertx vertx;
  private final BackendUri uri;
  private final NetClient client;
  private final ClientSSLOptions tls;
  private final X509KeyManager certificate;
  private final Dialer dialer;

  /**
   * Creates a connector; nothing connects yet.
   *
   * @param uri names the user and how TLS is spoken
   */
  MemcachedConnector(Vertx vertx, BackendUri uri) {
    this.vertx = vertx;
    this.uri = uri;
    this.client = vertx.createNetClient(new NetClientOptions().setTcpKeepAlive(true));
    this.tls = uri.get(MemcachedTechnology.TLS) ? tls(uri) : null;
    this.certificate = certificate(uri);
    this.dialer = new Dialer(vertx);
  }

  private static ClientSSLOptions tls(BackendUri uri) {
    ClientSSLOptions tls = new ClientSSLOptions().setHostnameVerificationAlgorithm("HTTPS");
    tls.setSslHandshakeTimeout(ONE_ADDRESS.toMillis());
    tls.setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
    uri.find(MemcachedTechnology.AUTHORITIES)
        .map(file -> TlsFiles.authorities(MemcachedTechnology.AUTHORITIES.name(), file))
        .ifPresent(tls::setTrustOptions);
    return tls;
  }

  private static X509KeyManager certificate(BackendUri uri) {
    return uri.find(MemcachedTechnology.CERTIFICATE)
        .map(
            file ->
                TlsFiles.keyManager(
                    MemcachedTechnology.CERTIFICATE.name(),
                    file,
                    uri.get(MemcachedTechnology.CERTIFICATE_KEY)))
        .orElse(null);
  }

  Vertx vertx() {
    return vertx;
  }

  /**
   * Connects to a server.
   *
   * @param host of which every address is tried
   * @param lost see {@link MemcachedConnection#whenLost}
   * @return a connection on which the server takes commands; fails within about eight seconds
   */
  Future<MemcachedConnection> connect(BackendUri.Host host, Consumer<Throwable> lost) {
    return Secrets.now(vertx, uri)
        .compose(
            now ->
                dialer
                    .dial(host.name(), host.port(), SHARED.toMillis(), this::dial, NetSocket::close)
                    .map(socket -> new MemcachedConnection(vertx, socket))
                    .compose(connection -> authenticate(connection, now)))
        .onSuccess(connection -> connection.whenLost(lost));
  }

  private Future<NetSocket> dial(SocketAddress address) {
    ConnectOptions options =
        new ConnectOptions()
            .setRemoteAddress(address)
            .setTimeout((int) ONE_ADDRESS.toMillis())
            .setSsl(tls != null);
    return client.connect(tls == null ? options : options.setSslOptions(ownSession()));
  }

  /**
   * The options of one connection. Connections with equal options resume each other's sessions,
   * which a memcached that asks for a client's certificate refuses.
   */
  private ClientSSLOptions ownSession() {
    ClientSSLOptions own = tls.copy();
    if (certificate != null) {
      own.setKeyCertOptions(KeyCertOptions.wrap(certificate));
    }
    return own;
  }

  /** A server refuses by an answer that ends the connection; any other lets the user in. */
  private static Future<MemcachedConnection> authenticate(
      MemcachedConnection connection, BackendUri now) {
    if (now.user() == null) {
      return Future.succeededFuture(connection);
    }
    return connection
        .send(
            List.of(MemcachedCommand.authenticate(now.user(), now.password())),
            System.nanoTime() + AUTHENTICATION.toNanos(),
            AUTHENTICATION.toMillis())
        .onFailure(failure -> connection.close())
        .map(connection);
  }

  /** Closes all connections. Never fails. */
  Future<Void> close() {
    return client.close().otherwiseEmpty();
  }
}
