package io.servicegroup.catalog;

import io.servicegroup.model.Member;

/**
 * The result of comparing a stored member with what is remembered of it.
 *
 * @param stored the member as it is stored
 * @param shown the member with the newest words, as lists and events show it
 * @param repair the write that is needed
 * @param written the member with the words to write; of a removal, the member as it was, with the
 *     removal's order
 */
record RepairDecision(Member stored, Member shown, Repair repair, Member written) {

  boolean isHidden() {
    return repair == Repair.REMOVE_AGAIN;
  }

  /** The write that a comparison calls for. */
  enum Repair {
    /** Nothing has to be written. */
    NONE,
    /** The remembered words are newer, and are put back. */
    PUT_BACK,
    /** Somebody who gives no order changed the stored words: they get an order. */
    CONFIRM,
    /**
     * The stored uuid is another one. Nobody changes a uuid, so the member was created again:
     * either in a store that had lost it, which gets the remembered words back, or after somebody
     * removed the member without giving an order. This is decided only for members that an agent
     * joined. A row that no agent joined was created by the program that removed the one before
     * (Nova, whose archive leaves no trace of the removal), and is right as it is.
     */
    RECREATED,
    /** The remembered removal is newer than the stored words: the member is removed again. */
    REMOVE_AGAIN
  }
}
