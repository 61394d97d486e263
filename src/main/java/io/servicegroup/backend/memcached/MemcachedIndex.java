package io.servicegroup.backend.memcached;

import io.servicegroup.catalog.DocumentStore.Key;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The names of all members, which are stored because memcached cannot list keys. They are split
 * into parts, so that agents that join at the same time seldom write the same part, and each part
 * stays far below the limit of an item.
 */
final class MemcachedIndex {

  /** The number of parts. It belongs to the stored layout, so all agents must use the same. */
  static final int PARTS = 64;

  private final MemcachedItems items;
  private final List<IndexPart> parts;
  private final List<String> keys;

  MemcachedIndex(Vertx vertx, MemcachedItems items) {
    this.items = items;
    this.keys = IntStream.range(0, PARTS).mapToObj(MemcachedKeys::index).toList();
    this.parts = keys.stream().map(key -> new IndexPart(vertx, items, key)).toList();
  }

  /** Reads the names of all members. */
  Future<List<Key>> names() {
    return items
        .get(keys)
        .map(
            found -> {
              List<Key> names = new ArrayList<>();
              for (MemcachedItem part : found.values()) {
                IndexedNames.parse(part.value()).addTo(names);
              }
              return names;
            });
  }

  /**
   * Adds members to the index, or removes them. A member for which nothing changes costs a read.
   */
  Future<Void> set(Collection<Key> members, boolean listed) {
    Map<IndexPart, List<Key>> byPart = new HashMap<>();
    members.forEach(key -> byPart.computeIfAbsent(part(key), none -> new ArrayList<>()).add(key));
    List<Future<Void>> changes = new ArrayList<>();
    byPart.forEach((part, some) -> changes.add(part.set(some, listed)));
    return Future.join(changes).mapEmpty();
  }

  private IndexPart part(Key key) {
    return parts.get(MemcachedKeys.part(MemcachedKeys.document(key), PARTS));
  }
}
