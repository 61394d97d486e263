package io.servicegroup.bus;

import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests in which form messages reach consumers of the same process. */
class TopicTest {

  private record Note(String text) {}

  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger encoded = new AtomicInteger();
  private final Topic<Note> notes = topic("notes", false);
  private final Topic<Note> batched = topic("batched", true);

  private Topic<Note> topic(String address, boolean inBatches) {
    return new Topic<>(
        address,
        false,
        note -> {
          encoded.incrementAndGet();
          return new JsonObject().put("text", note.text());
        },
        json -> new Note(json.getString("text")),
        inBatches);
  }

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void isTheObjectItselfAndIsEncodedForNobody() throws Exception {
    BlockingQueue<Note> taken = new LinkedBlockingQueue<>();
    notes.consume(vertx, taken::add);
    notes.consumeHere(vertx, taken::add);
    Note note = new Note("one");

    notes.publish(vertx, note);

    assertThat(next(taken)).isSameAs(note);
    assertThat(next(taken)).isSameAs(note);
    assertThat(encoded).hasValue(0);
  }

  @Test
  void isJsonOfItsOwnForEachOther() throws Exception {
    BlockingQueue<JsonObject> read = new LinkedBlockingQueue<>();
    for (int i = 0; i < 2; i++) {
      vertx
          .eventBus()
          .<JsonObject>consumer(
              notes.address(), message -> read.add(message.body().put("changed", true)));
    }

    notes.publish(vertx, new Note("one"));

    JsonObject changed = new JsonObject().put("text", "one").put("changed", true);
    assertThat(next(read)).isEqualTo(changed);
    JsonObject other = next(read);
    assertThat(other.toBuffer()).isEqualTo(changed.toBuffer());
    assertThat(other.copy().encode()).isEqualTo(changed.encode());
  }

  @Test
  void arriveOnceWhetherAsObjectsOrAsJson() throws Exception {
    BlockingQueue<Note> taken = new LinkedBlockingQueue<>();
    batched.consumeEverywhere(vertx, taken::add);

    batched.publish(vertx, new Note("an object"));
    vertx.eventBus().publish(batched.address(), new JsonObject().put("text", "JSON"));
    batched.publish(vertx, new Note("another"));

    assertThat(List.of(next(taken).text(), next(taken).text(), next(taken).text()))
        .containsExactlyInAnyOrder("an object", "JSON", "another");
  }

  @Test
  void ofAThirdPartyIsDecoded() throws Exception {
    BlockingQueue<Note> taken = new LinkedBlockingQueue<>();
    notes.consume(vertx, taken::add);
    notes.consumeHere(vertx, here -> taken.add(new Note("not of here")));

    vertx.eventBus().publish(notes.address(), new JsonObject().put("text", "theirs"));
    vertx.eventBus().publish(notes.address(), new JsonObject().put("text", "the next"));

    assertThat(next(taken)).isEqualTo(new Note("theirs"));
    assertThat(next(taken)).isEqualTo(new Note("the next"));
  }

  @Test
  void manyAreOneMessageHereAndSinglesForOthers() throws Exception {
    BlockingQueue<List<Note>> batches = new LinkedBlockingQueue<>();
    BlockingQueue<Note> everywhere = new LinkedBlockingQueue<>();
    BlockingQueue<String> read = new LinkedBlockingQueue<>();
    batched.consumeBatches(vertx, batches::add);
    batched.consumeEverywhere(vertx, everywhere::add);
    vertx
        .eventBus()
        .<JsonObject>consumer(
            batched.address(), message -> read.add(message.body().getString("text")));
    List<Note> both = List.of(new Note("one"), new Note("two"));

    batched.publishAll(vertx, both);
    batched.publish(vertx, new Note("three"));

    assertThat(next(batches)).isEqualTo(both);
    assertThat(next(batches)).containsExactly(new Note("three"));
    for (String text : List.of("one", "two", "three")) {
      assertThat(next(read)).isEqualTo(text);
      assertThat(next(everywhere)).isEqualTo(new Note(text));
    }
  }

  @Test
  void thatAHandlerThrowsOnDoesNotHideTheNext() throws Exception {
    BlockingQueue<Note> taken = new LinkedBlockingQueue<>();
    batched.consumeHere(
        vertx,
        note -> {
          taken.add(note);
          throw new IllegalStateException("as the test wants it");
        });

    batched.publishAll(vertx, List.of(new Note("one"), new Note("two")));

    assertThat(next(taken)).isEqualTo(new Note("one"));
    assertThat(next(taken)).isEqualTo(new Note("two"));
  }
}
