package io.servicegroup.catalog;

import io.servicegroup.bus.MemberNews;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A store that takes a short, random time for each call. */
final class SlowDocuments implements DocumentStore {

  private static final int LONGEST_MILLIS = 4;

  private final Vertx vertx;
  private final DocumentStore store;
  private final Random random = new Random(7);

  SlowDocuments(Vertx vertx, DocumentStore store) {
    this.vertx = vertx;
    this.store = store;
  }

  private <T> Future<T> later(Supplier<Future<T>> call) {
    return pause().compose(now -> call.get()).compose(answer -> pause().map(answer));
  }

  private Future<Void> pause() {
    return vertx.timer(1 + random.nextInt(LONGEST_MILLIS), TimeUnit.MILLISECONDS).mapEmpty();
  }

  @Override
  public Future<Void> open() {
    return store.open();
  }

  @Override
  public Future<List<Document>> read(Collection<Key> keys) {
    return later(() -> store.read(keys));
  }

  @Override
  public Future<List<Document>> list(String group) {
    return later(() -> store.list(group));
  }

  @Override
  public Future<List<Document>> removals() {
    return later(store::removals);
  }

  @Override
  public Future<Boolean> write(Key key, String text, Document expected) {
    return later(() -> store.write(key, text, expected));
  }

  @Override
  public Future<Boolean> remove(Document expected) {
    return later(() -> store.remove(expected));
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
