package io.servicegroup.model;

import java.util.List;

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
 */
public record Sightings(
    String backend,
    long witnessedMillis,
    List<Beat> beats,
    List<Beat> held,
    List<Absence> gone,
    List<MemberId> unwitnessed,
    boolean hiccup,
    long reachedMillis) {

  /** The value of {@code reachedMillis} for a verticle that does not send it. */
  public static final long NOT_TOLD = -1;

  /** Copies the lists. */
  public Sightings {
    beats = List.copyOf(beats);
    held = List.copyOf(held);
    gone = List.copyOf(gone);
    unwitnessed = List.copyOf(unwitnessed);
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
