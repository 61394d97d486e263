package io.servicegroup.liveness;

import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Picks from what a poll saw what was not published before, so that ten thousand members do not
 * make a message of ten thousand entries every second. Once in a while, and whenever the witness
 * clock starts again, everything is published again, each end of a presence or a member once more;
 * this repairs the loss of a message.
 *
 * <p>Not thread-safe.
 */
final class SightingsDelta {

  private record Sign(Beat beat, boolean held) {}

  private final long repeatNanos;
  private final Map<MemberId, Sign> signs = new HashMap<>();
  private final Map<MemberId, Absence> absences = new HashMap<>();
  private final Map<MemberId, Beat> lapses = new HashMap<>();
  private Map<MemberId, Beat> vouched = Map.of();
  private long wholeAt;
  private boolean started;

  /**
   * Makes an object that has published nothing yet.
   *
   * @param repeat the time after which everything is published again
   */
  SightingsDelta(Duration repeat) {
    this.repeatNanos = repeat.toNanos();
  }

  /**
   * Takes in what a poll saw.
   *
   * @param seen everything that the poll saw
   * @param anew whether the witness clock started again
   * @param nowNanos the time of a monotonic clock
   * @return what is to be published
   */
  Observation of(Observation seen, boolean anew, long nowNanos) {
    Map<MemberId, Beat> held = index(seen.held());
    List<Beat> unheld = noLongerHeld(seen, held);
    vouched = held;
    List<Beat> beats = new ArrayList<>();
    List<Absence> gone = new ArrayList<>();
    if (anew || !started || nowNanos - wholeAt >= repeatNanos) {
      started = true;
      wholeAt = nowNanos;
      beats.addAll(lapses.values());
      gone.addAll(absences.values());
      signs.clear();
      absences.clear();
      lapses.clear();
    }
    List<Beat> seenBeats =
        seen.beats().stream()
            .filter(beat -> !held.containsKey(beat.id()) && isNew(beat, false))
            .toList();
    List<Beat> seenHeld = held.values().stream().filter(beat -> isNew(beat, true)).toList();
    List<Absence> seenGone = seen.gone().stream().filter(this::isNew).toList();
    beats.removeIf(beat -> signs.containsKey(beat.id()) || absences.containsKey(beat.id()));
    gone.removeIf(old -> signs.containsKey(old.id()) || absences.containsKey(old.id()));
    beats.addAll(unheld);
    beats.addAll(seenBeats);
    gone.addAll(seenGone);
    unheld.forEach(beat -> lapses.put(beat.id(), beat));
    return seen.with(beats, seenHeld, gone);
  }

  /**
   * Finds the presences that are no longer vouched for without a beat or an absence that says why;
   * they are published as beats, so that the members' timeouts begin to run.
   */
  private List<Beat> noLongerHeld(Observation seen, Map<MemberId, Beat> held) {
    Map<MemberId, Beat> lapsed = new HashMap<>(vouched);
    lapsed.keySet().removeAll(held.keySet());
    seen.beats().forEach(beat -> lapsed.remove(beat.id()));
    seen.gone().forEach(absence -> lapsed.remove(absence.id()));
    lapsed.keySet().forEach(signs::remove);
    return List.copyOf(lapsed.values());
  }

  private boolean isNew(Beat beat, boolean held) {
    Sign sign = new Sign(beat, held);
    boolean isNew = !sign.equals(signs.put(beat.id(), sign));
    if (isNew) {
      absences.remove(beat.id());
      lapses.remove(beat.id());
    }
    return isNew;
  }

  private boolean isNew(Absence absence) {
    boolean isNew = !absence.equals(absences.put(absence.id(), absence));
    if (isNew) {
      // A presence that returns unchanged is published again; a count that stands still is not.
      signs.computeIfPresent(absence.id(), (id, sign) -> sign.held() ? null : sign);
      lapses.remove(absence.id());
    }
    return isNew;
  }

  private static Map<MemberId, Beat> index(List<Beat> beats) {
    return beats.stream().collect(Collectors.toMap(Beat::id, beat -> beat, (one, same) -> same));
  }
}
