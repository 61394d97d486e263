package io.servicegroup.heartbeat.probe;

import static io.servicegroup.heartbeat.probe.ProberRig.timing;
import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Probe;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetServer;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpProberTest {

  private static final String LOOPBACK = "127.0.0.1";

  private final Vertx vertx = Vertx.vertx();
  private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  private ProberRig probe(int expect, Handler<HttpServerRequest> service) throws Exception {
    HttpServer server =
        await(
            vertx
                .createHttpServer()
                .requestHandler(
                    request -> {
                      asked.add(request.path());
                      service.handle(request);
                    })
                .listen(0, LOOPBACK));
    return probe(expect, server.actualPort(), 300);
  }

  private ProberRig probe(int expect, int port, long timeoutMillis) throws Exception {
    URI url = URI.create("http://" + LOOPBACK + ":" + port + "/health?deep=1");
    return ProberRig.start(
        vertx, new Probe.Http(url, expect, timing(timeoutMillis, timeoutMillis, 1)));
  }

  private static Handler<HttpServerRequest> answering(int status) {
    return request -> request.response().setStatusCode(status).end("body");
  }

  @ParameterizedTest
  @CsvSource({
    "0,200,true",
    "0,204,true",
    "0,399,true",
    "0,400,false",
    "0,503,false",
    "200,200,true",
    "200,204,false",
    "503,503,true"
  })
  void theStatusDecides(int expect, int status, boolean passes) throws Exception {
    ProberRig rig = probe(expect, answering(status));
    assertThat(rig.next())
        .isEqualTo(passes ? ProbeResult.pass() : ProbeResult.fail("answered " + status));
  }

  @Test
  void aRedirectIsAnAnswerAndNotFollowed() throws Exception {
    ProberRig rig =
        probe(
            302,
            request ->
                request.response().setStatusCode(302).putHeader("Location", "/elsewhere").end());
    assertThat(rig.next()).isEqualTo(ProbeResult.pass());
    assertThat(asked).containsOnly("/health");
  }

  @Test
  void noAnswerFailsAfterTheTimeoutAndIsLetGoOf() throws Exception {
    BlockingQueue<Boolean> gone = new LinkedBlockingQueue<>();
    ProberRig rig = probe(0, request -> request.connection().closeHandler(v -> gone.add(true)));
    assertThat(rig.next()).isEqualTo(ProbeResult.fail("no answer within 300 ms"));
    next(gone);
    assertThat(rig.next().passed()).isFalse();
  }

  @Test
  void anAnswerThatHangsInItsBodyFails() throws Exception {
    ProberRig rig = probe(0, request -> request.response().setChunked(true).write("half"));
    assertThat(rig.next())
        .isEqualTo(ProbeResult.fail("answered 200, but the answer did not end within 300 ms"));
  }

  @Test
  void anEndlessBodyIsNotWaitedFor() throws Exception {
    BlockingQueue<Boolean> gone = new LinkedBlockingQueue<>();
    ProberRig rig =
        probe(
            0,
            request -> {
              request.connection().closeHandler(v -> gone.add(true));
              request
                  .response()
                  .setChunked(true)
                  .write(Buffer.buffer(new byte[HttpProber.MAX_BODY + 1]));
            });
    assertThat(rig.next()).isEqualTo(ProbeResult.pass());
    next(gone);
  }

  @Test
  void refusalClosesAndNonsenseAreShortSentences() throws Exception {
    try (Socket bound = new Socket()) {
      bound.bind(new InetSocketAddress(LOOPBACK, 0));
      assertThat(probe(0, bound.getLocalPort(), 5000).next().reason())
          .isEqualTo("connection refused");
    }

    NetServer closing =
        await(
            vertx
                .createNetServer()
                .connectHandler(socket -> socket.handler(data -> socket.close()))
                .listen(0, LOOPBACK));
    assertThat(probe(0, closing.actualPort(), 5000).next().reason())
        .isEqualTo("the connection was closed before the answer");

    NetServer rude =
        await(
            vertx
                .createNetServer()
                .connectHandler(
                    socket -> socket.handler(data -> socket.end(Buffer.buffer("\u001b[31mno\r\n"))))
                .listen(0, LOOPBACK));
    ProbeResult result = probe(0, rude.actualPort(), 5000).next();
    assertThat(result.passed()).isFalse();
    assertThat(result.reason()).isEqualTo("what it answered is no HTTP");
  }

  @Test
  void theMethodAndTheHeadersAreSent() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    HttpServer server =
        await(
            vertx
                .createHttpServer()
                .requestHandler(
                    request -> {
                      heard.add(
                          request.method()
                              + " "
                              + request.getHeader("Authorization")
                              + " "
                              + request.getHeader("Host"));
                      request.response().end();
                    })
                .listen(0, LOOPBACK));
    URI url = URI.create("http://" + LOOPBACK + ":" + server.actualPort() + "/");
    Map<String, String> headers = Map.of("Authorization", "Bearer x", "Host", "api.example.org");
    ProberRig rig =
        ProberRig.start(
            vertx,
            new Probe.Http(url, 0, "HEAD", headers, Probe.Tls.DEFAULT, timing(5000, 5000, 1)));
    assertThat(rig.next()).isEqualTo(ProbeResult.pass());
    assertThat(heard).contains("HEAD Bearer x api.example.org");
  }

  @Test
  void aConnectionThatRanOutOfTimeKeepsNoSocket() throws Exception {
    Vertx apart = Vertx.vertx();
    try (FullListener full = new FullListener()) {
      URI url = URI.create("http://" + LOOPBACK + ":" + full.port() + "/");
      ProberRig rig = ProberRig.start(apart, new Probe.Http(url, 0, timing(100, 100, 1)));
      for (int i = 0; i < 15; i++) {
        assertThat(rig.next().passed()).isFalse();
      }
      assertThat(full.connecting()).isLessThanOrEqualTo(2);
    } finally {
      // Nobody waits: Vert.x's client may never say that it closed while a connection hangs.
      apart.close();
    }
  }
}
