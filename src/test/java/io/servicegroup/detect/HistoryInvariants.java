package io.servicegroup.detect;

import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Sightings;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** What holds of every history, whatever the rules are in detail. */
final class HistoryInvariants {

  private final EvaluatorSettings settings;
  private final Map<MemberId, StatusChange> last = new HashMap<>();
  private final Map<MemberId, Status> statuses = new HashMap<>();
  private final Map<String, Witness> witnesses = new HashMap<>();
  private final Map<MemberId, Incarnation> recorded = new HashMap<>();
  private long seq;

  /** The witnessed time of a backend over all new starts, and when it saw whom beat. */
  private static final class Witness {
    long clock;
    long reached;
    long total;
    long totalReached;
    final Set<MemberId> expired = new HashSet<>();
    final Map<MemberId, long[]> beats = new HashMap<>();
    final Map<MemberId, Map<Incarnation, Long>> counts = new HashMap<>();
  }

  HistoryInvariants(EvaluatorSettings settings) {
    this.settings = settings;
  }

  /** Before the catalogue tells of a member. */
  void recorded(Member member) {
    recorded.put(member.id(), member.incarnation());
  }

  /** Before the catalogue tells that a member was deleted. */
  void deleted(MemberId id) {
    recorded.remove(id);
  }

  /**
   * Whether what is shown of a life may say anything. Where the catalogue tells of a later life,
   * that which went before it is over: its late beats give nobody time, although a member of whose
   * later life no beat has come yet is told down with the life that was seen last.
   */
  private boolean counts(MemberId id, Incarnation life) {
    Incarnation present = recorded.get(id);
    return present == null || present.equals(life) || (life != null && life.isNewerThan(present));
  }

  /** Before a message is told. */
  void seen(Sightings seen) {
    Witness witness = witnesses.computeIfAbsent(seen.backend(), name -> new Witness());
    boolean fell = seen.witnessedMillis() < witness.clock;
    long step = fell ? 0 : seen.witnessedMillis() - witness.clock;
    witness.total += step;
    witness.clock = seen.witnessedMillis();
    witness.totalReached += Math.max(0, seen.reachedMillis() - witness.reached);
    witness.reached = Math.max(0, seen.reachedMillis());
    List<Beat> signs = new ArrayList<>(seen.beats());
    signs.addAll(seen.held());
    signs.removeIf(beat -> !counts(beat.id(), beat.incarnation()));
    for (Beat beat : signs) {
      Map<Incarnation, Long> counts =
          witness.counts.computeIfAbsent(beat.id(), id -> new HashMap<>());
      Long before = counts.put(beat.incarnation(), beat.count());
      if (before != null && beat.count() > before) {
        witness.expired.remove(beat.id());
        witness.beats.put(
            beat.id(),
            new long[] {
              witness.total - Math.max(0, Math.min(seen.age(beat), step)),
              witness.totalReached,
              beat.incarnation() == null ? 0 : beat.incarnation().generation()
            });
      }
    }
    for (Absence absence : seen.gone()) {
      witness
          .counts
          .computeIfAbsent(absence.id(), id -> new HashMap<>())
          .merge(absence.incarnation(), absence.count(), Math::max);
    }
    // An expiry is concluded, and its reason is that of a silence.
    seen.gone().stream()
        .filter(absence -> absence.cause() == Absence.Cause.EXPIRED)
        .forEach(absence -> witness.expired.add(absence.id()));
  }

  /** A change that the evaluator told. */
  void told(StatusChange change) {
    check(change.seq() == ++seq, change, () -> "leaves a gap");
    StatusChange before = last.put(change.id(), change);
    boolean begins = before == null || before.reason() == Reason.DELETED;
    check(
        begins || change.previous() == Status.UNKNOWN || change.previous() == before.status(),
        change,
        () -> "does not follow " + before);
    check(
        change.status() != change.previous() || change.reason() == Reason.RESTARTED,
        change,
        () -> "repeats");
    check(change.status() != Status.UNKNOWN, change, () -> "returns to UNKNOWN");
    if (change.reason() == Reason.HEARTBEAT_TIMEOUT) {
      outOfTime(change);
    }
  }

  /** Nobody is down by silence within its time after its last beat, whatever happened since. */
  private void outOfTime(StatusChange change) {
    Witness witness = witnesses.get(change.backend());
    long[] beat = witness.beats.get(change.id());
    if (beat == null
        || witness.expired.contains(change.id())
        || change.incarnation() == null
        || beat[2] != change.incarnation().generation()) {
      return;
    }
    long timeout = settings.downTime(change.id().group());
    check(
        witness.total - beat[0] >= timeout || witness.totalReached - beat[1] >= 5 * timeout,
        change,
        () -> "comes " + (witness.total - beat[0]) + " ms after a beat");
  }

  /** After each step. */
  void statuses(Map<MemberId, Status> now) {
    statuses.keySet().retainAll(now.keySet());
    now.forEach(
        (id, status) -> {
          Status before = statuses.put(id, status);
          if (status == Status.UNKNOWN && before != null && before != Status.UNKNOWN) {
            throw new AssertionError(id + " went back to UNKNOWN");
          }
        });
  }

  private static void check(boolean good, StatusChange change, Supplier<String> what) {
    if (!good) {
      throw new AssertionError(change + " " + what.get());
    }
  }
}
