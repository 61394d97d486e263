package io.servicegroup.backend.memcached;

import io.servicegroup.backend.memcached.MemcachedItem.Print;
import io.servicegroup.backend.tooz.ToozPresence;
import io.servicegroup.backend.tooz.ToozPresence.Listed;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.Roster;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Watch;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Members of the watched groups that the catalogue does not list: those that only tooz knows, about
 * which {@link ToozPresence} decides, and those of other agents of ours, whose own keys are read.
 */
final class MemcachedToozMembers {

  private final LivenessSettings settings;
  private final Roster roster;
  private final Map<String, Listing> listings = new HashMap<>();
  private final ToozPresence presence;
  private final Set<MemberId> strangers = new LinkedHashSet<>();

  MemcachedToozMembers(LivenessSettings settings, Roster roster) {
    this.settings = settings;
    this.roster = roster;
    this.presence = new ToozPresence(settings.serviceDownTime());
  }

  /** Members of our agents that the catalogue has not reported yet. */
  Set<MemberId> strangers() {
    return strangers;
  }

  /** The held members that only tooz knows, as of the last poll. */
  Set<MemberId> held() {
    return presence.held();
  }

  /** The keys to read, as far as the values found so far name them. */
  Set<String> keys(Map<String, MemcachedItem> found) {
    Set<String> keys = new LinkedHashSet<>();
    if (settings.watch().equals(Watch.OWN)) {
      return keys;
    }
    if (settings.watch().equals(Watch.ALL)) {
      keys.add(MemcachedKeys.GROUP_LIST);
    }
    presence.held().forEach(id -> keys.add(MemcachedKeys.toozMember(id.host())));
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
      // While the list is missing, the groups of held members are read all the same.
      presence.held().stream().map(MemberId::group).forEach(groups::add);
    }
    groups.removeIf(group -> !roster.isWatched(group) || MemcachedKeys.toozGroup(group) == null);
    return groups;
  }

  /**
   * Notes that the server was away or lost data, so that a missing heartbeat or entry proves
   * nothing for a while.
   */
  void interrupted(boolean dataLost) {
    if (dataLost) {
      presence.doubt(id -> true);
    } else {
      presence.away(System.nanoTime());
    }
  }

  /** Takes what a poll found, and adds what follows from it to an observation. */
  void observe(Map<String, MemcachedItem> found, List<Beat> held, List<Absence> gone) {
    strangers.clear();
    Set<MemberId> listed = new LinkedHashSet<>();
    for (String group : groups(found)) {
      Listing listing = listing(group, found);
      if (!listing.there()) {
        presence.doubt(id -> id.group().equals(group));
      }
      listing.members().forEach((id, incarnation) -> listed(id, incarnation, listed));
    }
    presence.forget(id -> roster.get(id) != null || strangers.contains(id));
    long now = System.nanoTime();
    Set<MemberId> all = new LinkedHashSet<>(presence.known());
    all.addAll(listed);
    for (MemberId id : all) {
      boolean beats = isThere(found.get(MemcachedKeys.toozMember(id.host())));
      presence.observe(id, listed(id, listed, found), beats, now);
    }
    held.addAll(presence.beats());
    gone.addAll(presence.gone(now));
    listings.keySet().retainAll(groups(found));
  }

  private Listed listed(MemberId id, Set<MemberId> listed, Map<String, MemcachedItem> found) {
    return listed.contains(id)
        ? Listed.YES
        : listing(id.group(), found).there() ? Listed.NO : Listed.UNKNOWN;
  }

  private void listed(MemberId id, Incarnation incarnation, Set<MemberId> listed) {
    if (roster.get(id) == null) {
      (incarnation == null ? listed : strangers).add(id);
    }
  }

  /** Whether a heartbeat exists; tooz treats an empty value as none. */
  private static boolean isThere(MemcachedItem item) {
    return item != null && item.value().length > 0;
  }

  /**
   * The members of a group, parsed again only when its value changed, because a group may be large.
   */
  private Listing listing(String group, Map<String, MemcachedItem> found) {
    MemcachedItem item = found.get(MemcachedKeys.toozGroup(group));
    if (item == null) {
      return Listing.MISSING;
    }
    Listing known = listings.get(group);
    if (known == null || !known.print().isOf(item)) {
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
              return new Listing(item.print(), true, members);
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
      // tooz accepts names that are not valid in a catalogue.
      return;
    }
    // An id may be stored both as bytes and as text; the entry with an incarnation is ours.
    if (incarnation != null || !members.containsKey(id)) {
      members.put(id, incarnation);
    }
  }

  private record Listing(Print print, boolean there, Map<MemberId, Incarnation> members) {
    static final Listing MISSING = new Listing(new Print(0, -1, 0), false, Map.of());
  }
}
