package io.servicegroup.backend.memcached;

import io.servicegroup.catalog.DocumentStore.Change;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Writes documents, many at once: their names in the index take a round trip for all of them, and
 * so does the look at what is there. The names are added before the documents are written and
 * checked afterwards, since somebody may remove a name in between.
 *
 * <p>Used on one context.
 */
final class MemcachedDocumentWrites {

  private static final int FOR_EVER = 0;

  /** The expiry of a {@link Kind#REMOVAL}: the longest span of time that memcached accepts. */
  private static final int TRACE_SECONDS = (int) Duration.ofDays(30).toSeconds();

  private final MemcachedItems items;
  private final MemcachedIndex index;

  MemcachedDocumentWrites(MemcachedItems items, MemcachedIndex index) {
    this.items = items;
    this.index = index;
  }

  /**
   * Writes each change.
   *
   * @return for each whether it was written; fails where the index could not be written
   */
  Future<List<Future<Boolean>>> write(List<Change> changes) {
    List<String> created =
        changes.stream()
            .filter(change -> change.expected() == null)
            .map(change -> MemcachedKeys.document(change.key()))
            .toList();
    return named(
        changes.stream().map(Change::key).toList(),
        () ->
            (created.isEmpty()
                    ? Future.succeededFuture(Map.<String, MemcachedItem>of())
                    : items.get(created))
                .map(there -> changes.stream().map(change -> write(change, there)).toList()));
  }

  private Future<Boolean> write(Change change, Map<String, MemcachedItem> there) {
    Key key = change.key();
    if (change.expected() != null) {
      return replace(key, change.text(), (Long) change.expected().version());
    }
    MemcachedItem item = there.get(MemcachedKeys.document(key));
    if (item == null) {
      return add(key, change.text());
    }
    return MemcachedDocuments.isRemoved(item)
        ? replace(key, change.text(), item.version())
        : Future.succeededFuture(false);
  }

  /** Writes a document where there is nothing, not even the trace of its removal. */
  Future<List<Future<Boolean>>> restore(Key key, String text) {
    return named(List.of(key), () -> Future.succeededFuture(List.of(add(key, text))));
  }

  private Future<List<Future<Boolean>>> named(
      List<Key> keys, Supplier<Future<List<Future<Boolean>>>> write) {
    return name(keys)
        .compose(named -> write.get())
        .compose(
            written ->
                Future.join(written)
                    .transform(done -> name(succeeded(keys, written)))
                    .map(checked -> written));
  }

  private static List<Key> succeeded(List<Key> keys, List<Future<Boolean>> written) {
    return IntStream.range(0, keys.size())
        .filter(i -> written.get(i).succeeded() && written.get(i).result())
        .mapToObj(keys::get)
        .toList();
  }

  private Future<Void> name(List<Key> keys) {
    List<Key> members = keys.stream().filter(key -> key.kind() == Kind.MEMBER).toList();
    return members.isEmpty() ? Future.succeededFuture() : index.set(members, true);
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
}
