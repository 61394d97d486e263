package io.servicegroup.backend.memcached;

import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.Roster;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Watch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The members of the watched groups that only tooz knows: present while their beat's key is there.
 * And those of ours that the catalogue has not told of yet, to be looked up by name.
 */
final class ToozMembers {

  private final LivenessSettings settings;
  private final Roster roster;
  private final Map<String, Listing> listings = new HashMap<>();
  private final Map<MemberId, Present> present = new LinkedHashMap<>();
  private final Set<MemberId> strangers = new LinkedHashSet<>();
  private long lives;
  private long graceUntil;
  private boolean inGrace;

  ToozMembers(LivenessSettings settings, Roster roster) {
    this.settings = settings;
    this.roster = roster;
  }

  /** Members of ours that the catalogue has not told of. */
  Set<MemberId> strangers() {
    return strangers;
  }

  /** Members that only tooz knows, as of the last poll. */
  Set<MemberId> held() {
    return present.keySet();
  }

  /** Which keys are to be read, as far as is known from what was found. */
  Set<String> keys(Map<String, MemcachedItem> found) {
    Set<String> keys = new LinkedHashSet<>();
    if (settings.watch().equals(Watch.OWN)) {
      return keys;
    }
    if (settings.watch().equals(Watch.ALL)) {
      keys.add(MemcachedKeys.GROUP_LIST);
    }
    present.values().forEach(member -> keys.add(member.beatKey));
    for (String group : groups(found)) {
      keys.add(MemcachedKeys.toozGroup(group));
      listing(group, found).members().keySet().stream()
          .filter(id -> roster.get(id) == null)
          .forEach(id -> keys.add(MemcachedKeys.toozMember(id.host())));
    }
    return keys;
  }

  private Set<String> groups(Map<String, MemcachedItem> found) {
    Set<String> groups = new LinkedHashSet<>();
    if (settings.watch() instanceof Watch.Groups some) {
      groups.addAll(some.names());
    } else {
      MemcachedItem list = found.get(MemcachedKeys.GROUP_LIST);
      if (list != null) {
        ToozGroupList.parse(list.value()).ifPresent(read -> groups.addAll(read.names()));
      }
      roster.members().stream().map(Member::id).map(MemberId::group).forEach(groups::add);
      // Until the list is found again.
      present.keySet().stream().map(MemberId::group).forEach(groups::add);
    }
    groups.removeIf(group -> !roster.isWatched(group) || MemcachedKeys.toozGroup(group) == null);
    return groups;
  }

  /** The server was away or lost data: an absence found for a while is no one's word. */
  void interrupted(boolean dataLost) {
    present.values().forEach(member -> member.doubtful = true);
    if (!dataLost) {
      inGrace = true;
      graceUntil = System.nanoTime() + settings.serviceDownTime().toNanos();
    }
  }

  /** Compares what was found with what was so before. */
  void observe(Map<String, MemcachedItem> found, List<Beat> held, List<Absence> gone) {
    strangers.clear();
    inGrace &= System.nanoTime() - graceUntil < 0;
    Set<MemberId> listed = new HashSet<>();
    for (String group : groups(found)) {
      Listing listing = listing(group, found);
      if (!listing.there()) {
        present.forEach((id, member) -> member.doubtful |= id.group().equals(group));
      }
      listing.members().forEach((id, incarnation) -> listed(id, incarnation, found, listed));
    }
    present.keySet().removeIf(id -> roster.get(id) != null || strangers.contains(id));
    List<MemberId> over = new ArrayList<>();
    present.forEach(
        (id, member) -> {
          boolean beats = isThere(found.get(member.beatKey));
          boolean unlisted = !listed.contains(id) && listing(id.group(), found).there();
          if (beats && unlisted) {
            gone.add(member.absence(id, member.doubtful ? Cause.EXPIRED : Cause.LEFT));
            over.add(id);
          } else if (beats || inGrace) {
            held.add(new Beat(id, null, member.life));
          } else {
            gone.add(member.absence(id, Cause.EXPIRED));
            over.add(id);
          }
        });
    over.forEach(present::remove);
    listings.keySet().retainAll(groups(found));
  }

  private void listed(
      MemberId id,
      Incarnation incarnation,
      Map<String, MemcachedItem> found,
      Set<MemberId> listed) {
    if (roster.get(id) != null) {
      return;
    }
    if (incarnation != null) {
      strangers.add(id);
      return;
    }
    listed.add(id);
    String key = MemcachedKeys.toozMember(id.host());
    if (!present.containsKey(id) && isThere(found.get(key))) {
      lives++;
      present.put(id, new Present(key, lives));
    }
  }

  /** tooz takes an empty value for an absence. */
  private static boolean isThere(MemcachedItem item) {
    return item != null && item.value().length > 0;
  }

  /** A large group is taken apart only where it changed. */
  private Listing listing(String group, Map<String, MemcachedItem> found) {
    MemcachedItem item = found.get(MemcachedKeys.toozGroup(group));
    if (item == null) {
      return Listing.MISSING;
    }
    Listing known = listings.get(group);
    if (known == null || known.version() != item.version()) {
      known = read(group, item);
      listings.put(group, known);
    }
    return known;
  }

  private static Listing read(String group, MemcachedItem item) {
    Map<MemberId, Incarnation> members = new LinkedHashMap<>();
    return ToozGroupMap.parse(item.value())
        .map(
            map -> {
              map.forEach((name, incarnation) -> add(group, name, incarnation, members));
              return new Listing(item.version(), true, members);
            })
        .orElse(Listing.MISSING);
  }

  private static void add(
      String group, String host, Incarnation incarnation, Map<MemberId, Incarnation> members) {
    if (MemcachedKeys.toozMember(host) == null) {
      return;
    }
    MemberId id;
    try {
      id = new MemberId(group, host);
    } catch (IllegalArgumentException e) {
      // tooz takes names that no catalogue does.
      return;
    }
    // One id may be there as bytes and as text: ours is the one with an incarnation.
    if (incarnation != null || !members.containsKey(id)) {
      members.put(id, incarnation);
    }
  }

  private record Listing(long version, boolean there, Map<MemberId, Incarnation> members) {
    static final Listing MISSING = new Listing(0, false, Map.of());
  }

  private static final class Present {
    private final String beatKey;
    private final long life;

    /** Whether something else than its leave may be why it is not listed. */
    private boolean doubtful;

    Present(String beatKey, long life) {
      this.beatKey = beatKey;
      this.life = life;
    }

    Absence absence(MemberId id, Cause cause) {
      return new Absence(id, null, life, cause);
    }
  }
}
