package io.servicegroup.model;

import java.util.Optional;
import java.util.Set;

/**
 * Names a member: a {@code host} inside a {@code group}. The group is Nova's topic and tooz's group
 * id, the host is tooz's member id.
 *
 * @param group a name of 1 to 255 characters without control characters and direction marks, other
 *     than {@code .} and {@code ..}
 * @param host a name like the group's
 */
public record MemberId(String group, String host) implements Comparable<MemberId> {

  /** The width of the name columns of Nova's {@code services} table. */
  public static final int MAX_NAME_LENGTH = 255;

  private static final char REPLACEMENT = '\uFFFD';
  private static final Set<Byte> UNPRINTABLE =
      Set.of(
          Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR);

  /**
   * Checks both names.
   *
   * @throws IllegalArgumentException with a sentence that names the field and what is allowed
   */
  public MemberId {
    requireAddressable("group", group);
    requireAddressable("host", host);
  }

  /**
   * Makes an id of names that other software chose.
   *
   * @param group any text or null
   * @param host any text or null
   * @return the id, or empty where no member can have these names
   */
  public static Optional<MemberId> find(String group, String host) {
    try {
      return Optional.of(new MemberId(group, host));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * Checks the name of a group or host. It has to pass {@link #requireName}, and to be usable as a
   * segment of a URL's path, where {@code .} and {@code ..} have another meaning.
   *
   * @param field the name of the field, for the message
   * @param value the name
   * @return the name
   * @throws IllegalArgumentException with a sentence that names the field and what is allowed
   */
  public static String requireAddressable(String field, String value) {
    if (".".equals(value) || "..".equals(value)) {
      throw new IllegalArgumentException(
          field + " is " + value + ", which no URL can name; allowed is any other name");
    }
    return requireName(field, value);
  }

  /**
   * Checks a name that is stored in a column of Nova's {@code services} table.
   *
   * @param field the name of the field, for the message
   * @param value the name
   * @return the name
   * @throws IllegalArgumentException with a sentence that names the field and what is allowed
   */
  public static String requireName(String field, String value) {
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(
          field
              + (value == null ? " is required: " : " is empty; allowed is ")
              + "a name of 1 to 255 characters");
    }
    if (value.length() <= MAX_NAME_LENGTH && isPrintableAscii(value)) {
      return value;
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
   * Refuses characters that PostgreSQL cannot store (NUL), that control a terminal (escape), that
   * make a text look like another one (direction marks), or that stand for bytes which were not
   * UTF-8.
   *
   * @param field the name of the field, for the message
   * @param value the text
   * @throws IllegalArgumentException with a sentence that names the field and what is allowed
   */
  public static void requireNoControlCharacters(String field, String value) {
    int faulty = value.codePoints().filter(MemberId::isUnprintable).findFirst().orElse(-1);
    if (faulty == REPLACEMENT) {
      throw new IllegalArgumentException(
          field + " holds U+FFFD, which stands for what was not UTF-8; allowed is text in UTF-8");
    }
    if (faulty >= 0) {
      throw new IllegalArgumentException(
          "%s holds U+%04X, a control character or one of direction; allowed are printable characters"
              .formatted(field, faulty));
    }
  }

  /** Whether a text is what most names are. Agents check names with each message. */
  private static boolean isPrintableAscii(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < ' ' || c > '~') {
        return false;
      }
    }
    return true;
  }

  private static boolean isUnprintable(int c) {
    return c == REPLACEMENT || UNPRINTABLE.contains((byte) Character.getType(c));
  }

  @Override
  public int compareTo(MemberId other) {
    // Lists of ten thousand are sorted, nearly always of one group.
    return group.equals(other.group) ? host.compareTo(other.host) : group.compareTo(other.group);
  }

  @Override
  public String toString() {
    return group + "/" + host;
  }
}
