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
 * @param generation what the catalogue gave at the join; from 1 to {@link #GREATEST}
 * @param nonce a random part, so that two lives with the same generation (a catalogue restored from
 *     a backup) are told apart
 */
public record Incarnation(long generation, String nonce) {

  /**
   * The greatest generation that there is. Catalogues count joins, or take the time in
   * microseconds: this is the year 3000. What lies beyond is nobody's life; it would be newer than
   * all that ever begin.
   */
  public static final long GREATEST = 32_503_680_000_000_000L;

  private static final int MOST_DIGITS = 18;

  private static final Pattern FORM = Pattern.compile("(\\d{1,40})-([0-9a-zA-Z]{1,64})");

  /** Random parts are hexadecimal, so that none has this letter by chance. */
  private static final Pattern GOES_ON = Pattern.compile("[0-9a-f]+X(\\d{1,18})");

  private static final int RANDOM_CHARACTERS = 12;

  /** Refuses an incarnation that could not be written and read again. */
  public Incarnation {
    if (generation > GREATEST) {
      throw new BeyondException(Long.toString(generation));
    }
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
   * @throws BeyondException where its generation is beyond all clocks
   */
  public static Incarnation parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("an incarnation looks like 7-1f3a9c04, not " + text);
    }
    if (matcher.group(1).length() > MOST_DIGITS) {
      throw new BeyondException(matcher.group(1));
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
    // A life goes on with an earlier one, whatever its text says.
    return matcher.matches() ? Math.min(generation, Long.parseLong(matcher.group(1))) : generation;
  }

  /**
   * Tells how this life began.
   *
   * @return whether somebody asked for it; otherwise its agent went on with an earlier one
   */
  public boolean isAskedFor() {
    return !GOES_ON.matcher(nonce).matches();
  }

  /**
   * Gives the generation of a life that begins now.
   *
   * @param newest the greatest generation that was seen, 0 for none
   * @param nowMicros the least that it is to be, such as the time in microseconds
   * @return greater than the newest, unless that was the greatest that there is
   */
  public static long next(long newest, long nowMicros) {
    long least = nowMicros > GREATEST ? 0 : nowMicros;
    return Math.min(GREATEST, Math.max(newest + 1, least));
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

  /** A generation that nobody can have begun. */
  public static final class BeyondException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private BeyondException(String generation) {
      super("an incarnation's generation is at most " + GREATEST + ", not " + generation);
    }
  }
}
