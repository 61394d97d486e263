package io.servicegroup.model;

import java.util.Comparator;

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
   * Refuses control characters, which PostgreSQL (NUL) or a terminal (escape) could not take.
   *
   * @param field the name of the field, for the message
   * @param value the text
   * @throws IllegalArgumentException with a sentence that names the field and what is allowed
   */
  public static void requireNoControlCharacters(String field, String value) {
    for (int i = 0; i < value.length(); i++) {
      if (Character.isISOControl(value.charAt(i))
          || (Character.isSurrogate(value.charAt(i)) && !isPair(value, i))) {
        throw new IllegalArgumentException(
            field + " contains a control character; allowed are printable characters");
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
