package io.servicegroup.model;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * A piece of work with something remote has ended; for whoever counts and measures.
 *
 * @param kind what was done
 * @param of the configured name of the backend, or {@code catalog}
 * @param tookMicros how long it took, until its answer or until it was given up
 * @param members how many members were to be written, or were found
 * @param outcome how it ended
 */
public record RemoteWork(Kind kind, String of, long tookMicros, int members, Outcome outcome) {

  private static final String CATALOG = "catalog";

  /** What was done. */
  public enum Kind {
    /** The beats and news of this agent's members were written. */
    BEATS,
    /** A backend was read, with the proof that beats could be written and seen. */
    POLL,
    /** The catalogue was read. */
    CATALOG_READ;

    private final String text = name().toLowerCase(Locale.ROOT);

    /**
     * The word used in JSON.
     *
     * @return the name in lower case
     */
    public String text() {
      return text;
    }
  }

  /** How it ended. */
  public enum Outcome {
    /** All of it was done. */
    DONE,
    /** Some members' beats were written and others' were not. */
    PARTLY,
    /** It was refused, or was not answered in time. */
    FAILED;

    private final String text = name().toLowerCase(Locale.ROOT);

    /**
     * The word used in JSON.
     *
     * @return the name in lower case
     */
    public String text() {
      return text;
    }
  }

  /**
   * Work that ends now.
   *
   * @param kind what was done
   * @param of the configured name of the backend, or {@code catalog}
   * @param startedNanos when it began, by {@link System#nanoTime}
   * @param members how many members were to be written, or were found
   * @param outcome how it ended
   * @return the work
   */
  public static RemoteWork since(
      Kind kind, String of, long startedNanos, int members, Outcome outcome) {
    long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - startedNanos);
    return new RemoteWork(kind, of, micros, members, outcome);
  }

  /**
   * A reading of the catalogue that ends now.
   *
   * @param startedNanos when it began, by {@link System#nanoTime}
   * @param members how many members this agent knows of it
   * @param done whether it was read
   * @return the work
   */
  public static RemoteWork read(long startedNanos, int members, boolean done) {
    Outcome outcome = done ? Outcome.DONE : Outcome.FAILED;
    return since(Kind.CATALOG_READ, CATALOG, startedNanos, members, outcome);
  }
}
