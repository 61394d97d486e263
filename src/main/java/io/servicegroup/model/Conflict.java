package io.servicegroup.model;

/**
 * The reason why the agent of this process must no longer beat for one of its members.
 *
 * @param id the member
 * @param incarnation the incarnation that the conflict concerns; null where there was none yet
 * @param kind the kind of the conflict
 */
public record Conflict(MemberId id, Incarnation incarnation, Kind kind) {

  /** The kinds of conflicts. */
  public enum Kind {
    /** The member was deleted from the catalogue. */
    DELETED("it was deleted from the catalogue"),
    /** The member could not join, because another group has its host and binary. */
    CLASH("its host and binary are registered in another group"),
    /** The member could not join, because the catalogue cannot store it as it is. */
    REFUSED("the catalogue refuses it"),
    /** Another agent joined the member later. */
    SUPERSEDED("another agent joined it later"),
    /** A program that is no agent of ours writes beats into the member's row. */
    FOREIGN_BEATS("somebody else writes its beats");

    private final String sentence;
    private final String text = EnumText.of(this);

    Kind(String sentence) {
      this.sentence = sentence;
    }

    /**
     * Describes the kind for logs and health.
     *
     * @return a clause that starts in lower case
     */
    public String sentence() {
      return sentence;
    }

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
     * @return the kind
     * @throws IllegalArgumentException where there is no such kind
     */
    public static Kind of(String text) {
      return EnumText.parse(Kind.class, text);
    }
  }
}
