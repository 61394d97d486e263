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
 * {@code tcp}: the service lives where it accepts a connection within the timeout.
 *
 * <p>With {@code tls} the handshake has to succeed within the timeout as well.
 *
 * <p>With {@code hold} the first connection that is accepted is kept. When the service closes it,
 * or dies, the address is tried again at once, up to {@code fall} times back to back while that
 * fails: so the death of a process is known within milliseconds, and a service that merely closes
 * idle connections is not failed. The held connection only hastens. Every interval a fresh, short
 * connection is made as well, since a hung listener, or a machine that went without a word, leaves
 * a held connection open.
 *
 * <p>What the service sends is thrown away; after {@value #MAX_DISCARDED} bytes the held connection
 * is given up until the next interval.
 */
final class TcpProber implements Prober {

  static final int MAX_DISCARDED = 65_536;

  private final Vertx vertx;
  private final Dialer dialer;
  private final NetClient client;
  private final Probe.Tcp probe;
  private final Reserve reserve;
  private final ProbeTls tls;
  private final ProbeLoop loop;
  private NetSocket held;
  private long heldSince;
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
            shared.lacks(),
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
    Future<Void> closed = held == null ? Future.succeededFuture() : release();
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
    // Where nobody listens on a port of the ephemeral range, the system may give us that very port
    // to call from, and the connection is to itself; held, it would keep the service from binding.
    if (isToItself(socket.localAddress(), socket.remoteAddress())) {
      socket.close();
      return Future.failedFuture(new ProbeFailure("connection refused"));
    }
    if (probe.hold() && held == null && !over.isComplete()) {
      hold(socket);
    } else {
      socket.close();
    }
    return Future.succeededFuture();
  }

  private static boolean isToItself(SocketAddress from, SocketAddress to) {
    return from.port() == to.port() && from.hostAddress().equals(to.hostAddress());
  }

  private void hold(NetSocket socket) {
    held = socket;
    heldSince = System.nanoTime();
    int[] discarded = {0};
    socket.handler(
        data -> {
          discarded[0] += data.length();
          if (discarded[0] > MAX_DISCARDED && held == socket) {
            release();
          }
        });
    socket.closeHandler(
        nothing -> {
          if (held == socket) {
            held = null;
            lookAgain();
          }
        });
  }

  private Future<Void> release() {
    NetSocket socket = held;
    held = null;
    return socket.close();
  }

  /**
   * At once; but a service that closes connections as soon as it accepted them is not tried in an
   * endless loop: the waits grow from a millisecond to the interval. They begin so short since a
   * process that dies may accept a last time after it closed what is held.
   */
  private void lookAgain() {
    long intervalMillis = probe.timing().interval().toMillis();
    long heldMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - heldSince);
    briefInARow = heldMillis < intervalMillis / 10 ? Math.min(10, briefInARow + 1) : 0;
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
