package io.servicegroup.backend.memcached;

import io.servicegroup.model.Incarnation;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What this agent wants one of tooz's groups to hold, and what it does about it. */
final class ToozGroup {

  private static final int WORTH_ANOTHER_TRY = 1_024;

  private final Map<String, Wanted> wanted = new LinkedHashMap<>();
  private final Map<String, Incarnation> unwanted = new HashMap<>();
  private final Set<String> superseded = new HashSet<>();
  private boolean dirty = true;
  private int limit = Integer.MAX_VALUE;
  private int version;

  /**
   * An entry of ours.
   *
   * @param id as it is to be stored
   * @param incarnation its life
   * @param entry as it is to be stored
   */
  record Wanted(ByteBuffer id, Incarnation incarnation, byte[] entry) {}

  /** Takes over what is wanted now; whoever is not in it any more is to go. */
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

  /** Whether there is something that has not been stored. */
  boolean isDirty() {
    return dirty;
  }

  boolean isEmpty() {
    return wanted.isEmpty() && unwanted.isEmpty();
  }

  /** Members that another agent joined later. */
  Set<String> superseded() {
    return superseded;
  }

  /** Makes a group hold what is wanted. */
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

  /** Removes what is ours; another agent may have joined the member since. */
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

  /** The edit is in the server, or there was nothing to change. */
  void stored(Edit edit) {
    if (edit.version() == version) {
      unwanted.clear();
      dirty = false;
    }
  }

  /** The server takes no value of that size: the next try is one between. */
  void refused(Edit edit) {
    limit = edit.before() + (edit.after() - edit.before()) / 2;
    dirty = edit.version() != version || edit.after() - edit.before() > WORTH_ANOTHER_TRY;
  }

  /**
   * A change that is to be stored.
   *
   * @param version of what was wanted
   * @param changed whether there is one
   * @param fits whether everything found room
   * @param before the size of what was read
   * @param after the size of what is to be stored
   * @param removed the members of ours that it removes
   */
  record Edit(
      int version, boolean changed, boolean fits, int before, int after, Set<String> removed) {}
}
