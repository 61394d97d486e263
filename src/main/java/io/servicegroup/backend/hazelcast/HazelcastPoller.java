package io.servicegroup.backend.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.servicegroup.backend.common.Canary;
import io.servicegroup.liveness.AdaptiveTimeout;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.Roster;
import io.servicegroup.liveness.StoredBeats;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import io.vertx.core.VertxException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Reads the members' entries together with the canary of the previous poll, then writes the next
 * canary, through the same map and cluster members as the beats.
 */
final class HazelcastPoller {

  private final HazelcastCalls calls;
  private final HazelcastPresence presence;
  private final Roster roster;
  private final AdaptiveTimeout pollTimeout;
  private final Duration minorityHold;
  private final Duration longest;
  private final String agent;
  private final Canary canary = new Canary();
  private final StoredBeats stored;
  private final Map<MemberId, UUID> owners = new HashMap<>();
  private boolean partitionLost;

  HazelcastPoller(
      HazelcastCalls calls, HazelcastPresence presence, Roster roster, LivenessSettings settings) {
    this.calls = calls;
    this.presence = presence;
    this.roster = roster;
    this.pollTimeout =
        new AdaptiveTimeout(AdaptiveTimeout.half(settings.pollInterval()), settings.longestCall());
    this.longest = settings.longestCall();
    this.agent = settings.agent();
    this.stored = new StoredBeats(settings.backend());
    this.minorityHold = settings.serviceDownTime();
  }

  /** Notes that entries are lost, because all Hazelcast members that had them are gone. */
  void partitionLost() {
    partitionLost = true;
  }

  /**
   * Whether the cluster lost no partition and has no silent members. Otherwise the answer to a
   * write does not stand for a poll.
   */
  boolean isWhole() {
    return !partitionLost && presence.silentSince(minorityHold) == 0;
  }

  Future<Observation> poll() {
    presence.ask();
    Set<String> keys = new HashSet<>();
    roster.members().forEach(member -> keys.add(HazelcastEntry.key(member.id())));
    keys.add(HazelcastEntry.canaryKey(agent));
    return pollTimeout
        .call(bound -> calls.call("poll", bound, running -> read(running, keys)))
        .compose(this::observe);
  }

  /** Removes the canary where the cluster answers. Never fails. */
  Future<Void> removeCanary() {
    return canary.exists()
        ? calls
            .call(
                "poll",
                pollTimeout.bound(),
                running ->
                    running.getMap(HazelcastConfigs.BEATS).remove(HazelcastEntry.canaryKey(agent)))
            .<Void>mapEmpty()
            .otherwiseEmpty()
        : Future.succeededFuture();
  }

  /** States that this agent is alive but cannot beat, for a limited time. */
  Future<Void> stalled(Duration validity) {
    long millis = validity.toMillis();
    return queue(
        beats -> {
          beats.set(HazelcastEntry.stalledKey(agent), "1", millis, TimeUnit.MILLISECONDS);
          return null;
        });
  }

  /** Withdraws that statement. */
  Future<Void> resumed() {
    return queue(
        beats -> {
          beats.delete(HazelcastEntry.stalledKey(agent));
          return null;
        });
  }

  /** Which of the agents state that they are alive but cannot beat. */
  Future<Set<String>> stalledAmong(Set<String> agents) {
    Map<String, String> keys = new HashMap<>();
    agents.forEach(one -> keys.put(HazelcastEntry.stalledKey(one), one));
    return queue(
        beats -> {
          Set<String> saying = new HashSet<>();
          beats.getAll(keys.keySet()).keySet().forEach(key -> saying.add(keys.get(key)));
          return saying;
        });
  }

  private <T> Future<T> queue(Function<IMap<String, String>, T> work) {
    return calls.queue(longest, running -> work.apply(running.getMap(HazelcastConfigs.BEATS)));
  }

  private Seen read(HazelcastInstance running, Set<String> keys) {
    IMap<String, String> beats = running.getMap(HazelcastConfigs.BEATS);
    Canary.Round proof = canary.begin();
    String key = HazelcastEntry.canaryKey(agent);
    Map<String, String> entries = beats.getAll(keys);
    proof.found(entries.get(key));
    beats.set(key, proof.text(), Canary.LIFETIME.toSeconds(), TimeUnit.SECONDS);
    proof.written();
    return new Seen(entries, running.getCluster().getMembers().size());
  }

  private Future<Observation> observe(Seen seen) {
    long silent = presence.silentSince(minorityHold);
    if (silent > seen.present()) {
      // The other members may be the majority, for which this agent is one of those that fell
      // silent.
      return Future.failedFuture(
          new VertxException(
              "%d of %d members of the cluster fell silent: this is a minority after a split"
                  .formatted(silent, silent + seen.present()),
              true));
    }
    boolean dataLost = canary.takeLost() | partitionLost;
    partitionLost = false;
    owners.keySet().removeIf(id -> roster.get(id) == null);
    return Future.succeededFuture(
        HazelcastSightings.of(
            roster.members(), member -> entry(seen, member), owners::get, presence::of, dataLost));
  }

  private Optional<HazelcastEntry> entry(Seen seen, MemberId member) {
    Optional<HazelcastEntry> entry =
        HazelcastEntry.parse(seen.entries().get(HazelcastEntry.key(member)), member, stored);
    entry.ifPresent(found -> owners.put(member, found.owner()));
    return entry;
  }

  private record Seen(Map<String, String> entries, int present) {}
}
