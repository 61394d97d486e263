package io.servicegroup.backend.memcached;

import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The value of one part of the index: the hosts of each group, and nothing else, so that it stays
 * small.
 */
final class IndexedNames {

  private final Map<String, Set<String>> groups = new TreeMap<>();

  /**
   * Parses a stored value. A value that is not ours counts as empty, so that it does not hide the
   * names of the other parts.
   */
  static IndexedNames parse(byte[] stored) {
    IndexedNames names = new IndexedNames();
    try {
      JsonObject json = new JsonObject(Buffer.buffer(stored));
      for (String group : json.fieldNames()) {
        if (json.getValue(group) instanceof JsonArray hosts) {
          hosts.stream()
              .filter(String.class::isInstance)
              .forEach(host -> names.add(group, (String) host));
        }
      }
      return names;
    } catch (DecodeException e) {
      return new IndexedNames();
    }
  }

  private boolean add(String group, String host) {
    return groups.computeIfAbsent(group, none -> new TreeSet<>()).add(host);
  }

  private boolean remove(String group, String host) {
    Set<String> hosts = groups.getOrDefault(group, Set.of());
    boolean removed = hosts.contains(host) && hosts.remove(host);
    if (removed && hosts.isEmpty()) {
      groups.remove(group);
    }
    return removed;
  }

  /** Adds or removes a member; false where nothing changes. */
  boolean set(Key key, boolean listed) {
    return listed ? add(key.group(), key.name()) : remove(key.group(), key.name());
  }

  /** Adds all members to a collection. */
  void addTo(Collection<Key> keys) {
    groups.forEach(
        (group, hosts) -> hosts.forEach(host -> keys.add(new Key(Kind.MEMBER, group, host))));
  }

  byte[] encode() {
    JsonObject json = new JsonObject();
    groups.forEach((group, hosts) -> json.put(group, new JsonArray(hosts.stream().toList())));
    return json.toBuffer().getBytes();
  }
}
