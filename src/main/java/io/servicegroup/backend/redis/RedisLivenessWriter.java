package io.servicegroup.backend.redis;

import io.servicegroup.backend.tooz.Capabilities;
import io.servicegroup.liveness.Roster;
import io.servicegroup.liveness.StoredBeat;
import io.servicegroup.liveness.TwoWays;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes the state of this agent's members in one round trip: news first, then the beats. What
 * stands in tooz's groups is written when it changes, and looked for with every second write, since
 * tooz's readers prune whoever was away for too long.
 */
final class RedisLivenessWriter {

  private static final String ALIVE = "Not dead!";

  private final TwoWays<RedisClient> beats;
  private final RedisKeys keys;
  private final Roster roster;
  private final RedisNotifications news;
  private final RedisGroups tooz;
  private final long expiryMillis;
  private final Map<MemberId, StoredState> stored = new HashMap<>();
  private final Map<MemberId, Incarnation> newest = new HashMap<>();
  private Set<String> beatingHosts = new HashSet<>();
  private boolean lookForEntries;

  RedisLivenessWriter(
      TwoWays<RedisClient> beats,
      RedisKeys keys,
      Roster roster,
      RedisNotifications news,
      Duration expiry,
      RedisGroups tooz) {
    this.beats = beats;
    this.keys = keys;
    this.roster = roster;
    this.news = news;
    this.tooz = tooz;
    this.expiryMillis = expiry.toMillis();
  }

  /**
   * Writes.
   *
   * @return what forbids going on, and whether there was news; fails where nothing can be written
   */
  Future<Written> write(List<Heartbeat> members, List<Heartbeat> left) {
    Round round = new Round();
    left.forEach(round::end);
    members.forEach(round::plan);
    round.planHosts();
    round.planEntries();
    return beats
        .run(
            client ->
                client.run(call -> round.batch.send(call).compose(sent -> round.putBack(call))))
        .map(written -> round.finish(members, left));
  }

  /** A read found this in the own key of a member. */
  void seen(MemberId id, Incarnation incarnation) {
    StoredState ours = stored.get(id);
    if (ours != null && incarnation.isNewerThan(ours.incarnation)) {
      newest.put(id, incarnation);
    }
  }

  /** The backend lost what stood there. */
  void forget() {
    stored.clear();
  }

  /**
   * What a write came to.
   *
   * @param conflicts what forbids going on
   * @param news whether a state was changed
   */
  record Written(List<Conflict> conflicts, boolean news) {}

  /** What stands in Redis, as far as we know; without an entry where the group has none of it. */
  private record StoredState(
      Incarnation incarnation, State state, String text, Member row, byte[] entry) {
    StoredState withoutEntry() {
      return new StoredState(incarnation, state, text, row, null);
    }

    boolean is(Heartbeat heartbeat) {
      return heartbeat.incarnation().equals(incarnation) && heartbeat.state() == state;
    }
  }

  /** One write. */
  private final class Round {

    private final RedisBatch batch = new RedisBatch();
    private final Set<String> hosts = new LinkedHashSet<>();
    private final Set<String> othersHosts = new HashSet<>();
    private final Map<MemberId, StoredState> becomes = new HashMap<>();
    private final Map<MemberId, byte[]> wanted = new HashMap<>();
    private final Map<MemberId, byte[]> missing = new HashMap<>();
    private final List<Heartbeat> planned = new ArrayList<>();
    private boolean anyNews;

    void end(Heartbeat gone) {
      if (isSuperseded(gone)) {
        othersHosts.add(gone.id().host());
      }
      if (!roster.isSuperseded(gone)) {
        end(gone, StoredBeat.left(gone));
      }
    }

    private void end(Heartbeat heartbeat, StoredBeat end) {
      MemberId id = heartbeat.id();
      batch.add(
          RedisEndScript.of(keys, id, end, expiryMillis), found -> found(heartbeat, null, found));
      // Should this write fail, nobody knows what stands there.
      stored.remove(id);
      announce(id);
    }

    private void announce(MemberId id) {
      anyNews = true;
      if (news.isAnnouncing()) {
        batch.add(news.announcement(keys.own(id)));
      }
    }

    void plan(Heartbeat heartbeat) {
      MemberId id = heartbeat.id();
      planned.add(heartbeat);
      if (isSuperseded(heartbeat)) {
        othersHosts.add(id.host());
        return;
      }
      StoredState before = stored.get(id);
      boolean same = before != null && before.is(heartbeat);
      StoredBeat beat = StoredBeat.of(heartbeat);
      String text = beat.text();
      if (!heartbeat.state().beats() && !same) {
        end(heartbeat, beat);
      } else {
        batch.add(set(id, text), found -> found(heartbeat, before, found));
        if (before != null && !same) {
          announce(id);
        }
      }
      Member row = roster.get(id);
      byte[] entry = !heartbeat.state().beats() ? null : entry(heartbeat, row, before);
      if (heartbeat.state().beats()) {
        hosts.add(id.host());
      }
      if (entry != null) {
        wanted.put(id, entry);
      }
      becomes.put(
          id, new StoredState(heartbeat.incarnation(), heartbeat.state(), text, row, entry));
    }

