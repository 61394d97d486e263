package io.servicegroup.backend.tooz;

import io.servicegroup.model.Absence;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.Beat;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Decides about members that only tooz knows, where tooz keeps a list of each group and an expiring
 * heartbeat of each member id.
 *
 * <ul>
 *   <li>A member that is listed and has a heartbeat is held.
 *   <li>A held member that has a heartbeat and is no longer listed left its group. After an
 *       interruption it counts as expired instead, because the list may have been lost.
 *   <li>A held member without a heartbeat has expired. After the backend was away it stays held for
 *       one {@code service_down_time}, because its process may not have reached the backend yet.
 * </ul>
 *
 * <p>An absence is reported while the member is listed and for one {@code service_down_time}
 * afterwards, so that the failure of a single poll does not hide it. A member that returns has a
 * greater count than every member that went before. Not thread-safe.
 */
public final class ToozPresence {

  /** What a group's list says about a member. */
  public enum Listed {
    /** The member is listed. */
    YES,
    /** The member is not listed. */
    NO,
    /** The list is missing or cannot be read. */
    UNKNOWN
  }

  private final long downNanos;
  private final Map<MemberId, State> states = new LinkedHashMap<>();
  private long appearances;
  private boolean inGrace;
  private long graceUntil;

  /**
   * Creates it without members.
   *
   * @param serviceDownTime the length of the grace, and of the memory of an absence
   */
  public ToozPresence(Duration serviceDownTime) {
    this.downNanos = serviceDownTime.toNanos();
  }

  /**
   * Notes that the backend was away, so that heartbeats may have expired that nobody could renew.
   *
   * @param nanos the time by a monotonic clock, as in all methods
   */
  public void away(long nanos) {
    doubt(id -> true);
    inGrace = true;
    graceUntil = nanos + downNanos;
  }

  /**
   * Notes that lists of groups may be incomplete: a member that is missing from one of them need
   * not have left, until it is listed again.
   *
   * @param which the members that the lists concern
   */
  public void doubt(Predicate<MemberId> which) {
    states.forEach((id, state) -> state.doubtful |= which.test(id));
  }

  /**
   * Forgets members, because the catalogue has them now.
   *
   * @param which those members
   */
  public void forget(Predicate<MemberId> which) {
    states.keySet().removeIf(which);
  }

  /**
   * Takes what a poll read of a member. Every held member has to be given after each poll.
   *
   * @param id the member
   * @param listed whether its group lists it
   * @param beats whether it has a heartbeat
   * @param nanos the time by a monotonic clock
   */
  public void observe(MemberId id, Listed listed, boolean beats, long nanos) {
    inGrace &= nanos - graceUntil < 0;
    State state = states.get(id);
    if (listed == Listed.YES && beats) {
      if (state == null || state.absence != null) {
        appearances++;
        states.put(id, new State(appearances));
      } else {
        state.doubtful = false;
      }
    } else if (state != null) {
      state.listed = listed == Listed.YES;
      if (state.absence == null && beats && listed == Listed.NO) {
        state.end(id, state.doubtful ? Cause.EXPIRED : Cause.LEFT, nanos);
      } else if (state.absence == null && !beats && !inGrace) {
        state.end(id, Cause.EXPIRED, nanos);
      }
    }
  }

  /**
   * The members that are held.
   *
   * @return their ids
   */
  public Set<MemberId> held() {
    return states.entrySet().stream()
        .filter(entry -> entry.getValue().absence == null)
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * The members of which an observation tells.
   *
   * @return the ids of members that are held or whose absence is remembered
   */
  public Set<MemberId> known() {
    return Set.copyOf(states.keySet());
  }

  /**
   * The held members for an observation.
   *
   * @return a beat of each
   */
  public List<Beat> beats() {
    List<Beat> beats = new ArrayList<>();
    states.forEach(
        (id, state) -> {
          if (state.absence == null) {
            beats.add(new Beat(id, null, state.count));
          }
        });
    return beats;
  }

  /**
   * The absences for an observation; forgets those that are old.
   *
   * @param nanos the time by a monotonic clock
   * @return an absence of each member that went lately
   */
  public List<Absence> gone(long nanos) {
    states.values().removeIf(state -> state.isOver(nanos, downNanos));
    return states.values().stream()
        .map(state -> state.absence)
        .filter(absence -> absence != null)
        .toList();
  }

  private static final class State {

    private final long count;
    private boolean listed = true;
    private boolean doubtful;
    private Absence absence;
    private long goneAt;

    State(long count) {
      this.count = count;
    }

    void end(MemberId id, Cause cause, long nanos) {
      absence = new Absence(id, null, count, cause);
      goneAt = nanos;
    }

    boolean isOver(long nanos, long downNanos) {
      return absence != null && !listed && nanos - goneAt > downNanos;
    }
  }
}
