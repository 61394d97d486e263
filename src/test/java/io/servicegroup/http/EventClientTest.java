package io.servicegroup.http;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventClientTest {

  /** The bytes of a piece and of the write queue of Vert.x. */
  private static final long MOST_PENDING = 256 * 1024;

  private final Vertx vertx = Vertx.vertx();
  private final CompletableFuture<Long> pending = new CompletableFuture<>();

  @AfterEach
  void close() {
    await(vertx.close());
  }

  private void answer(HttpServerRequest request, Buffer frame) {
    EventClient client = new EventClient(request, null);
    request
        .response()
        .drainHandler(
            drained -> {
              if (client.writeMore()) {
                client.end();
              }
            });
    client.open();
    client.beginSnapshot(frame);
    client.comment();
    Channel channel = ((ConnectionBase) request.connection()).channel();
    pending.complete(channel.unsafe().outboundBuffer().totalPendingWriteBytes());
  }

  @Test
  void ofALongFrameOnlyAPieceWaitsForItsReaderAndNothingComesBetween()
      throws IOException, InterruptedException, ExecutionException {
    String text = "#".repeat(4_000_000);
    int port =
        await(
                vertx
                    .createHttpServer()
                    .requestHandler(request -> answer(request, Buffer.buffer(text)))
                    .listen(0))
            .actualPort();
    try (RawClient client = new RawClient(port)) {
      client.get("/", "Connection: close");
      assertThat(pending.get()).isLessThan(MOST_PENDING);
      String body = client.readAll();
      assertThat(body.chars().filter(c -> c == '#').count()).isEqualTo(text.length());
      assertThat(body.lastIndexOf(":\n\n")).isLessThan(body.indexOf("##"));
    }
  }
}
