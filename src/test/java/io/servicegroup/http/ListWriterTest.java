package io.servicegroup.http;

import static io.servicegroup.testkit.Eventually.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ListWriterTest {

  /** The bytes of a piece and of the write queue of Vert.x. */
  private static final long MOST_PENDING = 256 * 1024;

  private final Vertx vertx = Vertx.vertx();
  private final CompletableFuture<Long> pending = new CompletableFuture<>();

  @AfterEach
  void close() {
    await(vertx.close());
  }

  private static JsonObject list(int members) {
    JsonArray all = new JsonArray();
    IntStream.range(0, members)
        .mapToObj(
            i -> new JsonObject().put("host", "host-" + i).put("metadata", "\u00e4".repeat(200)))
        .forEach(all::add);
    return new JsonObject().put("epoch", "e").put("seq", 7).put("members", all);
  }

  /** Answers with a list as it was built. */
  private static void write(RoutingContext ctx, JsonObject list) {
    JsonObject fields =
        new JsonObject().put("epoch", list.getValue("epoch")).put("seq", list.getValue("seq"));
    ListWriter.write(
        ctx,
        fields,
        "members",
        list.getJsonArray("members").stream().toList(),
        (text, member) -> text.append(Json.encode(member)));
  }

  private HttpServer serve(int members) {
    Router router = Router.router(vertx);
    router
        .get()
        .handler(
            ctx -> {
              write(ctx, list(members));
              pending.complete(pending(ctx));
            });
    return await(vertx.createHttpServer().requestHandler(router).listen(0));
  }

  /**
   * Requests lists through a limiter: some have a member that cannot be written, others have not.
   */
  private HttpServer serveThroughGate(int bad) {
    Router router = Router.router(vertx);
    ListLimiter gate = new ListLimiter();
    router
        .get("/bad")
        .handler(
            ctx -> {
              JsonObject list = list(10_000);
              list.getJsonArray("members").getJsonObject(bad).put("metadata", new Object());
              gate.enter(ctx, () -> write(ctx, list));
            });
    router.get("/good").handler(ctx -> gate.enter(ctx, () -> write(ctx, list(3))));
    router.route().failureHandler(Problem::answer);
    return await(vertx.createHttpServer().requestHandler(router).listen(0));
  }

  @Test
  void aListThatBreaksInTheMiddleEndsItsConnectionAndMakesWayForTheNext() throws Exception {
    int port = serveThroughGate(9_000).actualPort();
    for (int i = 0; i < 5; i++) {
      try (RawClient client = new RawClient(port)) {
        client.get("/bad");
        String answer = client.readAll();
        assertThat(answer.contains("host-8000")).isTrue();
        assertThat(answer.contains("host-9001")).isFalse();
      }
    }
    try (RawClient client = new RawClient(port)) {
      client.get("/good", "Connection: close");
      assertThat(client.readAll()).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void aListThatBreaksBeforeAnythingOfItIsWrittenIsAFailure() throws Exception {
    int port = serveThroughGate(0).actualPort();
    for (int i = 0; i < 5; i++) {
      try (RawClient client = new RawClient(port)) {
        client.get("/bad", "Connection: close");
        assertThat(client.readAll()).startsWith("HTTP/1.1 500").contains("content-length: ");
      }
    }
  }

  private static long pending(RoutingContext ctx) {
    Channel channel = ((ConnectionBase) ctx.request().connection()).channel();
    return channel.unsafe().outboundBuffer().totalPendingWriteBytes();
  }

  @Test
  void ofALongListOnlyAPieceWaitsForItsReaderWhoGetsAllOfIt()
      throws IOException, InterruptedException, ExecutionException {
    try (RawClient client = new RawClient(serve(10_000).actualPort())) {
      client.get("/", "Connection: close");
      assertThat(pending.get()).isLessThan(MOST_PENDING);
      String answer = client.readAll();
      assertThat(answer).contains("transfer-encoding: chunked");
      assertThat(unchunked(answer)).isEqualTo(list(10_000));
    }
  }

  @Test
  void aShortOneHasALength() throws Exception {
    try (RawClient client = new RawClient(serve(3).actualPort())) {
      client.get("/", "Connection: close");
      String answer = client.readAll();
      assertThat(answer).contains("content-length: ");
      assertThat(new JsonObject(body(answer))).isEqualTo(list(3));
      assertThat(pending.get(1, TimeUnit.SECONDS)).isNotNegative();
    }
  }

  private static String body(String answer) {
    return answer.substring(answer.indexOf("\r\n\r\n") + 4);
  }

  private static JsonObject unchunked(String answer) {
    StringBuilder all = new StringBuilder();
    byte[] octets = body(answer).getBytes(UTF_8);
    int at = 0;
    while (true) {
      int end = at;
      while (octets[end] != '\r') {
        end++;
      }
      int length = Integer.parseInt(new String(octets, at, end - at, US_ASCII), 16);
      if (length == 0) {
        return new JsonObject(all.toString());
      }
      all.append(new String(octets, end + 2, length, UTF_8));
      at = end + 2 + length + 2;
    }
  }
}
