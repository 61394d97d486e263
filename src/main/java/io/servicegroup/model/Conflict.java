package io.servicegroup.model;

/**
 * Something that forbids the agent of this process to go on beating for one of its members.
 *
 * @param id the member
 * @param incarnation the incarnation that it concerns; null where there was none yet
 * @param kind what was found
 */
public record Conflict(MemberId id, Incarnation incarnation, Kind kind) {

  /** What was found. */
  public enum Kind {
    /** Its row was deleted from the catalogue. */
    DELETED("it was deleted from the catalogue"),
    /** It could not be joined: its host and binary are a member of another group. */
    CLASH("its host and binary are registered in another group"),
    /** It could not be joined: the catalogue cannot hold it as it is. */
    REFUSED("the catalogue refuses it"),
    /** Another agent joined it later. */
    SUPERSEDED("another agent joined it later"),
    /** Somebody who is no agent of ours writes beats into its row. */
    FOREIGN_BEATS("somebody else writes its beats");

    private final String sentence;
    private final String text = EnumText.of(this);

    Kind(String sentence) {
      this.sentence = sentence;
    }

    /**
     * For logs and health.
     *
     * @return half a sentence, starting in lower case
     */
    public String sentence() {
      return sentence;
    }

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
     * @return the kind
     * @throws IllegalArgumentException where there is no such kind
     */
    public static Kind of(String text) {
      return EnumText.parse(Kind.class, text);
    }
  }
}
