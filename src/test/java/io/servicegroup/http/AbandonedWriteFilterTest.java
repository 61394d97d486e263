package io.servicegroup.http;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a write whose client closed the connection before the agent looked at it. */
class AbandonedWriteFilterTest {

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final CountDownLatch gone = new CountDownLatch(1);
  private final Semaphore looked = new Semaphore(0);
  private final Semaphore done = new Semaphore(0);
  private HttpServer server;

  /** The event loop is busy for longer than a timer takes, after the filter too. */
  @BeforeEach
  void serve() {
    AbandonedWriteFilter filter = new AbandonedWriteFilter();
    Router router = Router.router(vertx);
    router
        .route("/old")
        .handler(
            ctx -> {
              await("the client has gone", () -> gone.getCount() == 0);
              filter.handle(ctx);
              busy();
              looked.release();
            });
    router.route("/new").handler(filter);
    router
        .route()
        .handler(
            ctx -> {
              done.release();
              ctx.end();
            });
    server = await(vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));
  }

  @AfterEach
  void close() {
    await(vertx.close());
  }

  private static void busy() {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  @Test
  void isNotDoneAlthoughTheEventLoopIsSlow() throws IOException {
    request("/old");
    gone.countDown();
    await("looked at", looked::tryAcquire);
    answered("/new");
    assertThat(done.availablePermits()).isEqualTo(1);
  }

  private void answered(String path) throws IOException {
    try (Socket socket = open(path)) {
      assertThat(socket.getInputStream().read()).isEqualTo('H');
    }
  }

  private void request(String path) throws IOException {
    open(path).close();
  }

  private Socket open(String path) throws IOException {
    Socket socket = new Socket("127.0.0.1", server.actualPort());
    String text = "PATCH %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";
    socket.getOutputStream().write(text.formatted(path).getBytes(StandardCharsets.US_ASCII));
    return socket;
  }
}
