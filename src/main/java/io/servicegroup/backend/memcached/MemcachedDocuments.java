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
  private static final int FOR_EVER = 0;
  private static final int REMOVED_SECONDS = (int) Duration.ofDays(1).toSeconds();

  /** The expiry of a {@link Kind#REMOVAL}: the longest span of time that memcached accepts. */
  private static final int TRACE_SECONDS = (int) Duration.ofDays(30).toSeconds();

  private static final byte[] REMOVED = {};

  /** One of so many reads by name also checks that the names are in the index. */
  private static final int READS_PER_CHECK = 5;

  private final Vertx vertx;
  private final BackendUri uri;
  private final MissingDocuments missing = new MissingDocuments(System::nanoTime);
  private Context context;
  private MemcachedItems items;
  private MemcachedIndex index;

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

  private static boolean isRemoved(MemcachedItem item) {
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
    return run(
        () ->
            named(
                key,
                expected == null
                    ? () -> create(key, text)
                    : () -> replace(key, text, (Long) expected.version())));
  }

  @Override
  public Future<Boolean> restore(Key key, String text) {
    return run(() -> named(key, () -> add(key, text)));
  }

  /** Adds the name before the document is written and checks it afterwards: see {@link #unlist}. */
  private Future<Boolean> named(Key key, Supplier<Future<Boolean>> write) {
    if (key.kind() != Kind.MEMBER) {
      return write.get();
    }
    return index
        .set(List.of(key), true)
        .compose(named -> write.get())
        .compose(
            written ->
                written ? index.set(List.of(key), true).map(true) : Future.succeededFuture(false));
  }

  private Future<Boolean> create(Key key, String text) {
    String name = MemcachedKeys.document(key);
    return items
        .get(List.of(name))
        .compose(
            found -> {
              MemcachedItem item = found.get(name);
              if (item == null) {
                return add(key, text);
              }
              return isRemoved(item)
                  ? replace(key, text, item.version())
                  : Future.succeededFuture(false);
            });
  }

  private Future<Boolean> add(Key key, String text) {
    return items.add(MemcachedKeys.document(key), MemcachedNode.bytes(text), seconds(key));
  }

  private Future<Boolean> replace(Key key, String text, long version) {
    String name = MemcachedKeys.document(key);
    return items.replace(name, MemcachedNode.bytes(text), version, seconds(key));
  }

  private static int seconds(Key key) {
    return key.kind() == Kind.REMOVAL ? TRACE_SECONDS : FOR_EVER;
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
