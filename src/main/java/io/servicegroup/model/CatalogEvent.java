package io.servicegroup.model;

/**
 * A change of the catalogue.
 *
 * @param type the kind of the change
 * @param member the member after the change; a deleted one as it was before
 * @param own whether the agent of this process beats for the member
 */
public record CatalogEvent(Type type, Member member, boolean own) {

  /**
   * Tells whether this event is late: it is about an earlier incarnation than the known one, or
   * about the deletion of an earlier member with the same name.
   *
   * @param known the member as it is known from elsewhere
   * @return whether this event is to be ignored
   */
  public boolean isOutdatedBy(Member known) {
    if (known.isLaterIncarnationOf(member)) {
      return true;
    }
    boolean another =
        known.uuid() != null && member.uuid() != null && !known.uuid().equals(member.uuid());
    return type == Type.DELETED && another && !member.isLaterIncarnationOf(known);
  }

  /** The kinds of changes. */
  public enum Type {
    /** The member is new, or joined again with a new incarnation. */
    JOINED,
    /** A field of the member changed. */
    UPDATED,
    /** The member was removed from the catalogue. */
    DELETED;

    private final String text = EnumText.of(this);

    /**
     * Writes the word used in JSON.
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
