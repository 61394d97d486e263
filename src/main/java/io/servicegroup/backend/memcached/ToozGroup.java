package io.servicegroup.backend.memcached;

import io.servicegroup.model.Incarnation;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The entries that this agent wants one of tooz's groups to have, and the edits that achieve it.
 */
final class ToozGroup {

  private static final int WORTH_ANOTHER_TRY = 1_024;

  private final Map<String, Wanted> wanted = new LinkedHashMap<>();
  private final Map<String, Incarnation> unwanted = new HashMap<>();
  private final Set<String> superseded = new HashSet<>();
  private boolean dirty = true;
  private int limit = Integer.MAX_VALUE;
  private int version;
  private MemcachedItem.Print known;

  /**
   * An entry of one of our members.
   *
   * @param id in its stored form
   * @param incarnation the member's incarnation
   * @param entry in its stored form
   */
  record Wanted(ByteBuffer id, Incarnation incarnation, byte[] entry) {}

  /** Takes the wanted entries; members that are no longer among them are to be removed. */
  void want(Map<String, Wanted> next) {
    version++;
    wanted.forEach(
        (host, before) -> {
          if (!next.containsKey(host)) {
            unwanted.put(host, before.incarnation());
            dirty = true;
          }
        });
    next.forEach(
        (host, entry) -> {
          unwanted.remove(host);
          dirty |= wanted.get(host) != entry;
        });
    wanted.clear();
    wanted.putAll(next);
  }

  /** Notes a stored value, or null, with which nothing was to be done. */
  void known(MemcachedItem stored) {
    known = stored == null ? null : stored.print();
  }

  /** Whether nothing is to be done with a stored value: a group may be large. */
  boolean isKnown(MemcachedItem stored) {
    return !dirty && stored != null && known != null && known.isOf(stored);
  }

  /** Whether a wanted change is not stored yet. */
  boolean isDirty() {
    return dirty;
  }

  boolean isEmpty() {
    return wanted.isEmpty() && unwanted.isEmpty();
  }

  /** The members that another agent joined later. */
  Set<String> superseded() {
    return superseded;
  }

  /** Edits a group so that it has the wanted entries. */
  Edit edit(ToozGroupMap map) {
    int before = map.size();
    Set<String> removed = remove(map);
    superseded.clear();
    boolean fits = true;
    boolean changed = !removed.isEmpty();
    for (Map.Entry<String, Wanted> member : wanted.entrySet()) {
      ByteBuffer id = member.getValue().id();
      byte[] stored = map.get(id);
      byte[] entry = member.getValue().entry();
      if (Arrays.equals(stored, entry)) {
        continue;
      }
      if (isNewer(stored, member.getValue().incarnation())) {
        superseded.add(member.getKey());
      } else if (map.size() + id.remaining() + entry.length < limit) {
        map.put(id, entry);
        changed = true;
      } else {
        fits = false;
      }
    }
    return new Edit(version, changed, fits, before, map.size(), removed);
  }

  /** Removes our entries, except those of members that another agent has joined since. */
  private Set<String> remove(ToozGroupMap map) {
    Set<String> removed = new HashSet<>();
    unwanted.forEach(
        (host, incarnation) -> {
          ByteBuffer id = ToozGroupMap.id(host);
          byte[] stored = map.get(id);
          if (stored != null && incarnation.equals(ToozGroupMap.incarnation(stored))) {
            map.remove(id);
            removed.add(host);
          }
        });
    return removed;
  }

  private static boolean isNewer(byte[] stored, Incarnation ours) {
    Incarnation theirs = stored == null ? null : ToozGroupMap.incarnation(stored);
    return theirs != null && theirs.isNewerThan(ours);
  }

  /** Notes that the edit is stored, or changed nothing. */
  void stored(Edit edit) {
    if (edit.version() == version) {
      unwanted.clear();
      dirty = false;
    }
  }

  /**
   * Notes that the server refused a value of that size; the next edit lets the group grow by at
   * most half as much.
   */
  void refused(Edit edit) {
    limit = edit.before() + (edit.after() - edit.before()) / 2;
    dirty = edit.version() != version || edit.after() - edit.before() > WORTH_ANOTHER_TRY;
  }

  /**
   * A change of a group.
   *
   * @param version of the wanted entries
   * @param changed whether the group changes at all
   * @param fits whether all wanted entries have room
   * @param before the size of the value that was read
   * @param after the size of the value to store
   * @param removed our members that it removes
   */
  record Edit(
      int version, boolean changed, boolean fits, int before, int after, Set<String> removed) {}
}
