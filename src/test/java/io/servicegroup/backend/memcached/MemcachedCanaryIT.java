package io.servicegroup.backend.memcached;

import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.succeeds;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.backend.memcached.ScriptedMemcached.Said;
import io.servicegroup.liveness.LivenessSettings;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that was emptied is noticed, whatever becomes of the poll that finds it so. */
@Timeout(60)
class MemcachedCanaryIT {

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();

  /** What the server has of the canary. */
  private volatile String stored;

  /** Whether it stores and says nothing. */
  private volatile boolean mute;

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void aLossIsToldAlsoWhereTheAnswerToTheNextCanaryWasLost() {
    try (ScriptedMemcached server =
        new ScriptedMemcached(vertx, (connection, said) -> serve(said))) {
      LivenessSettings settings = MemcachedHarness.settings("w", server.uri(), false, Set.of());
      MemcachedNode node =
          new MemcachedNode(
              new MemcachedConnector(vertx, settings.uri()),
              settings.uri().hosts().get(0),
              settings);
      assertThat(poll(node)).isFalse();
      assertThat(poll(node)).isFalse();

      stored = null;
      mute = true;
      Future<Boolean> failing = begin(node);
      boolean failed = await(failing.map(lost -> false).otherwise(true));
      assertThat(failed).isTrue();
      assertThat(stored).isNotNull();
      mute = false;
      assertThat(poll(node)).as("it was emptied in between").isTrue();
      assertThat(poll(node)).as("once").isFalse();
      context.runOnContext(end -> node.close());
    }
  }

  private void serve(Said said) {
    String text = said.text();
    if (text.startsWith("gets ")) {
      String key = text.substring("gets ".length(), text.indexOf("\r\n")).split(" ", 2)[0];
      String now = stored;
      said.answer(
          now == null
              ? "END\r\n"
              : "VALUE %s 0 %d 1\r\n%s\r\nEND\r\n".formatted(key, now.length(), now));
    } else if (text.startsWith("set ")) {
      stored = text.split("\r\n")[1];
      if (mute) {
        said.close();
      } else {
        said.answer("STORED\r\n");
      }
    }
  }

  /** Whether a loss was told by a poll that the server answered. */
  private boolean poll(MemcachedNode node) {
    return succeeds("an answer", () -> await(begin(node)));
  }

  private Future<Boolean> begin(MemcachedNode node) {
    Promise<Boolean> answer = Promise.promise();
    context.runOnContext(
        begun -> node.poll(Set.of()).map(read -> node.takeLost()).onComplete(answer));
    return answer.future();
  }
}
