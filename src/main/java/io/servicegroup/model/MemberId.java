package io.servicegroup.model;

import java.util.Comparator;
import java.util.Set;

/**
 * Names a member: a {@code host} inside a {@code group}. The group is Nova's topic and tooz's group
 * id, the host is tooz's member id.
 *
 * @param group 1 to 255 characters, no control characters
 * @param host 1 to 255 characters, no control characters
 */
public record MemberId(String group, String host) implements Comparable<MemberId> {

  /** The width of the name columns of Nova's {@code services} table. */
  public static final int MAX_NAME_LENGTH = 255;

  private static final char REPLACEMENT = '\uFFFD';
  private static final Set<Byte> UNPRINTABLE =
      Set.of(
          Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR);

  private static final Comparator<MemberId> ORDER =
      Comparator.comparing(MemberId::group).thenComparing(MemberId::host);

  /**
   * Refuses names that the catalogue could not store.
   *
   * @throws IllegalArgumentException with a sentence that names the field and what is allowed
   */
  public MemberId {
    requireName("group", group);
    requireName("host", host);
  }

  /**
   * Checks a name that will be stored in a column of Nova's {@code services} table.
   *
   * @param field the name of the field, for the message
   * @param value the name
   * @return the name
   * @throws IllegalArgumentException with a sentence that names the field and what is allowed
   */
  public static String requireName(String field, String value) {
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(field + " is required: 1 to 255 characters");
    }
    int length = value.codePointCount(0, value.length());
    if (length > MAX_NAME_LENGTH) {
      throw new IllegalArgumentException(
          field + " has " + length + " characters; allowed are 1 to 255");
    }
    requireNoControlCharacters(field, value);
    return value;
  }

  /**
   * Refuses control characters, which PostgreSQL (NUL) or a terminal (escape) could not take, or
   * which make a text look like another (directions); and what a wrong encoding left behind.
   *
   * @param field the name of the field, for the message
   * @param value the text
   * @throws IllegalArgumentException with a sentence that names the field and what is allowed
   */
  public static void requireNoControlCharacters(String field, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (UNPRINTABLE.contains((byte) Character.getType(c))
          || c == REPLACEMENT
          || (Character.isSurrogate(c) && !isPair(value, i))) {
        throw new IllegalArgumentException(
            field
                + " contains a control character or is no UTF-8; allowed are printable characters");
      }
    }
  }

  private static boolean isPair(String value, int i) {
    return Character.isHighSurrogate(value.charAt(i))
        ? i + 1 < value.length() && Character.isLowSurrogate(value.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(value.charAt(i - 1));
  }

  @Override
  public int compareTo(MemberId other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return group + "/" + host;
  }
}
