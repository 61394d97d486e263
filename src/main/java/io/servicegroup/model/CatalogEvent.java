package io.servicegroup.model;

import java.util.Locale;

/**
 * A change of the catalogue.
 *
 * @param type what happened
 * @param member the member after it (before it, where it was deleted)
 * @param own whether the agent of this process beats for the member
 */
public record CatalogEvent(Type type, Member member, boolean own) {

  /** What happened to a member. */
  public enum Type {
    /** It is new, or came back with a new incarnation. */
    JOINED,
    /** Something about it changed. */
    UPDATED,
    /** It is not in the catalogue any more. */
    DELETED;

    private final String text = name().toLowerCase(Locale.ROOT);

    /**
     * The word used in JSON.
     *
     * @return the name in lower case
     */
    public String text() {
      return text;
    }

    /**
     * Reads the word used in JSON.
     *
     * @param text the name in lower case
     * @return the type
     * @throws IllegalArgumentException where there is no such type
     */
    public static Type of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }
}
