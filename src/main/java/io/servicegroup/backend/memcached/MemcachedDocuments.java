package io.servicegroup.backend.memcached;

import io.servicegroup.bus.MemberNews;
import io.servicegroup.catalog.DocumentStore;
import io.servicegroup.catalog.Telling;
import io.servicegroup.config.BackendUri;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores documents as items without expiry, with an index of the members' names beside them. A
 * compare-and-set compares memcached's versions. A writer adds the name to the index before it
 * writes the member, and checks it afterwards: lists skip a name without a document, but a document
 * without a name would be in no list.
 *
 * <p>A removed document leaves an empty item for a day, so that it is not mistaken for a lost one.
 */
final class MemcachedDocuments implements DocumentStore {

  private static final Logger LOG = LoggerFactory.getLogger(MemcachedDocuments.class);
  private static final int REMOVED_SECONDS = (int) Duration.ofDays(1).toSeconds();

  private static final byte[] REMOVED = {};

  /** One of so many reads by name also checks that the names are in the index. */
  private static final int READS_PER_CHECK = 5;

  private final Vertx vertx;
  private final BackendUri uri;
  private final MissingDocuments missing = new MissingDocuments(System::nanoTime);
  private Context context;
  private MemcachedItems items;
  private MemcachedIndex index;
  private MemcachedDocumentWrites writes;

  MemcachedDocuments(Vertx vertx, BackendUri uri) {
    this.vertx = vertx;
    this.uri = uri;
  }

  @Override
  public Future<Void> open() {
    if (items == null) {
      context = vertx.getOrCreateContext();
      items = new MemcachedItems(vertx, uri);
      index = new MemcachedIndex(vertx, items);
      writes = new MemcachedDocumentWrites(items, index);
    }
    return run(items::connected);
  }

  @Override
  public Future<List<Document>> read(Collection<Key> keys) {
    return run(
        () ->
            items
                .get(keys.stream().map(MemcachedKeys::document).toList())
                .map(found -> documents(keys, found))
                .onSuccess(this::lookAfterNames));
  }

  private static List<Document> documents(Collection<Key> keys, Map<String, MemcachedItem> found) {
    List<Document> documents = new ArrayList<>();
    for (Key key : keys) {
      MemcachedItem item = found.get(MemcachedKeys.document(key));
      if (item != null && !isRemoved(item)) {
        documents.add(new Document(key, item.text(), item.version()));
      }
    }
    return documents;
  }

  static boolean isRemoved(MemcachedItem item) {
    return item.value().length == 0;
  }

  /**
   * Checks that the found members are in the index: memcached may evict a part of it alone, which
   * reads by name do not notice.
   */
  private void lookAfterNames(List<Document> found) {
    List<Key> members =
        found.stream().map(Document::key).filter(key -> key.kind() == Kind.MEMBER).toList();
    if (!members.isEmpty() && ThreadLocalRandom.current().nextInt(READS_PER_CHECK) == 0) {
      inBackground(index.set(members, true));
    }
  }

  /** Runs a repair without waiting for it; the next read finds again what a failed repair left. */
  private static void inBackground(Future<Void> change) {
    change.onFailure(failure -> LOG.debug("The index is left as it is", failure));
  }

  @Override
  public Future<List<Document>> list(String group) {
    return run(
        () ->
            index
                .names()
                .map(
                    names ->
                        names.stream()
                            .filter(key -> group == null || group.equals(key.group()))
                            .toList())
                .compose(
                    keys ->
                        items
                            .get(keys.stream().map(MemcachedKeys::document).toList())
                            .map(found -> listed(group, keys, found))));
  }

  private List<Document> listed(String group, List<Key> keys, Map<String, MemcachedItem> found) {
    List<Key> absent = new ArrayList<>();
    List<Key> removed = new ArrayList<>();
    for (Key key : keys) {
      MemcachedItem item = found.get(MemcachedKeys.document(key));
      if (item == null) {
        absent.add(key);
      } else if (isRemoved(item)) {
        removed.add(key);
      }
    }
    missing.listed(group, absent);
    Set<Key> forgotten = missing.forgotten();
    if (!forgotten.isEmpty()) {
      LOG.warn(
          "{}: nobody restored the service data of {} members; their names are dropped ({} …)",
          uri,
          forgotten.size(),
          forgotten.iterator().next().name());
      removed.addAll(forgotten);
    }
    if (!removed.isEmpty()) {
      inBackground(unlist(removed));
    }
    return documents(keys, found);
  }

  /**
   * Removes names from the index, and adds a name again if its member was written meanwhile: that
   * writer may have seen the name before this removal.
   */
  private Future<Void> unlist(List<Key> members) {
    return index
        .set(members, false)
        .compose(done -> items.get(members.stream().map(MemcachedKeys::document).toList()))
        .compose(
            found ->
                index.set(documents(members, found).stream().map(Document::key).toList(), true));
  }

  @Override
  public Future<Boolean> write(Key key, String text, Document expected) {
    return write(List.of(new Change(key, text, expected))).get(0);
  }

  @Override
  public List<Future<Boolean>> write(List<Change> changes) {
    return each(changes.stream().map(Change::key).toList(), () -> writes.write(changes));
  }

  @Override
  public Future<Boolean> restore(Key key, String text) {
    return each(List.of(key), () -> writes.restore(key, text)).get(0);
  }

  /** As {@link #run}, for work with a result for each key. */
  private <T> List<Future<T>> each(List<Key> keys, Supplier<Future<List<Future<T>>>> work) {
    Future<List<Future<T>>> done = run(work);
    return IntStream.range(0, keys.size())
        .mapToObj(i -> done.compose(results -> results.get(i)))
        .toList();
  }

  @Override
  public Future<Boolean> remove(Document expected) {
    Key key = expected.key();
    String name = MemcachedKeys.document(key);
    return run(
        () ->
            items
                .replace(name, REMOVED, (Long) expected.version(), REMOVED_SECONDS)
                .onSuccess(
                    removed -> {
                      if (removed && key.kind() == Kind.MEMBER) {
                        inBackground(unlist(List.of(key)));
                      }
                    }));
  }

  @Override
  public Future<Set<Key>> removed(Collection<Key> keys) {
    return run(
        () ->
            items
                .get(keys.stream().map(MemcachedKeys::document).toList())
                .map(
                    found -> {
                      List<Key> there = documents(keys, found).stream().map(Document::key).toList();
                      if (!there.isEmpty()) {
                        inBackground(index.set(there, true));
                      }
                      return keys.stream()
                          .filter(key -> found.containsKey(MemcachedKeys.document(key)))
                          .filter(key -> isRemoved(found.get(MemcachedKeys.document(key))))
                          .collect(Collectors.toSet());
                    }));
  }

  /** Removals are not pruned here, because their keys expire. */
  @Override
  public Future<List<Document>> removals() {
    return Future.succeededFuture(List.of());
  }

  @Override
  public Set<Key> lost() {
    return missing.lost();
  }

  @Override
  public Future<Supplier<Telling>> watch(Consumer<MemberNews> changed) {
    return Future.succeededFuture(() -> Telling.NOTHING);
  }

  @Override
  public Future<Void> close() {
    return items == null ? Future.succeededFuture() : run(items::close);
  }

  /** Moves a call to the context of this store, since the index is changed on that context only. */
  private <T> Future<T> run(Supplier<Future<T>> work) {
    Promise<T> done = Promise.promise();
    context.runOnContext(
        now -> Future.succeededFuture().compose(begun -> work.get()).onComplete(done));
    return done.future();
  }
}
