package io.servicegroup.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One life of a member, from a join to the next. The catalogue raises the generation at each join,
 * so of two incarnations of a member the one with the greater generation is the newer.
 *
 * <p>Written as {@code 7-1f3a9c04}.
 *
 * @param generation what the catalogue gave at the join; positive
 * @param nonce a random part, so that two lives with the same generation (a catalogue restored from
 *     a backup) are told apart
 */
public record Incarnation(long generation, String nonce) {

  private static final Pattern FORM = Pattern.compile("(\\d{1,18})-([0-9a-zA-Z]{1,64})");

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
