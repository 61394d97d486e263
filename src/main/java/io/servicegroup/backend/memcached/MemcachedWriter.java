package io.servicegroup.backend.memcached;

import io.servicegroup.backend.memcached.MemcachedPlaces.Place;
import io.servicegroup.backend.memcached.ToozGroup.Wanted;
import io.servicegroup.backend.tooz.Capabilities;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.Roster;
import io.servicegroup.liveness.StoredBeat;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the beats of this agent's members: each member's own key on the server that stores it, and
 * on the first server, for tooz's readers, the heartbeat of the host and the entry in the group.
 */
final class MemcachedWriter {

  private static final Logger LOG = LoggerFactory.getLogger(MemcachedWriter.class);

  /** tooz uses the first server only. */
  private static final int TOOZ_SERVER = 0;

  private final List<MemcachedNode> nodes;
  private final Roster roster;
  private final MemcachedMembers members;
  private final MemcachedPlaces places;
  private final ToozGroups groups;
  private final String backend;
  private final int seconds;
  private final Map<MemberId, Known> entries = new HashMap<>();
  private final Set<MemberId> reported = new HashSet<>();
  private List<Wanted> showing = List.of();

  MemcachedWriter(
      Vertx vertx,
      LivenessSettings settings,
      List<MemcachedNode> nodes,
      Roster roster,
      MemcachedMembers members) {
    this.nodes = nodes;
    this.roster = roster;
    this.members = members;
    this.backend = settings.backend();
    this.seconds = MemcachedKeys.seconds(settings.timeout());
    this.places = new MemcachedPlaces(nodes.size(), seconds);
    this.groups = new ToozGroups(vertx, nodes.get(TOOZ_SERVER).beats().first(), backend);
  }

  Future<List<Conflict>> write(List<Heartbeat> state, List<Heartbeat> left) {
    state.stream().map(Heartbeat::id).filter(groups::isSuperseded).forEach(members::superseded);
    List<Conflict> conflicts = members.conflicts(state);
    List<Heartbeat> ours =
        state.stream().filter(heartbeat -> !members.isSuperseded(heartbeat)).toList();
    List<Heartbeat> shown =
        ours.stream()
            .filter(heartbeat -> heartbeat.state().beats())
            .filter(heartbeat -> roster.get(heartbeat.id()) != null)
            .filter(this::isForTooz)
            .toList();
    places.keep(state);
    List<List<MemcachedCommand>> beats = beats(ours, shown);
    List<Future<Void>> writes = new ArrayList<>();
    for (int server = 0; server < nodes.size(); server++) {
      int here = server;
      writes.add(
          nodes
              .get(server)
              .beats()
              .run(client -> write(client, here, beats.get(here), left, shown)));
    }
    return Future.join(writes).map(done -> conflicts);
  }

  /** All that one server is to be sent, in one round trip where nobody left. */
  private Future<Void> write(
      MemcachedClient client,
      int server,
      List<MemcachedCommand> beats,
      List<Heartbeat> left,
      List<Heartbeat> shown) {
    List<Future<Void>> steps = new ArrayList<>();
    steps.add(client.set(beats));
    if (!left.isEmpty()) {
      steps.add(leave(client, server, left));
    }
    if (server == TOOZ_SERVER) {
      // Behind the heartbeats: tooz's readers remove an entry without one.
      steps.add(showTooz(shown));
    }
    return Future.join(steps).mapEmpty();
  }

  /** Completes when tooz's groups are as wanted or could not be written. Never fails. */
  Future<Void> settled() {
    return groups.settled();
  }

  /** The beats for each server: the members' own, and tooz's of their hosts. */
  private List<List<MemcachedCommand>> beats(List<Heartbeat> ours, List<Heartbeat> shown) {
    List<List<MemcachedCommand>> beats = new ArrayList<>();
    nodes.forEach(node -> beats.add(new ArrayList<>()));
    for (Heartbeat heartbeat : ours) {
      Place place = places.of(heartbeat.id());
      byte[] text = MemcachedNode.bytes(StoredBeat.of(heartbeat).text());
      beats.get(place.server()).add(place.own().to(text));
    }
    Set<String> hosts = new HashSet<>();
    for (Heartbeat heartbeat : shown) {
      if (hosts.add(heartbeat.id().host())) {
        beats.get(TOOZ_SERVER).add(places.of(heartbeat.id()).tooz());
      }
    }
    return beats;
  }

  /** Writes that members left, unless another agent has joined them since. */
  private Future<Void> leave(MemcachedClient client, int server, List<Heartbeat> left) {
    Map<String, Heartbeat> here = new LinkedHashMap<>();
    for (Heartbeat gone : left) {
      String key = MemcachedKeys.own(gone.id());
      if (MemcachedKeys.server(key, nodes.size()) == server && !roster.isSuperseded(gone)) {
        here.put(key, gone);
      }
    }
    return client
        .get(here.keySet())
        .compose(
            found -> {
              Map<String, byte[]> values = new LinkedHashMap<>();
              here.forEach(
                  (key, gone) -> {
                    if (!isNewer(found.get(key), gone.incarnation())) {
                      values.put(key, MemcachedNode.bytes(StoredBeat.left(gone).text()));
                    }
                  });
              return client.set(values, seconds);
            });
  }

  private static boolean isNewer(MemcachedItem stored, Incarnation ours) {
    return stored != null
        && StoredBeat.parse(stored.text())
            .filter(beat -> beat.incarnation().isNewerThan(ours))
            .isPresent();
  }

  private Future<Void> showTooz(List<Heartbeat> shown) {
    List<Wanted> next = shown.stream().map(this::entry).toList();
    if (isShown(next)) {
      return groups.update();
    }
    entries.keySet().removeIf(id -> roster.get(id) == null);
    reported.removeIf(id -> roster.get(id) == null);
    showing = next;
    Map<String, Map<String, Wanted>> wanted = new LinkedHashMap<>();
    Set<String> hosts = new HashSet<>();
    for (int i = 0; i < next.size(); i++) {
      MemberId id = shown.get(i).id();
      hosts.add(id.host());
      wanted
          .computeIfAbsent(id.group(), group -> new LinkedHashMap<>())
          .put(id.host(), next.get(i));
    }
    return groups.update(wanted, hosts);
  }

  /** Whether these very entries were shown before: the same ones are made once. */
  private boolean isShown(List<Wanted> next) {
    for (int i = 0; i < next.size(); i++) {
      if (i >= showing.size() || showing.get(i) != next.get(i)) {
        return false;
      }
    }
    return showing.size() == next.size();
  }

  private Wanted entry(Heartbeat heartbeat) {
    Member member = roster.get(heartbeat.id());
    Known known = entries.get(heartbeat.id());
    if (known == null || known.member() != member) {
      byte[] entry = ToozGroupMap.entry(Capabilities.of(member));
      known =
          new Known(
              member,
              new Wanted(ToozGroupMap.id(member.id().host()), heartbeat.incarnation(), entry));
      entries.put(heartbeat.id(), known);
    }
    return known.entry();
  }

  private boolean isForTooz(Heartbeat heartbeat) {
    MemberId id = heartbeat.id();
    boolean usable = places.of(id).tooz() != null;
    if (!usable && reported.add(id)) {
      LOG.warn(
          "Backend {}: tooz cannot hold the name {} (blanks, or more than 250 bytes): its readers"
              + " do not see the member",
          backend,
          id);
    }
    return usable;
  }

  private record Known(Member member, Wanted entry) {}
}
