package io.servicegroup.backend.redis;

import io.servicegroup.liveness.ClientPair;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.Roster;
import io.servicegroup.liveness.StoredBeat;
import io.servicegroup.liveness.WriteProof;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes the state of this agent's members in one round trip: changed states first, then the beats,
 * then tooz's heartbeats and group entries ({@link RedisToozEntries}).
 */
final class RedisLivenessWriter {

  private static final String ALIVE = "Not dead!";

  private final ClientPair<RedisClient> beats;
  private final RedisKeys keys;
  private final Roster roster;
  private final RedisNotifications news;
  private final RedisToozEntries entries;
  private final WriteProof proof;
  private final long expiryMillis;
  private final Map<MemberId, StoredState> stored = new HashMap<>();
  private final Map<MemberId, Incarnation> newest = new HashMap<>();
  private Set<String> beatingHosts = new HashSet<>();

  RedisLivenessWriter(
      ClientPair<RedisClient> beats,
      RedisKeys keys,
      Roster roster,
      RedisNotifications news,
      LivenessSettings settings,
      RedisGroups groups) {
    this.beats = beats;
    this.keys = keys;
    this.roster = roster;
    this.news = news;
    this.entries = new RedisToozEntries(keys, groups);
    this.proof = new WriteProof(settings, roster);
    this.expiryMillis = settings.timeout().toMillis();
  }

  /**
   * Writes the full state and the ends of members.
   *
   * @return conflicts that forbid further beats, and whether a state changed; fails where nothing
   *     could be written
   */
  Future<Written> write(List<Heartbeat> members, List<Heartbeat> left) {
    Round round = new Round();
    left.forEach(round::end);
    members.forEach(round::plan);
    round.planHosts();
    round.tooz.plan(round.batch);
    return beats
        .run(
            client ->
                client.run(
                    call -> round.batch.send(call).compose(sent -> round.tooz.putBack(call))))
        .map(written -> round.finish(members, left));
  }

  /** Takes the incarnation that a poll found under a member's own key. */
  void seen(MemberId id, Incarnation incarnation) {
    StoredState ours = stored.get(id);
    if (ours != null && incarnation.isNewerThan(ours.incarnation)) {
      newest.put(id, incarnation);
    }
  }

  /** Forgets what is stored, because the backend lost its data. */
  void forget() {
    stored.clear();
    entries.forget();
  }

  /**
   * The result of a write.
   *
   * @param conflicts incarnations that must not be beaten for any more
   * @param news whether the state of a member changed
   * @param seen what a poll would have seen; null where it could tell more
   * @param surprised whether something else was found than this agent had written
   */
  record Written(List<Conflict> conflicts, boolean news, Observation seen, boolean surprised) {}

  /** The state of a member in Redis after the last successful write. */
  private record StoredState(Incarnation incarnation, State state, String text) {
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
    private final RedisToozEntries.Write tooz = entries.begin();
    private final List<Heartbeat> planned = new ArrayList<>();
    private final Map<MemberId, String> before = new HashMap<>();
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
      // If this write fails, the stored state is unknown.
      stored.remove(id);
      entries.forget(id);
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
      if (heartbeat.state().beats()) {
        hosts.add(id.host());
      }
      tooz.want(heartbeat, roster.get(id));
      becomes.put(id, new StoredState(heartbeat.incarnation(), heartbeat.state(), text));
    }

    /**
     * Makes the command that writes a beat; its answer is the previous value, which may be of a
     * newer incarnation.
     */
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
      this.before.put(heartbeat.id(), text);
      // Usually the answer is the text of the last write, which need not be parsed.
      if (text != null && (before == null || !text.equals(before.text))) {
        StoredBeat.parse(text)
            .map(StoredBeat::incarnation)
            .filter(incarnation -> incarnation.isNewerThan(heartbeat.incarnation()))
            .ifPresent(incarnation -> newest.put(heartbeat.id(), incarnation));
      }
    }

    /**
     * Plans tooz's heartbeats, one for each host. A host without members of this agent loses its
     * heartbeat unless another agent beats for a member on it.
     */
    void planHosts() {
      for (String host : hosts) {
        batch.add(Request.cmd(Command.PSETEX).arg(keys.beat(host)).arg(expiryMillis).arg(ALIVE));
      }
      beatingHosts.stream()
          .filter(host -> !hosts.contains(host) && !othersHosts.contains(host))
          .forEach(host -> batch.add(Request.cmd(Command.DEL).arg(keys.beat(host))));
      // Remembered before the answer arrives, because a write whose answer is lost may have reached
      // the server.
      beatingHosts.addAll(hosts);
    }

    Written finish(List<Heartbeat> members, List<Heartbeat> left) {
      beatingHosts = hosts;
      stored.putAll(becomes);
      Set<MemberId> present = new HashSet<>();
      members.forEach(member -> present.add(member.id()));
      stored.keySet().retainAll(present);
      newest.keySet().retainAll(present);
      tooz.finish(present);
      List<Conflict> conflicts =
          planned.stream()
              .filter(RedisLivenessWriter.this::isSuperseded)
              .map(
                  heartbeat ->
                      new Conflict(
                          heartbeat.id(), heartbeat.incarnation(), Conflict.Kind.SUPERSEDED))
              .toList();
      Map<MemberId, String> written = new HashMap<>();
      becomes.forEach((id, state) -> written.put(id, state.text));
      Observation seen = proof.of(members, left, written, before);
      return new Written(conflicts, anyNews || !left.isEmpty(), seen, proof.isSurprised());
    }
  }

  private boolean isSuperseded(Heartbeat heartbeat) {
    Incarnation found = newest.get(heartbeat.id());
    return roster.isSuperseded(heartbeat)
        || (found != null && found.isNewerThan(heartbeat.incarnation()));
  }
}
