package io.servicegroup.model;

import java.util.List;
import java.util.Map;

/**
 * What one liveness verticle saw in its backend since its last message. The evaluator alone makes
 * verdicts of it.
 *
 * @param backend the backend's configured name
 * @param witnessedMillis the verticle's witness clock in milliseconds, which advances only over
 *     intervals in which beats could have been written and seen. Where it is smaller than in the
 *     last message, it started again, and every member has a whole {@code service_down_time} from
 *     there
 * @param beats the beats that were seen; they are applied before the absences. A beat whose count
 *     has not grown is no sign of life
 * @param held members whose presence the backend vouches for. No deadline runs for a held member
 *     until it is in {@code gone}, until it is in {@code beats} (whether or not its count has
 *     grown), or until the witness clock starts again
 * @param gone absences that the backend vouches for
 * @param unwitnessed members whose own beats could not be written, for example because another
 *     transaction has locked the row; their silence does not count
 * @param hiccup whether a round trip or a connection was missed since the last message. A server
 *     that was away may end the presence of members before it hears them again, so for a {@code
 *     service_down_time} the absences that it concluded count as silence only
 * @param reachedMillis for how long the backend was reached, in milliseconds. Unlike the witness
 *     clock it advances over short failures and never starts again; it limits how long failures can
 *     postpone a verdict. {@link #NOT_TOLD} where the verticle does not send it
 * @param ages how long before the witness clock's reading some of the beats were written, in
 *     milliseconds by the backend's own clock. A beat without an age counts from that reading. No
 *     age is believed that reaches back beyond the last message, which did not show the beat
 */
public record Sightings(
    String backend,
    long witnessedMillis,
    List<Beat> beats,
    List<Beat> held,
    List<Absence> gone,
    List<MemberId> unwitnessed,
    boolean hiccup,
    long reachedMillis,
    Map<MemberId, Long> ages) {

  /** The value of {@code reachedMillis} for a verticle that does not send it. */
  public static final long NOT_TOLD = -1;

  /** Copies the lists and the map. */
  public Sightings {
    beats = List.copyOf(beats);
    held = List.copyOf(held);
    gone = List.copyOf(gone);
    unwitnessed = List.copyOf(unwitnessed);
    ages = Map.copyOf(ages);
  }

  /** Makes sightings whose beats all count from the witness clock's reading. */
  public Sightings(
      String backend,
      long witnessedMillis,
      List<Beat> beats,
      List<Beat> held,
      List<Absence> gone,
      List<MemberId> unwitnessed,
      boolean hiccup,
      long reachedMillis) {
    this(backend, witnessedMillis, beats, held, gone, unwitnessed, hiccup, reachedMillis, Map.of());
  }

  /**
   * Tells how old a beat was at the witness clock's reading.
   *
   * @param beat one of the beats
   * @return milliseconds; 0 where it counts from the reading
   */
  public long age(Beat beat) {
    return ages.getOrDefault(beat.id(), 0L);
  }

  /** Makes sightings without a hiccup and without {@code reachedMillis}. */
  public Sightings(
      String backend,
      long witnessedMillis,
      List<Beat> beats,
      List<Beat> held,
      List<Absence> gone,
      List<MemberId> unwitnessed) {
    this(backend, witnessedMillis, beats, held, gone, unwitnessed, false, NOT_TOLD);
  }
}
