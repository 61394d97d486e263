package io.servicegroup.http;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.Logged;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ListLimiterTest {

  /** More than the buffers of both kernels hold. */
  private static final int LONG = 100_000;

  private static final Duration SOON = Duration.ofMillis(50);
  private static final Duration LATE = Duration.ofMinutes(10);

  private final Vertx vertx = Vertx.vertx();
  private final List<RawClient> clients = new ArrayList<>();
  private ListLimiter limiter;

  @AfterEach
  void close() throws IOException {
    for (RawClient client : clients) {
      client.close();
    }
    await(vertx.close());
  }

  private int serve(ListLimiter.Limits limits) {
    limiter = new ListLimiter(limits);
    Router router = Router.router(vertx);
    router.get("/long").handler(ctx -> limiter.enter(ctx, () -> write(ctx, LONG)));
    router.get("/short").handler(ctx -> limiter.enter(ctx, () -> write(ctx, 3)));
    HttpServer server = await(vertx.createHttpServer().requestHandler(router).listen(0));
    return server.actualPort();
  }

  private static void write(RoutingContext ctx, int members) {
    String member = "\"" + "x".repeat(400) + "\"";
    ListWriter.write(
        ctx,
        new JsonObject(),
        "members",
        Collections.nCopies(members, member),
        (text, item) -> text.append(item));
  }

  /** A client that asks for a long list and reads nothing of it. */
  private RawClient reader(int port) {
    try {
      RawClient client = new RawClient(port);
      clients.add(client);
      client.get("/long").awaitAnswer();
      return client;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String shortList(int port) {
    try (RawClient client = new RawClient(port)) {
      return client.get("/short", "Connection: close").readAll();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads what is left; a whole answer ends with an empty chunk. */
  private static boolean isWhole(RawClient client) {
    try {
      return client.readAll().endsWith("\r\n0\r\n\r\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whoTakesNothingIsCutAndTheLogSaysSo() {
    int port = serve(new ListLimiter.Limits(SOON, SOON.multipliedBy(4), LATE));
    List<String> log =
        Logged.during(
            () -> {
              RawClient client = reader(port);
              await("the cut", () -> limiter.lists() == 0);
              assertThat(isWhole(client)).isFalse();
            });
    assertThat(log).anyMatch(line -> line.contains("it has taken nothing of it"));
  }

  @Test
  void whoTakesTooLongIsCutAlthoughItTakesSomething() {
    int port = serve(new ListLimiter.Limits(SOON, LATE, SOON.multipliedBy(4)));
    List<String> log =
        Logged.during(
            () -> {
              RawClient client = reader(port);
              await("the cut", () -> limiter.lists() == 0);
              assertThat(isWhole(client)).isFalse();
            });
    assertThat(log).anyMatch(line -> line.contains("it has not taken all of it"));
  }

  @Test
  void whoGoesAwayLeavesItsPlace() throws IOException {
    int port = serve(new ListLimiter.Limits(SOON, LATE, LATE));
    reader(port).close();
    await("the place", () -> limiter.lists() == 0);
  }

  @Test
  void slowReadersLeaveTheirPlacesToOthers() {
    int port = serve(new ListLimiter.Limits(SOON, LATE, LATE));
    for (int i = 0; i < 4; i++) {
      reader(port);
    }
    assertThat(shortList(port)).startsWith("HTTP/1.1 200");
  }

  @Test
  void ofTooManySlowReadersTheFirstIsCut() {
    int port = serve(new ListLimiter.Limits(SOON, LATE, LATE));
    List<String> log =
        Logged.during(
            () -> {
              RawClient first = reader(port);
              for (int i = 0; i < 4; i++) {
                reader(port);
                assertThat(shortList(port)).startsWith("HTTP/1.1 200");
              }
              assertThat(isWhole(first)).isFalse();
            });
    assertThat(log).anyMatch(line -> line.contains("is cut: too many clients read"));
  }
}
