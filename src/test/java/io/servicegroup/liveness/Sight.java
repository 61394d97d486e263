package io.servicegroup.liveness;

import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.MemberId;
import java.util.List;
import java.util.function.Predicate;

/**
 * What one poll said of a member.
 *
 * @param beat a beat, or null
 * @param held its presence, or null
 * @param gone its absence, or null
 */
public record Sight(Beat beat, Beat held, Absence gone) {

  /**
   * Picks a member out.
   *
   * @param id who
   * @param seen what the poll said
   * @return what it said of the member
   * @throws AssertionError where it said something twice
   */
  public static Sight of(MemberId id, Observation seen) {
    return new Sight(
        find(seen.beats(), beat -> beat.id().equals(id)),
        find(seen.held(), beat -> beat.id().equals(id)),
        find(seen.gone(), absence -> absence.id().equals(id)));
  }

  private static <T> T find(List<T> all, Predicate<T> wanted) {
    List<T> found = all.stream().filter(wanted).toList();
    if (found.size() > 1) {
      throw new AssertionError("said more than once: " + found);
    }
    return found.isEmpty() ? null : found.get(0);
  }

  /**
   * Whether the member was not spoken of.
   *
   * @return whether it is silence
   */
  public boolean isNothing() {
    return beat == null && held == null && gone == null;
  }

  /**
   * The sign of life.
   *
   * @return held or counted; null where there is none, or an absence beside it
   */
  public Beat life() {
    Beat life = held == null ? beat : held;
    return gone == null ? life : null;
  }

  /**
   * Whether it lives.
   *
   * @param life in which incarnation
   * @return whether there is a sign of that life
   */
  public boolean isAlive(Life life) {
    return life() != null && life.incarnation().equals(life().incarnation());
  }

  /**
   * Whether it is gone.
   *
   * @param life in which incarnation
   * @param cause why
   * @return whether there is that absence and nothing else
   */
  public boolean isGone(Life life, Absence.Cause cause) {
    return beat == null
        && held == null
        && gone != null
        && life.incarnation().equals(gone.incarnation())
        && gone.cause() == cause;
  }
}
