package io.servicegroup.heartbeat.probe;

import static io.servicegroup.heartbeat.probe.ProberRig.timing;
import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.servicegroup.model.Probe;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TcpProberTest {

  private static final String LOOPBACK = "127.0.0.1";

  private final Vertx vertx = Vertx.vertx();
  private final BlockingQueue<NetSocket> accepted = new LinkedBlockingQueue<>();
  private final BlockingQueue<NetSocket> closed = new LinkedBlockingQueue<>();

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  private NetServer serve(int port) throws Exception {
    return await(
        vertx
            .createNetServer()
            .connectHandler(
                socket -> {
                  socket.closeHandler(nothing -> closed.add(socket));
                  socket.handler(data -> {});
                  accepted.add(socket);
                })
            .listen(port, LOOPBACK));
  }

  private static Probe.Tcp tcp(int port, boolean hold, Probe.Timing timing) {
    return new Probe.Tcp(LOOPBACK, port, hold, timing);
  }

  @Test
  void aServiceThatAcceptsPassesAndOneThatRefusesFails() throws Exception {
    NetServer server = serve(0);
    int port = server.actualPort();
    ProberRig rig = ProberRig.start(vertx, tcp(port, false, timing(50, 50, 1)));
    assertThat(rig.next()).isEqualTo(ProbeResult.pass());
    await(server.close());
    assertThat(rig.await(result -> !result.passed()).reason()).isEqualTo("connection refused");
    serve(port);
    rig.await(ProbeResult::passed);
  }

  @Test
  void withoutHoldEachConnectionIsClosed() throws Exception {
    NetServer server = serve(0);
    ProberRig.start(vertx, tcp(server.actualPort(), false, timing(50, 50, 1)));
    for (int i = 0; i < 3; i++) {
      next(closed);
    }
  }

  @Test
  void aListenerThatHangsFailsAfterTheTimeout() throws Exception {
    try (ServerSocket hanging = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
      List<Socket> backlog = fill(hanging);
      ProberRig rig =
          ProberRig.start(vertx, tcp(hanging.getLocalPort(), true, timing(200, 100, 2)));
      assertThat(rig.next()).isEqualTo(ProbeResult.fail("no answer within 100 ms"));
      assertThat(rig.next().passed()).isFalse();
      for (Socket socket : backlog) {
        socket.close();
      }
    }
  }

  @Test
  void aConnectionThatRanOutOfTimeKeepsNoSocket() throws Exception {
    try (FullListener full = new FullListener()) {
      ProberRig rig = ProberRig.start(vertx, tcp(full.port(), false, timing(100, 100, 1)));
      for (int i = 0; i < 15; i++) {
        assertThat(rig.next().passed()).isFalse();
      }
      assertThat(full.connecting()).isLessThanOrEqualTo(2);
    }
  }

  private static List<Socket> fill(ServerSocket server) throws Exception {
    List<Socket> waiting = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Socket socket = new Socket();
      waiting.add(socket);
      try {
        socket.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), 300);
      } catch (SocketTimeoutException e) {
        return waiting;
      }
    }
    throw new AssertionError("the listener's queue never became full");
  }

  @Test
  void theFirstConnectionIsHeldAndLaterOnesAreShort() throws Exception {
    NetServer server = serve(0);
    ProberRig.start(vertx, tcp(server.actualPort(), true, timing(50, 50, 1)));
    NetSocket held = next(accepted);
    for (int i = 0; i < 3; i++) {
      NetSocket fresh = next(accepted);
      assertThat(next(closed)).isSameAs(fresh).isNotSameAs(held);
    }
  }

  @Test
  void theEndOfTheHeldConnectionIsFollowedByFailuresBackToBack() throws Exception {
    NetServer server = serve(0);
    ProberRig rig = ProberRig.start(vertx, tcp(server.actualPort(), true, timing(60_000, 1000, 3)));
    assertThat(rig.next().passed()).isTrue();
    next(accepted);
    await(server.close());
    // An interval of a minute: only the close can bring these in time.
    ProbeResult first = rig.await(result -> !result.passed());
    assertThat(first.reason()).isEqualTo("connection refused");
    assertThat(rig.next().reason()).isEqualTo("connection refused");
    assertThat(rig.next().reason()).isEqualTo("connection refused");
    assertThat(rig.pending()).isZero();
  }

  @Test
  void aServiceThatOnlyClosesIdleConnectionsPassesAtOnceAndIsHeldAgain() throws Exception {
    NetServer server = serve(0);
    ProberRig rig = ProberRig.start(vertx, tcp(server.actualPort(), true, timing(60_000, 1000, 2)));
    rig.next();
    for (int i = 0; i < 2; i++) {
      next(accepted).close();
      assertThat(rig.next()).isEqualTo(ProbeResult.pass());
    }
  }

  @Test
  void aServiceThatClosesEveryConnectionIsNotTriedInALoop() throws Exception {
    NetServer server =
        await(
            vertx
                .createNetServer()
                .connectHandler(
                    socket -> {
                      accepted.add(socket);
                      socket.close();
                    })
                .listen(0, LOOPBACK));
    ProberRig rig =
        ProberRig.start(vertx, tcp(server.actualPort(), true, timing(600_000, 1000, 2)));
    long started = System.nanoTime();
    for (int i = 0; i < 7; i++) {
      rig.next();
    }
    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started))
        .as("waits of 1, 4, 16, 64 and 256 ms after the first tries")
        .isGreaterThanOrEqualTo(340);
  }

  @Test
  void whatTheServiceSendsIsThrownAwayAndBounded() throws Exception {
    NetServer server = serve(0);
    ProberRig rig = ProberRig.start(vertx, tcp(server.actualPort(), true, timing(60_000, 1000, 1)));
    rig.next();
    NetSocket held = next(accepted);
    held.write(Buffer.buffer(new byte[TcpProber.MAX_DISCARDED]));
    held.write(Buffer.buffer(new byte[1]));
    assertThat(next(closed)).isSameAs(held);
    assertThat(rig.pending()).isZero();
  }

  @Test
  void aStopLetsGoOfTheConnectionAndOfTheLookInProgress() throws Exception {
    NetServer server = serve(0);
    ProberRig rig = ProberRig.start(vertx, tcp(server.actualPort(), true, timing(60_000, 1000, 1)));
    rig.next();
    rig.stop();
    next(closed);
    assertThat(rig.pending()).isZero();

    try (ServerSocket hanging = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
      List<Socket> backlog = fill(hanging);
      ProberRig waiting =
          ProberRig.start(vertx, tcp(hanging.getLocalPort(), true, timing(600_000, 600_000, 2)));
      waiting.stop();
      for (Socket socket : backlog) {
        socket.close();
      }
    }
  }

  @Test
  void aNameThatIsNotKnownFailsWithAShortSentence() throws Exception {
    try {
      InetAddress.getByName("no-such-host.invalid");
    } catch (UnknownHostException e) {
      // Where no name server answers, nobody knows whether there is such a host.
      assumeThat(e.getMessage()).doesNotContain("Temporary failure");
    }
    ProberRig rig =
        ProberRig.start(
            vertx, new Probe.Tcp("no-such-host.invalid", 1, false, timing(9_000, 9_000, 1)));
    assertThat(rig.next().reason()).contains("the host name ");
  }
}
