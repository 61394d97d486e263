package io.servicegroup.model;

import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One life of a member, from a join to the next. The catalogue raises the generation at each join,
 * so of two incarnations of a member the one with the greater generation is the newer.
 *
 * <p>Written as {@code 7-1f3a9c04}. A life that nobody asked for, since an agent went on by itself
 * with a member that the catalogue did not know any more, names in its random part the life that
 * somebody did ask for: {@code 9-1f3a9c04X7}.
 *
 * @param generation what the catalogue gave at the join; positive
 * @param nonce a random part, so that two lives with the same generation (a catalogue restored from
 *     a backup) are told apart
 */
public record Incarnation(long generation, String nonce) {

  private static final Pattern FORM = Pattern.compile("(\\d{1,18})-([0-9a-zA-Z]{1,64})");

  /** Random parts are hexadecimal, so that none has this letter by chance. */
  private static final Pattern GOES_ON = Pattern.compile("[0-9a-f]+X(\\d{1,18})");

  private static final int RANDOM_CHARACTERS = 12;

  /** Refuses an incarnation that could not be written and read again. */
  public Incarnation {
    if (generation <= 0 || nonce == null || nonce.isEmpty()) {
      throw new IllegalArgumentException(
          "an incarnation is a positive generation and a random part, not "
              + generation
              + " and "
              + nonce);
    }
  }

  /**
   * Reads the written form.
   *
   * @param text for example {@code 7-1f3a9c04}
   * @return the incarnation
   * @throws IllegalArgumentException where the text has another form
   */
  public static Incarnation parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("an incarnation looks like 7-1f3a9c04, not " + text);
    }
    return new Incarnation(Long.parseLong(matcher.group(1)), matcher.group(2));
  }

  /**
   * Makes the random part of a life that is about to begin.
   *
   * @param goesOnWith the life that its agent lived before and goes on with by itself; null where
   *     somebody asked for a new one
   * @return for the nonce
   */
  public static String newNonce(Incarnation goesOnWith) {
    String random = UUID.randomUUID().toString().replace("-", "").substring(0, RANDOM_CHARACTERS);
    return goesOnWith == null ? random : random + "X" + goesOnWith.origin();
  }

  /**
   * Tells which join this life goes back to. A member that was removed stays so, although an agent
   * that slept meanwhile goes on with it; what somebody joined since is another one.
   *
   * @return the generation of the life that somebody asked for: this one's, or that of the first of
   *     those that it goes on with
   */
  public long origin() {
    Matcher matcher = GOES_ON.matcher(nonce);
    return matcher.matches() ? Long.parseLong(matcher.group(1)) : generation;
  }

  /**
   * Tells which of two lives came later. A member that no agent of ours joined has none ({@code
   * null}), and any incarnation is newer than that.
   *
   * @param other the incarnation to compare with, or null
   * @return whether this one began after the other
   */
  public boolean isNewerThan(Incarnation other) {
    return other == null || generation > other.generation;
  }

  @Override
  public String toString() {
    return generation + "-" + nonce;
  }
}
