package io.servicegroup.backend.memcached;

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
  private static final byte[] TOOZ_BEAT = MemcachedNode.bytes("It's alive!");

  private final List<MemcachedNode> nodes;
  private final Roster roster;
  private final MemcachedMembers members;
  private final ToozGroups groups;
  private final String backend;
  private final int seconds;
  private final Map<MemberId, Known> entries = new HashMap<>();
  private final Set<MemberId> reported = new HashSet<>();

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
    this.groups = new ToozGroups(vertx, nodes.get(0).beats().first(), backend);
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
    List<Map<String, byte[]>> values = values(ours);
    List<Future<Void>> writes = new ArrayList<>();
    for (int server = 0; server < nodes.size(); server++) {
      int here = server;
      writes.add(
          nodes
              .get(server)
              .beats()
              .run(
                  client ->
                      Future.join(
                              client.set(values.get(here), seconds),
                              leave(client, here, left),
                              // tooz uses the first server only.
                              here == 0 ? showTooz(client, shown) : Future.succeededFuture())
                          .mapEmpty()));
    }
    return Future.join(writes).map(done -> conflicts);
  }

  /** Completes when tooz's groups are as wanted or could not be written. Never fails. */
  Future<Void> settled() {
    return groups.settled();
  }

  private List<Map<String, byte[]>> values(List<Heartbeat> ours) {
    List<Map<String, byte[]>> values = new ArrayList<>();
    nodes.forEach(node -> values.add(new LinkedHashMap<>()));
    for (Heartbeat heartbeat : ours) {
      String key = MemcachedKeys.own(heartbeat.id());
      values
          .get(MemcachedKeys.server(key, nodes.size()))
          .put(key, MemcachedNode.bytes(StoredBeat.of(heartbeat).text()));
    }
    return values;
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

  private Future<Void> showTooz(MemcachedClient client, List<Heartbeat> shown) {
    Map<String, byte[]> beats = new LinkedHashMap<>();
    Map<String, Map<String, Wanted>> wanted = new LinkedHashMap<>();
    Set<String> hosts = new HashSet<>();
    for (Heartbeat heartbeat : shown) {
      String host = heartbeat.id().host();
      hosts.add(host);
      beats.put(MemcachedKeys.toozMember(host), TOOZ_BEAT);
      wanted
          .computeIfAbsent(heartbeat.id().group(), group -> new LinkedHashMap<>())
          .put(host, entry(heartbeat));
    }
    entries.keySet().removeIf(id -> roster.get(id) == null);
    reported.removeIf(id -> roster.get(id) == null);
    // The heartbeat is written before the entry, because tooz's readers remove an entry without a
    // heartbeat.
    Future<Void> beaten = client.set(beats, seconds);
    return Future.join(beaten, groups.update(wanted, hosts)).mapEmpty();
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
    boolean usable =
        MemcachedKeys.toozGroup(id.group()) != null && MemcachedKeys.toozMember(id.host()) != null;
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
