package io.servicegroup.backend.zookeeper;

import io.servicegroup.backend.tooz.Capabilities;
import io.servicegroup.backend.zookeeper.ZooKeeperClient.Found;
import io.servicegroup.bus.WarnOnceLog;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.Roster;
import io.servicegroup.liveness.StoredBeat;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.LoggerFactory;

/**
 * Keeps what was observed of the members: what was read of each on this connection, which were
 * present before, and which went. The number of a node is the transaction that created it, so the
 * node of a later incarnation always has a greater number. The number of a mark is the transaction
 * that wrote it, which lies between those of the two nodes.
 */
final class ZooKeeperObservations {

  private final Roster roster;
  private final String backend;
  private final WarnOnceLog warnings =
      new WarnOnceLog(LoggerFactory.getLogger(ZooKeeperObservations.class)::warn);
  private final long rememberNanos;
  private final Map<MemberId, Presence> read = new LinkedHashMap<>();
  private final Map<MemberId, Beat> seen = new HashMap<>();
  private final Map<MemberId, Gone> gone = new LinkedHashMap<>();
  private Observation observation;

  ZooKeeperObservations(LivenessSettings settings, Roster roster) {
    this.roster = roster;
    this.backend = settings.backend();
    this.rememberNanos = settings.serviceDownTime().toNanos();
  }

  /** What was read of a member on this connection, or null where it was not read yet. */
  Presence get(MemberId id) {
    return read.get(id);
  }

  /** The members of a group that were read or were present before. */
  Set<MemberId> known(String group) {
    Set<MemberId> known = new HashSet<>(read.keySet());
    known.addAll(seen.keySet());
    known.removeIf(id -> !id.group().equals(group));
    return known;
  }

  /** Forgets what was read, because it may have changed while there is no connection. */
  void disconnected() {
    read.clear();
    observation = null;
  }

  /** Forgets a member whose node this agent may no longer read. */
  void unreadable(MemberId id) {
    observation = null;
    read.remove(id);
    gone.remove(id);
  }

  /** Takes a change of the roster. */
  void catalogued(MemberId id, boolean deleted) {
    observation = null;
    if (deleted) {
      seen.remove(id);
      gone.remove(id);
    }
  }

  /** Takes what was read of a member. */
  void saw(MemberId id, Presence now) {
    observation = null;
    read.put(id, now);
    remark(id, now);
    Node node = now.node();
    if (node != null && (node.incarnation() != null || roster.get(id) == null)) {
      seen.put(id, new Beat(id, node.incarnation(), node.czxid()));
      gone.remove(id);
      return;
    }
    Beat last = seen.remove(id);
    if (now.mark() != null && !isOlder(now.mark(), last)) {
      StoredBeat mark = now.mark().beat();
      Cause cause = mark.absence(id).cause();
      put(new Absence(id, mark.incarnation(), now.mark().mzxid(), cause));
    } else if (last != null) {
      put(new Absence(id, last.incarnation(), last.count(), Cause.SESSION_EXPIRED));
    } else if (now.mark() == null && roster.get(id) == null) {
      read.remove(id);
    }
  }

  /**
   * Reports a node or mark under the name of one of our members that has no valid incarnation, so
   * that another program wrote it.
   */
  private void remark(MemberId id, Presence now) {
    boolean ours = roster.get(id) != null && roster.get(id).incarnation() != null;
    boolean odd = now.node() == null ? now.oddMark() : now.node().incarnation() == null;
    if (ours && odd) {
      warnings.warn(
          id.toString(),
          "Backend %s: the %s of %s tells of no incarnation that can be read, so that it is"
                  .formatted(backend, now.node() == null ? "mark" : "node", id)
              + " somebody else's and is ignored: remove it");
    } else {
      warnings.settle(id.toString());
    }
  }

  private static boolean isOlder(Mark mark, Beat last) {
    return last != null
        && last.incarnation() != null
        && last.incarnation().isNewerThan(mark.beat().incarnation());
  }

  private void put(Absence absence) {
    Gone before = gone.get(absence.id());
    if (before == null || !before.absence().equals(absence)) {
      gone.put(absence.id(), new Gone(absence, System.nanoTime()));
    }
  }

  /** The observation to report; the same object as before where nothing changed. */
  Observation observe() {
    long now = System.nanoTime();
    if (gone.values().removeIf(old -> isForgotten(old, now)) || observation == null) {
      observation = compose();
    }
    return observation;
  }

  /**
   * Whether an absence is old enough to be forgotten. The catalogue reports when one of our members
   * is deleted, but nothing reports the final end of a member that only tooz knows, so its absence
   * is kept for one service_down_time.
   */
  private boolean isForgotten(Gone old, long now) {
    return roster.get(old.absence().id()) == null && now - old.sinceNanos() > rememberNanos;
  }

  private Observation compose() {
    List<Beat> beats = new ArrayList<>();
    List<Beat> held = new ArrayList<>();
    read.forEach(
        (id, presence) -> {
          Node node = presence.node();
          if (node != null) {
            Beat beat = new Beat(id, node.incarnation(), node.czxid());
            boolean listed = roster.get(id) != null;
            if (node.incarnation() == null) {
              if (!listed && roster.isWatched(id.group())) {
                held.add(beat);
              }
            } else {
              (listed ? held : beats).add(beat);
            }
          }
        });
    List<Absence> absences = gone.values().stream().map(Gone::absence).toList();
    return new Observation(beats, held, absences, List.of(), false);
  }

  /**
   * A member's node and mark.
   *
   * @param node its node in tooz's tree, or null
   * @param mark its mark where there is no node, or null
   * @param oddMark whether there is a mark that cannot be parsed
   */
  record Presence(Node node, Mark mark, boolean oddMark) {

    static Presence of(Found node, Found found) {
      Mark mark = found == null ? null : Mark.of(found);
      return new Presence(node == null ? null : Node.of(node), mark, found != null && mark == null);
    }
  }

  /** A node in tooz's tree. */
  record Node(long czxid, long owner, int version, Incarnation incarnation, byte[] data) {

    private static Node of(Found found) {
      return new Node(
          found.stat().getCzxid(),
          found.stat().getEphemeralOwner(),
          found.stat().getVersion(),
          Capabilities.incarnation(found.data()).orElse(null),
          found.data());
    }
  }

  /** The mark of a member that is not alive. */
  record Mark(StoredBeat beat, long mzxid, int version) {

    /** Parses a mark; null where it is not valid. */
    private static Mark of(Found found) {
      byte[] data = found.data() == null ? new byte[0] : found.data();
      return StoredBeat.parse(new String(data, StandardCharsets.UTF_8))
          .filter(beat -> !beat.isAlive())
          .map(beat -> new Mark(beat, found.stat().getMzxid(), found.stat().getVersion()))
          .orElse(null);
    }
  }

  private record Gone(Absence absence, long sinceNanos) {}
}
