package io.servicegroup.catalog;

import io.servicegroup.bus.MemberNews;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A store of documents in memory, which several catalogues can share. */
public final class MemoryDocuments implements DocumentStore {

  private final Map<Key, Document> documents;

  /**
   * Creates a store.
   *
   * @param shared the documents from {@link #shared()}, the same for all stores that share them
   */
  public MemoryDocuments(Map<Key, Document> shared) {
    this.documents = shared;
  }

  /**
   * Creates documents that several stores can share.
   *
   * @return the documents, none yet
   */
  public static Map<Key, Document> shared() {
    return new HashMap<>();
  }

  @Override
  public Future<Void> open() {
    return Future.succeededFuture();
  }

  @Override
  public Future<List<Document>> read(Collection<Key> keys) {
    synchronized (documents) {
      return Future.succeededFuture(
          keys.stream().map(documents::get).filter(found -> found != null).toList());
    }
  }

  @Override
  public Future<List<Document>> list(String group) {
    synchronized (documents) {
      return Future.succeededFuture(
          documents.values().stream()
              .filter(found -> found.key().kind() == Kind.MEMBER)
              .filter(found -> group == null || group.equals(found.key().group()))
              .toList());
    }
  }

  @Override
  public Future<List<Document>> removals() {
    synchronized (documents) {
      return Future.succeededFuture(
          documents.values().stream().filter(found -> found.key().kind() == Kind.REMOVAL).toList());
    }
  }

  @Override
  public Future<Boolean> write(Key key, String text, Document expected) {
    synchronized (documents) {
      boolean unchanged = documents.get(key) == expected;
      if (unchanged) {
        documents.put(key, new Document(key, text, null));
      }
      return Future.succeededFuture(unchanged);
    }
  }

  @Override
  public Future<Boolean> remove(Document expected) {
    synchronized (documents) {
      boolean unchanged = documents.get(expected.key()) == expected;
      if (unchanged) {
        documents.remove(expected.key());
      }
      return Future.succeededFuture(unchanged);
    }
  }

  @Override
  public Future<Supplier<Telling>> watch(Consumer<MemberNews> changed) {
    return Future.succeededFuture(() -> Telling.NOTHING);
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}
