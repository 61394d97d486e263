package io.servicegroup.catalog;

import static io.servicegroup.catalog.Services.spec;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.bus.MemberNews;
import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.catalog.ServiceCatalog.Joined;
import io.servicegroup.model.ServiceSpec;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests how many requests the batches need. */
@Timeout(60)
class BatchedDocumentStoreTest {

  private static final int MANY = 2000;

  private final Map<Key, Document> documents = MemoryDocuments.shared();
  private final Counting store = new Counting();
  private Vertx vertx;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
  }

  @AfterEach
  void stop() throws Exception {
    await(vertx.close());
  }

  /** Counts the calls that would each be a round trip. */
  private final class Counting implements DocumentStore {
    private final DocumentStore memory = new MemoryDocuments(documents);
    private final List<String> calls = new ArrayList<>();
    private RuntimeException failure;

    private void count(String call) {
      calls.add(call);
      if (failure != null) {
        throw failure;
      }
    }

    @Override
    public Future<Void> open() {
      return memory.open();
    }

    @Override
    public Future<List<Document>> read(Collection<Key> keys) {
      count("read " + keys.size());
      return memory.read(keys);
    }

    @Override
    public Future<List<Document>> list(String group) {
      return memory.list(group);
    }

    @Override
    public Future<Boolean> write(Key key, String text, Document expected) {
      count("write one");
      return memory.write(key, text, expected);
    }

    @Override
    public List<Future<Boolean>> write(List<Change> changes) {
      count("write " + changes.size());
      return memory.write(changes);
    }

    @Override
    public Future<Boolean> remove(Document expected) {
      return memory.remove(expected);
    }

    @Override
    public Future<List<Document>> removals() {
      return memory.removals();
    }

    @Override
    public Future<Supplier<Telling>> watch(Consumer<MemberNews> changed) {
      return memory.watch(changed);
    }

    @Override
    public Future<Void> close() {
      return memory.close();
    }
  }

  /** Runs work in one turn of the event loop, as a verticle does. */
  private <T> T inOneTurn(Callable<T> work) throws Exception {
    Promise<T> done = Promise.promise();
    vertx.runOnContext(
        turn -> {
          try {
            done.complete(work.call());
          } catch (Exception e) {
            done.fail(e);
          }
        });
    return await(done.future());
  }

  private List<Joined> joinMany(ServiceCatalog catalog, String agent) throws Exception {
    List<ServiceSpec> specs = IntStream.range(0, MANY).mapToObj(i -> spec("h" + i, 1)).toList();
    return await(
        Future.all(inOneTurn(() -> catalog.join(specs, agent, Set.of(), 0)))
            .map(all -> all.<Joined>list()));
  }

  @Test
  void manyJoinsCostTheRoundTripsOfAFew() throws Exception {
    ServiceCatalog catalog = inOneTurn(() -> new DocumentCatalog(vertx, store, Clock.systemUTC()));
    await(inOneTurn(catalog::open));

    assertThat(joinMany(catalog, "agent-1")).allMatch(Joined::created);
    assertThat(store.calls).as("all new").hasSizeLessThan(12);
    store.calls.clear();
    assertThat(joinMany(catalog, "agent-2")).noneMatch(Joined::created);
    assertThat(store.calls).as("all known").hasSizeLessThan(8);
    assertThat(documents.keySet().stream().filter(key -> key.kind() == Kind.MEMBER)).hasSize(MANY);
  }

  @Test
  void whoeverJoinsAgainIsReadAndWrittenOnce() throws Exception {
    ServiceCatalog catalog = inOneTurn(() -> new DocumentCatalog(vertx, store, Clock.systemUTC()));
    await(inOneTurn(catalog::open));
    List<ServiceSpec> specs = List.of(spec("h1", 1), spec("h2", 1), spec("h3", 1));
    await(Future.all(inOneTurn(() -> catalog.join(specs, "agent-1", Set.of(), 0))));
    store.calls.clear();

    await(Future.all(inOneTurn(() -> catalog.join(specs, "agent-2", Set.of(), 0))));

    assertThat(store.calls).containsExactly("read 12", "write 3");
  }

  @Test
  void eachGetsWhatItAskedFor() throws Exception {
    BatchedDocumentStore batched = inOneTurn(() -> new BatchedDocumentStore(vertx, store));
    Key one = new Key(Kind.MEMBER, "compute", "h1");
    Key other = new Key(Kind.MEMBER, "compute", "h2");

    List<Future<Boolean>> written =
        inOneTurn(() -> List.of(batched.write(one, "1", null), batched.write(other, "2", null)));
    assertThat(await(Future.all(written)).list()).containsExactly(true, true);
    List<Future<List<Document>>> read =
        inOneTurn(
            () ->
                List.of(
                    batched.read(List.of(other)),
                    batched.read(List.of(one, other)),
                    batched.read(List.of())));

    assertThat(await(read.get(0))).extracting(Document::text).containsExactly("2");
    assertThat(await(read.get(1))).extracting(Document::text).containsExactly("1", "2");
    assertThat(await(read.get(2))).isEmpty();
    assertThat(store.calls).containsExactly("write 2", "read 2");
    assertThat(await(inOneTurn(() -> batched.write(one, "3", null)))).isFalse();
  }

  @Test
  void manyLargeTextsAreWrittenInPortions() throws Exception {
    BatchedDocumentStore batched = inOneTurn(() -> new BatchedDocumentStore(vertx, store));
    String large = "x".repeat(400_000);

    await(
        Future.all(
            inOneTurn(
                () ->
                    IntStream.range(0, 5)
                        .mapToObj(
                            i -> batched.write(new Key(Kind.MEMBER, "g", "h" + i), large, null))
                        .toList())));

    assertThat(store.calls).containsExactly("write 2", "write 2", "write 1");
  }

  @Test
  void aStoreThatThrowsFailsThoseWhoAsked() throws Exception {
    BatchedDocumentStore batched = inOneTurn(() -> new BatchedDocumentStore(vertx, store));
    store.failure = new IllegalStateException("odd");
    Key key = new Key(Kind.MEMBER, "compute", "h1");

    assertThatThrownBy(() -> await(batched.read(List.of(key)))).hasMessage("odd");
    assertThatThrownBy(() -> await(batched.write(key, "1", null))).hasMessage("odd");
  }
}
