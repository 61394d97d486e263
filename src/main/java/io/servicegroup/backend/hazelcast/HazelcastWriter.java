package io.servicegroup.backend.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.servicegroup.bus.MemberNews;
import io.servicegroup.liveness.Roster;
import io.servicegroup.liveness.StoredBeat;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Writes the entries of this agent's members, each only where no newer incarnation is stored. */
final class HazelcastWriter {

  private final HazelcastCalls calls;
  private final Roster roster;
  private final boolean owns;
  private final Duration bound;
  private final long seconds;

  /**
   * Creates a writer.
   *
   * @param roster the catalogue's members, whose incarnations may be newer
   * @param owns whether this agent is a Hazelcast member, with whose death its entries count as
   *     ended
   * @param bound for each write
   * @param timeout the expiry of a beat; Hazelcast counts whole seconds
   */
  HazelcastWriter(
      HazelcastCalls calls, Roster roster, boolean owns, Duration bound, Duration timeout) {
    this.calls = calls;
    this.roster = roster;
    this.owns = owns;
    this.bound = bound;
    this.seconds = timeout.plusMillis(999).toSeconds();
  }

  /**
   * The result of a write.
   *
   * @param conflicts incarnations that must not be beaten for any more
   * @param written the entries that were written, by member
   * @param before the entries that stood there, by member
   */
  record Done(
      List<Conflict> conflicts, Map<MemberId, String> written, Map<MemberId, String> before) {}

  Future<Done> write(List<Heartbeat> members, List<Heartbeat> left) {
    Map<Heartbeat, StoredBeat> states = new LinkedHashMap<>();
    left.stream()
        .filter(member -> !roster.isSuperseded(member))
        .forEach(member -> states.put(member, StoredBeat.left(member)));
    members.forEach(member -> states.put(member, StoredBeat.of(member)));
    return calls.call("write", bound, running -> write(running, states));
  }

  private Done write(HazelcastInstance running, Map<Heartbeat, StoredBeat> states) {
    IMap<String, String> beats = running.getMap(HazelcastConfigs.BEATS);
    // The id is read for each write, because a merge with another part of the cluster changes it.
    UUID self = owns ? running.getCluster().getLocalMember().getUuid() : null;
    Map<String, Heartbeat> keys = new HashMap<>();
    states.keySet().forEach(member -> keys.put(HazelcastEntry.key(member.id()), member));
    Map<String, String> stored = beats.getAll(keys.keySet());
    Done done = new Done(new ArrayList<>(), new HashMap<>(), new HashMap<>());
    List<CompletableFuture<Void>> writes = new ArrayList<>();
    Set<MemberId> news = new HashSet<>();
    for (Map.Entry<String, Heartbeat> key : keys.entrySet()) {
      Heartbeat member = key.getValue();
      StoredBeat next = states.get(member);
      String found = stored.get(key.getKey());
      done.before().put(member.id(), found);
      StoredBeat before = HazelcastEntry.parse(found).map(HazelcastEntry::beat).orElse(null);
      if (before == null || !before.incarnation().isNewerThan(member.incarnation())) {
        String text = new HazelcastEntry(self, next).text();
        done.written().put(member.id(), text);
        writes.add(
            beats.setAsync(key.getKey(), text, seconds, TimeUnit.SECONDS).toCompletableFuture());
        if (before == null || before.state() != next.state()) {
          news.add(member.id());
        }
      } else if (!next.isEnd()) {
        done.conflicts()
            .add(new Conflict(member.id(), member.incarnation(), Conflict.Kind.SUPERSEDED));
      }
    }
    CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)).join();
    if (!news.isEmpty()) {
      running.getTopic(HazelcastConfigs.NEWS).publish(MemberNews.of(news).text());
    }
    return done;
  }
}
