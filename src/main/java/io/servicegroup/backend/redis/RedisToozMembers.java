package io.servicegroup.backend.redis;

import io.servicegroup.model.Absence;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.Beat;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Members of watched groups that the catalogue does not tell of: those that only tooz knows, which
 * are held while their beat is there and gone afterwards, and those of other agents of ours.
 */
final class RedisToozMembers {

  private final Map<MemberId, Found> found = new HashMap<>();
  private final long forgetAfterNanos;
  private long appearances;

  RedisToozMembers(Duration downTime) {
    this.forgetAfterNanos = downTime.toNanos();
  }

  boolean knows(MemberId id) {
    return found.containsKey(id);
  }

  /** A member was found in a group, with capabilities of an agent of ours or without. */
  void add(MemberId id, boolean ours) {
    found.put(id, new Found(id, ours));
  }

  /** The catalogue tells of it now. */
  void remove(Collection<MemberId> ids) {
    found.keySet().removeAll(ids);
  }

  /** Those that were found in a group. */
  List<MemberId> of(String group) {
    return found.keySet().stream().filter(id -> id.group().equals(group)).toList();
  }

  /** Those whose own key is to be read. */
  List<MemberId> ours() {
    return found.values().stream().filter(member -> member.ours).map(member -> member.id).toList();
  }

  /** Those whose beat is to be read. */
  List<MemberId> others() {
    return found.values().stream().filter(member -> !member.ours).map(member -> member.id).toList();
  }

  /**
   * Takes in what a poll read.
   *
   * @param listed all that are in their group
   * @param beating the others whose beat is there
   * @param nanos a monotonic clock
   */
  void update(Set<MemberId> listed, Set<MemberId> beating, long nanos) {
    Iterator<Found> each = found.values().iterator();
    while (each.hasNext()) {
      Found member = each.next();
      boolean inGroup = listed.contains(member.id);
      if (!member.ours) {
        member.update(inGroup, beating.contains(member.id), nanos);
      }
      if (!inGroup && (member.absence == null || nanos - member.goneAt > forgetAfterNanos)) {
        each.remove();
      }
    }
  }

  List<Beat> held() {
    return found.values().stream().filter(member -> member.held).map(Found::beat).toList();
  }

  List<Absence> gone() {
    List<Absence> gone = new ArrayList<>();
    for (Found member : found.values()) {
      if (member.absence != null) {
        gone.add(member.absence);
      }
    }
    return gone;
  }

  private final class Found {

    private final MemberId id;
    private final boolean ours;
    private boolean held;
    private long count;
    private Absence absence;
    private long goneAt;

    Found(MemberId id, boolean ours) {
      this.id = id;
      this.ours = ours;
    }

    /** Who comes back has a greater count than anybody who went. */
    void update(boolean inGroup, boolean beats, long nanos) {
      if (inGroup && beats) {
        count = held ? count : ++appearances;
        held = true;
        absence = null;
      } else if (held) {
        held = false;
        absence = new Absence(id, null, count, beats ? Cause.LEFT : Cause.EXPIRED);
        goneAt = nanos;
      }
    }

    Beat beat() {
      return new Beat(id, null, count);
    }
  }
}
