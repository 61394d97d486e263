package io.servicegroup.model;

import java.util.List;

/**
 * What one liveness verticle saw since its last message. Facts only: the evaluator decides.
 *
 * @param backend the backend's configured name
 * @param witnessedMillis the verticle's witness clock, in milliseconds of witnessed time. It
 *     advances only over intervals in which beats could have been written and seen. A clock that
 *     fell is a new start: everybody has a whole {@code service_down_time} from there
 * @param beats signs of life; applied before the absences. A count that stands still is none
 * @param held members whose presence the backend vouches for until further notice: a {@code gone},
 *     a clock that fell, or a {@code beat}, after which the deadline runs again, whether or not its
 *     count grew
 * @param gone absences that the backend vouches for
 * @param unwitnessed members whose own beats could not have been written (somebody else holds the
 *     row): their silence does not count
 * @param hiccup whether a round trip or a connection was missed since the last message: a server
 *     that was away ends the presence of others before it hears them, so that absences which it
 *     concluded are silence for a {@code service_down_time} from here
 * @param reachedMillis for how long the backend was reached, in milliseconds: unlike the witness
 *     clock it goes on over short failures and never falls, whatever was lost. It bounds for how
 *     long they may postpone a verdict. {@link #NOT_TOLD} where nobody tells
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

  /** The time reached, of a verticle that does not tell it. */
  public static final long NOT_TOLD = -1;

  /** Copies the lists. */
  public Sightings {
    beats = List.copyOf(beats);
    held = List.copyOf(held);
    gone = List.copyOf(gone);
    unwitnessed = List.copyOf(unwitnessed);
  }

  /** Without a hiccup, and without the time reached. */
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
