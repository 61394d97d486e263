package io.servicegroup.model;

import java.util.concurrent.TimeUnit;

/**
 * The duration and outcome of an operation on a backend or the catalogue, for verticles that
 * measure.
 *
 * @param kind the kind of the operation
 * @param of the configured name of the backend, or {@code catalog}
 * @param tookMicros the microseconds until it was answered or given up
 * @param members the number of members that were to be written, or that were found
 * @param outcome how the operation ended
 */
public record RemoteWork(Kind kind, String of, long tookMicros, int members, Outcome outcome) {

  private static final String CATALOG = "catalog";

  /** The kinds of operations. */
  public enum Kind {
    /** The agent wrote the beats and the changed states of its members. */
    BEATS,
    /** The agent read a backend, and proved that beats could be written and seen. */
    POLL,
    /** The agent read the catalogue. */
    CATALOG_READ;

    private final String text = EnumText.of(this);

    /**
     * Reads the word used in JSON.
     *
     * @param text the name in lower case
     * @return the kind
     * @throws IllegalArgumentException where there is no such kind
     */
    public static Kind of(String text) {
      return EnumText.parse(Kind.class, text);
    }

    /**
     * Writes the word used in JSON.
     *
     * @return the name in lower case
     */
    public String text() {
      return text;
    }
  }

  /** How an operation ended. */
  public enum Outcome {
    /** It was done completely. */
    DONE,
    /** The beats of some members were written and those of others were not. */
    PARTLY,
    /** It was refused, or was not answered in time. */
    FAILED;

    private final String text = EnumText.of(this);

    /**
     * Reads the word used in JSON.
     *
     * @param text the name in lower case
     * @return the outcome
     * @throws IllegalArgumentException where there is no such outcome
     */
    public static Outcome of(String text) {
      return EnumText.parse(Outcome.class, text);
    }

    /**
     * Writes the word used in JSON.
     *
     * @return the name in lower case
     */
    public String text() {
      return text;
    }
  }

  /**
   * Describes an operation that ends now.
   *
   * @param kind the kind of the operation
   * @param of the configured name of the backend, or {@code catalog}
   * @param startedNanos when it began, by {@link System#nanoTime}
   * @param members the number of members that were to be written, or that were found
   * @param outcome how it ended
   * @return the operation
   */
  public static RemoteWork since(
      Kind kind, String of, long startedNanos, int members, Outcome outcome) {
    long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - startedNanos);
    return new RemoteWork(kind, of, micros, members, outcome);
  }

  /**
   * Describes a reading of the catalogue that ends now.
   *
   * @param startedNanos when it began, by {@link System#nanoTime}
   * @param members the number of members of the catalogue that this agent knows
   * @param done whether the catalogue was read
   * @return the operation
   */
  public static RemoteWork read(long startedNanos, int members, boolean done) {
    Outcome outcome = done ? Outcome.DONE : Outcome.FAILED;
    return since(Kind.CATALOG_READ, CATALOG, startedNanos, members, outcome);
  }
}
