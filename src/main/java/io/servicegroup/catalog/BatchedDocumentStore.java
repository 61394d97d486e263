package io.servicegroup.catalog;

import io.servicegroup.bus.MemberNews;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Batches the requests to a store: all reads of one turn of the event loop become one request, and
 * so do all writes. A thousand members that join together go through the steps of a join side by
 * side and need the round trips of one join.
 */
final class BatchedDocumentStore implements DocumentStore {

  /** The largest number of documents in one request. */
  private static final int MOST = 3000;

  /**
   * The largest number of characters that one request writes. A few large documents may reach it.
   */
  private static final int MOST_CHARACTERS = 1 << 20;

  private final Vertx vertx;
  private final DocumentStore store;
  private volatile Context context;
  private List<Read> reads = new ArrayList<>();
  private List<Write> writes = new ArrayList<>();

  /**
   * Creates a store without pending requests.
   *
   * @param vertx whose event loop it uses
   * @param store the store that gets the batches
   */
  BatchedDocumentStore(Vertx vertx, DocumentStore store) {
    this.vertx = vertx;
    this.store = store;
    this.context = vertx.getOrCreateContext();
  }

  private record Read(Collection<Key> keys, Promise<List<Document>> answer) {}

  private record Write(Change change, Promise<Boolean> answer) {
    int characters() {
      return change.text().length();
    }
  }

  @Override
  public Future<Void> open() {
    context = vertx.getOrCreateContext();
    return store.open();
  }

  /**
   * Runs work on the context of the caller that opened the store. Except in tests, the same caller
   * uses it.
   */
  private void onContext(Runnable work) {
    if (Vertx.currentContext() == context) {
      work.run();
    } else {
      context.runOnContext(turn -> work.run());
    }
  }

  @Override
  public Future<List<Document>> read(Collection<Key> keys) {
    Promise<List<Document>> answer = Promise.promise();
    onContext(
        () -> {
          if (reads.isEmpty()) {
            context.runOnContext(turn -> readAll());
          }
          reads.add(new Read(keys, answer));
        });
    return answer.future();
  }

  private void readAll() {
    List<Read> all = reads;
    reads = new ArrayList<>();
    int from = 0;
    while (from < all.size()) {
      Set<Key> keys = new LinkedHashSet<>();
      int to = from;
      while (to < all.size() && (to == from || keys.size() + all.get(to).keys.size() <= MOST)) {
        keys.addAll(all.get(to).keys);
        to++;
      }
      readAtOnce(all.subList(from, to), keys);
      from = to;
    }
  }

  private void readAtOnce(List<Read> some, Set<Key> keys) {
    ask(() -> store.read(keys))
        .onFailure(failure -> some.forEach(read -> read.answer.fail(failure)))
        .onSuccess(
            found -> {
              Map<Key, Document> byKey = new HashMap<>();
              found.forEach(document -> byKey.put(document.key(), document));
              some.forEach(read -> read.answer.complete(of(read.keys, byKey)));
            });
  }

  private static List<Document> of(Collection<Key> keys, Map<Key, Document> found) {
    return keys.stream().filter(found::containsKey).map(found::get).toList();
  }

  @Override
  public Future<Boolean> write(Key key, String text, Document expected) {
    Promise<Boolean> answer = Promise.promise();
    onContext(
        () -> {
          if (writes.isEmpty()) {
            context.runOnContext(turn -> writeAll());
          }
          writes.add(new Write(new Change(key, text, expected), answer));
        });
    return answer.future();
  }

  private void writeAll() {
    List<Write> all = writes;
    writes = new ArrayList<>();
    int from = 0;
    while (from < all.size()) {
      int to = from + 1;
      int characters = all.get(from).characters();
      while (to < all.size() && to - from < MOST) {
        characters += all.get(to).characters();
        if (characters > MOST_CHARACTERS) {
          break;
        }
        to++;
      }
      writeAtOnce(all.subList(from, to));
      from = to;
    }
  }

  private void writeAtOnce(List<Write> some) {
    try {
      List<Future<Boolean>> written = store.write(some.stream().map(Write::change).toList());
      for (int i = 0; i < some.size(); i++) {
        written.get(i).onComplete(some.get(i).answer);
      }
    } catch (RuntimeException e) {
      some.forEach(write -> write.answer.fail(e));
    }
  }

  private static <T> Future<T> ask(Supplier<Future<T>> question) {
    try {
      return question.get();
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  @Override
  public Future<List<Document>> list(String group) {
    return store.list(group);
  }

  @Override
  public Future<Boolean> remove(Document expected) {
    return store.remove(expected);
  }

  @Override
  public Future<Set<Key>> removed(Collection<Key> keys) {
    return store.removed(keys);
  }

  @Override
  public Future<Boolean> restore(Key key, String text) {
    return store.restore(key, text);
  }

  @Override
  public Future<List<Document>> removals() {
    return store.removals();
  }

  @Override
  public Set<Key> lost() {
    return store.lost();
  }

  @Override
  public Future<Supplier<Telling>> watch(Consumer<MemberNews> changed) {
    return store.watch(changed);
  }

  @Override
  public Future<Void> close() {
    return store.close();
  }
}
