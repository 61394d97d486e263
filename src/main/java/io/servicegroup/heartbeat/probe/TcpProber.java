package io.servicegroup.heartbeat.probe;

import io.servicegroup.model.Probe;
import io.servicegroup.runtime.Dialer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The probe {@code tcp}: the service lives where it accepts a connection within the timeout.
 *
 * <p>With {@code tls} the handshake has to succeed within the timeout as well.
 *
 * <p>With {@code hold} the first accepted connection is kept open. When it is closed, the prober
 * looks again at once, up to {@code fall} times in a row while that fails: so the end of a process
 * is noticed within milliseconds, and a service that merely closes idle connections has not failed.
 * The kept connection only speeds this up. A new, short connection is made every interval as well,
 * because a kept connection stays open where a listener hangs or a machine disappears.
 *
 * <p>What the service sends is discarded; after {@value #MAX_DISCARDED} bytes the kept connection
 * is closed until the next interval.
 */
final class TcpProber implements Prober {

  static final int MAX_DISCARDED = 65_536;

  private final Vertx vertx;
  private final Dialer dialer;
  private final NetClient client;
  private final Probe.Tcp probe;
  private final DescriptorReserve reserve;
  private final ProbeTls tls;
  private final ProbeLoop loop;
  private NetSocket kept;
  private long keptSince;
  private int briefInARow;
  private boolean stopped;

  TcpProber(
      Vertx vertx, NetClient client, Probers.Connections shared, String name, Probe.Tcp probe) {
    this.vertx = vertx;
    this.dialer = shared.dialer();
    this.reserve = shared.reserve();
    this.tls =
        probe.tls() == null
            ? null
            : new ProbeTls(
                shared.files(),
                probe.tls(),
                probe.host(),
                Probers.netBelowMillis(probe.timing().timeout()));
    this.client = client;
    this.probe = probe;
    this.loop =
        new ProbeLoop(
            vertx,
            shared.lackLog(),
            name,
            probe.timing().interval(),
            probe.timing().timeout(),
            this::look);
  }

  @Override
  public void start(Consumer<ProbeResult> results) {
    loop.start(results);
  }

  @Override
  public Future<Void> stop() {
    stopped = true;
    Future<Void> closed = kept == null ? Future.succeededFuture() : release();
    return loop.stop().eventually(() -> closed);
  }

  private Future<Void> look(Attempt attempt) {
    Future<ClientSSLOptions> trusted =
        tls == null ? Future.succeededFuture() : tls.options(attempt);
    return trusted
        .compose(
            trust -> {
              attempt.waitsFor(tls == null ? "no answer" : "no connection with TLS");
              return dialer.dial(
                  probe.host(),
                  probe.port(),
                  probe.timing().timeout().toMillis(),
                  address -> connect(address, trust),
                  NetSocket::close);
            })
        .compose(socket -> accepted(socket, attempt.over()));
  }

  private Future<NetSocket> connect(SocketAddress address, ClientSSLOptions trust) {
    reserve.take();
    ConnectOptions options =
        new ConnectOptions()
            .setRemoteAddress(address)
            .setTimeout(Probers.netBelowMillis(probe.timing().timeout()));
    if (tls != null) {
      options
          .setSsl(true)
          .setSslOptions(trust)
          .setHost(tls.name())
          .setPort(probe.port())
          .setSniServerName(tls.isAnnounced() ? tls.name() : null);
    }
    return client.connect(options);
  }

  private Future<Void> accepted(NetSocket socket, Future<Void> over) {
    socket.exceptionHandler(Probers::closeFollows);
    // Where no process listens on a port of the ephemeral range, the system may use that very port
    // as the local one, and the socket connects to itself. If it were kept, the service could not
    // bind.
    if (isToItself(socket.localAddress(), socket.remoteAddress())) {
      socket.close();
      return Future.failedFuture(new ProbeFailure("connection refused"));
    }
    if (probe.hold() && kept == null && !over.isComplete()) {
      keep(socket);
    } else {
      socket.close();
    }
    return Future.succeededFuture();
  }

  private static boolean isToItself(SocketAddress from, SocketAddress to) {
    return from.port() == to.port() && from.hostAddress().equals(to.hostAddress());
  }

  private void keep(NetSocket socket) {
    kept = socket;
    keptSince = System.nanoTime();
    int[] discarded = {0};
    socket.handler(
        data -> {
          discarded[0] += data.length();
          if (discarded[0] > MAX_DISCARDED && kept == socket) {
            release();
          }
        });
    socket.closeHandler(
        nothing -> {
          if (kept == socket) {
            kept = null;
            lookAgain();
          }
        });
  }

  private Future<Void> release() {
    NetSocket socket = kept;
    kept = null;
    return socket.close();
  }

  /**
   * Looks again at once after the kept connection was closed. Where the service closes connections
   * right after accepting them, the waits grow from a millisecond to the interval, so that this is
   * no endless loop. The first wait is so short because a process that ends may accept one more
   * connection after it closed the kept one.
   */
  private void lookAgain() {
    long intervalMillis = probe.timing().interval().toMillis();
    long keptMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - keptSince);
    briefInARow = keptMillis < intervalMillis / 10 ? Math.min(10, briefInARow + 1) : 0;
    if (briefInARow > 1) {
      vertx.setTimer(Math.min(intervalMillis, 1L << 2 * (briefInARow - 2)), id -> burst());
    } else {
      burst();
    }
  }

  private void burst() {
    if (!stopped) {
      loop.burst(probe.timing().fall());
    }
  }
}
