package io.servicegroup.backend.memcached;

import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.runtime.OptimisticRetry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One part of the index. While a change of it is being stored, further changes are collected for
 * the next write, so that the agent never competes with itself.
 *
 * <p>Used on one context.
 */
final class IndexPart {

  private static final int FOR_EVER = 0;

  private final OptimisticRetry retry;
  private final MemcachedItems items;
  private final String key;
  private Map<Key, Boolean> next = new LinkedHashMap<>();
  private Promise<Void> nextStored = Promise.promise();
  private boolean storing;

  IndexPart(Vertx vertx, MemcachedItems items, String key) {
    this.retry = new OptimisticRetry(vertx);
    this.items = items;
    this.key = key;
  }

  /** Adds members to the index, or removes them. */
  Future<Void> set(Collection<Key> members, boolean listed) {
    members.forEach(member -> next.put(member, listed));
    Future<Void> stored = nextStored.future();
    if (!storing) {
      store();
    }
    return stored;
  }

  private void store() {
    Map<Key, Boolean> wanted = next;
    Promise<Void> stored = nextStored;
    next = new LinkedHashMap<>();
    nextStored = Promise.promise();
    storing = true;
    retry
        .repeat("the item " + key, () -> attempt(wanted))
        .onComplete(
            result -> {
              storing = false;
              if (!next.isEmpty()) {
                store();
              }
              stored.handle(result);
            });
  }

  private Future<Void> attempt(Map<Key, Boolean> wanted) {
    return items
        .get(List.of(key))
        .compose(found -> change(found.get(key), wanted))
        .compose(done -> OptimisticRetry.ifWritten(done, null));
  }

  private Future<Boolean> change(MemcachedItem read, Map<Key, Boolean> wanted) {
    IndexedNames names = read == null ? new IndexedNames() : IndexedNames.parse(read.value());
    boolean changed = false;
    for (Map.Entry<Key, Boolean> member : wanted.entrySet()) {
      changed |= names.set(member.getKey(), member.getValue());
    }
    if (!changed) {
      return Future.succeededFuture(true);
    }
    byte[] value = names.encode();
    return read == null
        ? items.add(key, value, FOR_EVER)
        : items.replace(key, value, read.version(), FOR_EVER);
  }
}
