package io.servicegroup.model;

import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The time of a member from one join to the next. The catalogue raises the generation at each join,
 * so that of two incarnations of a member the one with the greater generation is the newer.
 *
 * <p>An incarnation is written as {@code 7-1f3a9c04}. A <em>continuation</em> is an incarnation
 * that nobody asked for: its agent joined by itself a member that the catalogue did not have any
 * more. Its random part names the generation of the incarnation that somebody did ask for: {@code
 * 9-1f3a9c04X7}.
 *
 * @param generation the number that the catalogue gave at the join; from 1 to {@link #GREATEST}
 * @param nonce a random part, which distinguishes two incarnations with the same generation, as
 *     there are after a catalogue was restored from a backup
 */
public record Incarnation(long generation, String nonce) {

  /**
   * The greatest valid generation. Catalogues count joins or take the time in microseconds, and
   * this is the year 3000 in microseconds. A greater one is refused, because it would be newer than
   * every later incarnation.
   */
  public static final long GREATEST = 32_503_680_000_000_000L;

  private static final int MAX_DIGITS = 18;
  private static final int MAX_NONCE = 64;

  private static final Pattern FORM = Pattern.compile("(\\d{1,40})-([0-9a-zA-Z]{1,64})");

  /** The random part of a continuation; other random parts are hexadecimal and have no X. */
  private static final Pattern CONTINUATION = Pattern.compile("[0-9a-f]+X(\\d{1,18})");

  private static final int RANDOM_CHARACTERS = 12;

  /** Refuses values that could not be written and read again. */
  public Incarnation {
    if (generation > GREATEST) {
      throw new ImplausibleGenerationException(Long.toString(generation));
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
   * @throws ImplausibleGenerationException where its generation is greater than {@link #GREATEST}
   */
  public static Incarnation parse(String text) {
    int dash = text.indexOf('-');
    if (isOrdinary(text, dash)) {
      return new Incarnation(Long.parseLong(text, 0, dash, 10), text.substring(dash + 1));
    }
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("an incarnation looks like 7-1f3a9c04, not " + text);
    }
    if (matcher.group(1).length() > MAX_DIGITS) {
      throw new ImplausibleGenerationException(matcher.group(1));
    }
    return new Incarnation(Long.parseLong(matcher.group(1)), matcher.group(2));
  }

  /**
   * Whether a text certainly has the form, and a generation that a number holds. Agents read
   * incarnations with each poll, and a regular expression takes ten times as long.
   */
  private static boolean isOrdinary(String text, int dash) {
    int random = text.length() - dash - 1;
    if (dash < 1 || dash > MAX_DIGITS || random < 1 || random > MAX_NONCE) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean digit = c >= '0' && c <= '9';
      boolean letter = i > dash && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
      if (!digit && !letter && i != dash) {
        return false;
      }
    }
    return true;
  }

  /**
   * Makes the random part of a new incarnation.
   *
   * @param continued the incarnation that the new one continues; null where somebody asked for the
   *     new one
   * @return the nonce
   */
  public static String newNonce(Incarnation continued) {
    String random = UUID.randomUUID().toString().replace("-", "").substring(0, RANDOM_CHARACTERS);
    return continued == null ? random : random + "X" + continued.origin();
  }

  /**
   * Tells from which requested join this incarnation comes. A continuation of a member that was
   * removed while its agent slept is still that removed member; a member that somebody joined since
   * is another one.
   *
   * @return the generation of the incarnation that somebody asked for: this one, or the one that
   *     this continuation goes back to
   */
  public long origin() {
    Matcher matcher = CONTINUATION.matcher(nonce);
    // An incarnation continues an earlier one only, whatever its text says.
    return matcher.matches() ? Math.min(generation, Long.parseLong(matcher.group(1))) : generation;
  }

  /**
   * Tells how this incarnation began.
   *
   * @return whether its agent began it by itself; false where somebody asked for it
   */
  public boolean isContinuation() {
    return CONTINUATION.matcher(nonce).matches();
  }

  /**
   * Makes the generation of an incarnation that begins now.
   *
   * @param newest the greatest generation that was seen, 0 for none
   * @param nowMicros the smallest result that is wanted, such as the time in microseconds
   * @return a generation greater than the newest, unless that was {@link #GREATEST}
   */
  public static long next(long newest, long nowMicros) {
    long least = nowMicros > GREATEST ? 0 : nowMicros;
    return Math.min(GREATEST, Math.max(newest + 1, least));
  }

  /**
   * Tells which of two incarnations is the newer. A member that no agent of ours joined has none
   * ({@code null}), and every incarnation is newer than none.
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

  /** Refuses a generation that no catalogue can have given. */
  public static final class ImplausibleGenerationException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private ImplausibleGenerationException(String generation) {
      super("an incarnation's generation is at most " + GREATEST + ", not " + generation);
    }
  }
}