    /** Answers what stood there before, which may be a newer life. */
    private Request set(MemberId id, String text) {
      return Request.cmd(Command.SET)
          .arg(keys.own(id))
          .arg(text)
          .arg("PX")
          .arg(expiryMillis)
          .arg("GET");
    }

    private void found(Heartbeat heartbeat, StoredState before, Response answer) {
      String text = answer == null ? null : answer.toString();
      // As a rule it is what was written last.
      if (text != null && (before == null || !text.equals(before.text))) {
        StoredBeat.parse(text)
            .map(StoredBeat::incarnation)
            .filter(incarnation -> incarnation.isNewerThan(heartbeat.incarnation()))
            .ifPresent(incarnation -> newest.put(heartbeat.id(), incarnation));
      }
    }

    /** tooz's beat is one for all members of a host; others on it may be somebody else's. */
    void planHosts() {
      for (String host : hosts) {
        batch.add(Request.cmd(Command.PSETEX).arg(keys.beat(host)).arg(expiryMillis).arg(ALIVE));
      }
      beatingHosts.stream()
          .filter(host -> !hosts.contains(host) && !othersHosts.contains(host))
          .forEach(host -> batch.add(Request.cmd(Command.DEL).arg(keys.beat(host))));
      // A write whose answer is lost may have arrived.
      beatingHosts.addAll(hosts);
    }

    void planEntries() {
      Map<MemberId, byte[]> changed = new HashMap<>();
      lookForEntries = !lookForEntries;
      wanted.forEach(
          (id, entry) -> {
            StoredState before = stored.get(id);
            if (before == null || !Arrays.equals(before.entry, entry)) {
              changed.put(id, entry);
            } else if (lookForEntries) {
              batch.addApart(
                  Request.cmd(Command.HEXISTS).arg(keys.group(id.group())).arg(id.host()),
                  answer -> {
                    if (answer.toInteger() == 0) {
                      missing.put(id, entry);
                    }
                  },
                  why -> tooz.notWritten(id.group(), why));
            }
          });
      put(batch, changed);
      if (lookForEntries && changed.size() < wanted.size()) {
        listGroups(batch, groups(wanted.keySet()));
      }
    }

    private void put(RedisBatch into, Map<MemberId, byte[]> entries) {
      Collection<String> groups = groups(entries.keySet());
      listGroups(into, groups);
      for (String group : groups) {
        into.addApart(
            Request.cmd(Command.HSETNX).arg(keys.group(group)).arg(RedisKeys.CREATED).arg("1"),
            done -> tooz.written(group),
            why -> tooz.notWritten(group, why));
      }
      entries.forEach(
          (id, entry) ->
              into.addApart(
                  Request.cmd(Command.HSET).arg(keys.group(id.group())).arg(id.host()).arg(entry),
                  done -> {},
                  why -> becomes.computeIfPresent(id, (same, now) -> now.withoutEntry())));
    }

    private void listGroups(RedisBatch into, Collection<String> groups) {
      if (!groups.isEmpty()) {
        Request add = Request.cmd(Command.SADD).arg(keys.groups());
        groups.forEach(add::arg);
        into.addApart(add, done -> tooz.listRead(), tooz::listRefused);
      }
    }

    private Collection<String> groups(Set<MemberId> ids) {
      Set<String> groups = new TreeSet<>();
      ids.forEach(id -> groups.add(id.group()));
      return groups;
    }

    Future<Void> putBack(RedisCall call) {
      RedisBatch repair = new RedisBatch();
      put(repair, missing);
      return repair.send(call);
    }

    Written finish(List<Heartbeat> members, List<Heartbeat> left) {
      beatingHosts = hosts;
      stored.putAll(becomes);
      Set<MemberId> present = new HashSet<>();
      members.forEach(member -> present.add(member.id()));
      stored.keySet().retainAll(present);
      newest.keySet().retainAll(present);
      List<Conflict> conflicts =
          planned.stream()
              .filter(RedisLivenessWriter.this::isSuperseded)
              .map(
                  heartbeat ->
                      new Conflict(
                          heartbeat.id(), heartbeat.incarnation(), Conflict.Kind.SUPERSEDED))
              .toList();
      return new Written(conflicts, anyNews || !left.isEmpty());
    }
  }

  private boolean isSuperseded(Heartbeat heartbeat) {
    Incarnation found = newest.get(heartbeat.id());
    return roster.isSuperseded(heartbeat)
        || (found != null && found.isNewerThan(heartbeat.incarnation()));
  }

  /** None where the catalogue has no row of this life, or tooz would refuse the name. */
  private static byte[] entry(Heartbeat heartbeat, Member row, StoredState before) {
    boolean ours =
        row != null
            && heartbeat.incarnation().equals(row.incarnation())
            && !heartbeat.id().host().equals(RedisKeys.CREATED);
    boolean known = before != null && before.row == row && before.entry != null;
    return ours ? (known ? before.entry : Capabilities.of(row)) : null;
  }
}
