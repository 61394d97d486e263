package io.servicegroup.detect;

import io.servicegroup.model.Reason;

/**
 * What the evidence of one backend about one member amounts to, as a state. All transitions are in
 * this table and nowhere else. The columns are the {@link Event}s and the two ways in which a
 * member is reported gone; {@code *} means that the member's whole timeout begins anew:
 *
 * <pre>
 *             SIGN      PRESENCE  BASELINE   ANEW       ADOPTED    JOINED   LOOK_AGAIN  accused     stated
 * EXPECTED    BEATING*  PRESENT   FOUND*     EXPECTED*  EXPECTED*  -        -           Accused     Dead
 * FOUND       BEATING*  PRESENT   FOUND*     FOUND*     EXPECTED*  BEATING* -           Accused     Dead
 * BEATING     BEATING*  PRESENT   BEATING*   BEATING*   EXPECTED*  -        -           Accused     Dead
 * PRESENT     BEATING*  PRESENT   BEATING*   BEATING*   EXPECTED*  -        -           Accused     Dead
 * Accused     as what it was before it was accused, where that changes anything          -           Dead
 * Dead        BEATING*  PRESENT   -          -          -          -        EXPECTED*   Dead        Dead
 * </pre>
 *
 * <p>A member whose state is {@link Accused} is judged when the whole message has been processed.
 * It becomes {@link Dead}, or its verdict is withheld because too many members are accused
 * together; then the backend goes on voting as before the accusation.
 */
sealed interface EvidenceState {

  /** How a backend votes on a member. */
  enum Choice {
    /** The member is silent, but not for long enough to be down. */
    PENDING,
    UP,
    DOWN
  }

  /**
   * What can happen to the evidence, apart from an accusation and from the agent's own statement
   * that the member is gone.
   */
  enum Event {
    /**
     * The member is alive: its count grew, a newer incarnation appeared, or an incarnation that
     * joined since this evaluator started was counted for the first time.
     */
    SIGN,
    /** The backend vouches for the member's presence until further notice. */
    PRESENCE,
    /** A count was read with which later counts are compared; it is no sign of life by itself. */
    BASELINE,
    /**
     * The member's silence so far proves nothing, or the backend stopped vouching for its presence.
     */
    ANEW,
    /** The catalogue changed to another incarnation that is not newer than the one before. */
    ADOPTED,
    /**
     * The incarnation that was found turned out to have joined since this evaluator started, so the
     * count that was found is a sign of life.
     */
    JOINED,
    /**
     * What made the member dead happened before the backend started anew, or belongs to an earlier
     * incarnation.
     */
    LOOK_AGAIN;

    /** Whether the event has no effect at all on a member whose state it does not change. */
    boolean isOnlyForSome() {
      return this == JOINED || this == LOOK_AGAIN;
    }
  }

  /**
   * Tells how the backend votes in this state.
   *
   * @return the vote
   */
  Choice vote();

  /**
   * Finds the state after an event; see the table.
   *
   * @param event what happened
   * @return the state after the event, the same object where it does not change
   */
  EvidenceState after(Event event);

  /**
   * Finds the state once the member's timeout has passed, or the backend concluded that it is gone.
   *
   * @param reason why the member would be down
   * @param concluded whether the backend concluded it; false where the timeout passed
   * @return the state after it
   */
  EvidenceState accused(Reason reason, boolean concluded);

  /** States in which nothing speaks against the member. */
  enum Standing implements EvidenceState {
    /** No sign of life was seen and no count was found; the timeout runs. */
    EXPECTED(Choice.PENDING),
    /** A count was found, which is no sign of life by itself; the timeout runs. */
    FOUND(Choice.PENDING),
    /** The member was seen alive; the timeout runs. */
    BEATING(Choice.UP),
    /** The backend vouches for the member's presence; no timeout runs. */
    PRESENT(Choice.UP);

    private final Choice vote;

    Standing(Choice vote) {
      this.vote = vote;
    }

    @Override
    public Choice vote() {
      return vote;
    }

    @Override
    public EvidenceState after(Event event) {
      return switch (event) {
        case SIGN -> BEATING;
        case PRESENCE -> PRESENT;
        case BASELINE -> this == EXPECTED ? FOUND : withoutPresence();
        case ANEW -> withoutPresence();
        case ADOPTED -> EXPECTED;
        case JOINED -> this == FOUND ? BEATING : this;
        case LOOK_AGAIN -> this;
      };
    }

    @Override
    public EvidenceState accused(Reason reason, boolean concluded) {
      return new Accused(withoutPresence(), reason, concluded);
    }

    private Standing withoutPresence() {
      return this == PRESENT ? BEATING : this;
    }
  }

  /**
   * The member's timeout has passed, or the backend concluded that the member is gone, and the
   * evaluator does not believe this yet.
   *
   * @param before the state before; the backend goes on voting by it
   * @param reason why the member would be down
   * @param concluded whether the backend concluded it; false where the timeout passed
   */
  record Accused(Standing before, Reason reason, boolean concluded) implements EvidenceState {

    @Override
    public Choice vote() {
      return before.vote();
    }

    @Override
    public EvidenceState after(Event event) {
      EvidenceState next = before.after(event);
      return next == before && event.isOnlyForSome() ? this : next;
    }

    @Override
    public EvidenceState accused(Reason why, boolean said) {
      return this;
    }

    /** The state once the evaluator believes the accusation. */
    Dead believed() {
      return new Dead(reason);
    }
  }

  /**
   * The member is down, as far as this backend can tell.
   *
   * @param reason why it is down
   */
  record Dead(Reason reason) implements EvidenceState {

    @Override
    public Choice vote() {
      return Choice.DOWN;
    }

    @Override
    public EvidenceState after(Event event) {
      return switch (event) {
        case SIGN -> Standing.BEATING;
        case PRESENCE -> Standing.PRESENT;
        case LOOK_AGAIN -> Standing.EXPECTED;
        case BASELINE, ANEW, ADOPTED, JOINED -> this;
      };
    }

    @Override
    public EvidenceState accused(Reason why, boolean said) {
      return new Dead(why);
    }
  }
}
