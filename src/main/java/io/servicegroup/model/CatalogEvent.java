package io.servicegroup.model;

/**
 * A change of the catalogue.
 *
 * @param type what happened
 * @param member the member after it (before it, where it was deleted)
 * @param own whether the agent of this process beats for the member
 */
public record CatalogEvent(Type type, Member member, boolean own) {

  /**
   * Whether this tells of an incarnation before the one that is known, as an event that comes late
   * does.
   *
   * @param known the member as known otherwise
   * @return whether it is to change nothing
   */
  public boolean isOutdatedBy(Member known) {
    if (known.isLaterIncarnationOf(member)) {
      return true;
    }
    boolean another =
        known.uuid() != null && member.uuid() != null && !known.uuid().equals(member.uuid());
    return type == Type.DELETED && another && !member.isLaterIncarnationOf(known);
  }

  /** What happened to a member. */
  public enum Type {
    /** It is new, or came back with a new incarnation. */
    JOINED,
    /** Something about it changed. */
    UPDATED,
    /** It is not in the catalogue any more. */
    DELETED;

    private final String text = EnumText.of(this);

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
      return EnumText.parse(Type.class, text);
    }
  }
}
