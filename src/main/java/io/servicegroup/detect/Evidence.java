package io.servicegroup.detect;

import io.servicegroup.model.Reason;

/**
 * The evidence that one backend gives of one member: the one home of its state. What follows from
 * what is here, and nowhere else ({@code *}: its whole time begins anew):
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
 * <p>An {@link Accused} is judged when the message is complete: it becomes {@link Dead}, or is
 * withheld where too many are accused together, as whom it was before it was accused.
 */
sealed interface Evidence {

  /** How a backend votes on a member. */
  enum Choice {
    /** Not yet: silent, but not for long enough. */
    PENDING,
    UP,
    DOWN
  }

  /** What can happen to the evidence, besides that the member is accused or stated to be gone. */
  enum Event {
    /** A count that grew, a newer life, or the first count of one that joined in our time. */
    SIGN,
    /** The backend vouches for its presence until further notice. */
    PRESENCE,
    /** A count that is where counting begins, and no sign of life. */
    BASELINE,
    /** Its silence so far says nothing, or nobody vouches for its presence any more. */
    ANEW,
    /** The catalogue went over to another life that is not newer. */
    ADOPTED,
    /** The life that was found joined in our time: what was found is a sign of it. */
    JOINED,
    /** What it was dead by lies before a new start, or a new life. */
    LOOK_AGAIN;

    /** Whether it leaves alone whom it does not change. */
    boolean isOnlyForSome() {
      return this == JOINED || this == LOOK_AGAIN;
    }
  }

  /**
   * How the backend votes by this.
   *
   * @return the vote
   */
  Choice vote();

  /**
   * What the evidence is after an event; see the table.
   *
   * @param event what happened
   * @return the evidence after it, the same object where it does not change
   */
  Evidence after(Event event);

  /**
   * What the evidence is once the member's time is over, or the backend concluded that it is gone.
   *
   * @param reason why it would be down
   * @param concluded whether the backend said so, rather than its time being over
   * @return the evidence after it
   */
  Evidence accused(Reason reason, boolean concluded);

  /** Evidence that nobody holds against the member. */
  enum Standing implements Evidence {
    /** Nothing that counts was seen; its time runs. */
    EXPECTED(Choice.PENDING),
    /** A count was found, which is no sign of life; its time runs. */
    FOUND(Choice.PENDING),
    /** It was seen alive; its time runs. */
    BEATING(Choice.UP),
    /** The backend vouches for it; no time runs. */
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
    public Evidence after(Event event) {
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
    public Evidence accused(Reason reason, boolean concluded) {
      return new Accused(withoutPresence(), reason, concluded);
    }

    private Standing withoutPresence() {
      return this == PRESENT ? BEATING : this;
    }
  }

  /**
   * Its time is over, or the backend concluded that it is gone, and this is not believed yet.
   *
   * @param before what it was, which is how the backend goes on voting meanwhile
   * @param reason why it would be down
   * @param concluded whether the backend said so, rather than its time being over
   */
  record Accused(Standing before, Reason reason, boolean concluded) implements Evidence {

    @Override
    public Choice vote() {
      return before.vote();
    }

    @Override
    public Evidence after(Event event) {
      Evidence next = before.after(event);
      return next == before && event.isOnlyForSome() ? this : next;
    }

    @Override
    public Evidence accused(Reason why, boolean said) {
      return this;
    }

    /** What it is once that is believed. */
    Dead believed() {
      return new Dead(reason);
    }
  }

  /**
   * It is down, as far as this backend can tell.
   *
   * @param reason why
   */
  record Dead(Reason reason) implements Evidence {

    @Override
    public Choice vote() {
      return Choice.DOWN;
    }

    @Override
    public Evidence after(Event event) {
      return switch (event) {
        case SIGN -> Standing.BEATING;
        case PRESENCE -> Standing.PRESENT;
        case LOOK_AGAIN -> Standing.EXPECTED;
        case BASELINE, ANEW, ADOPTED, JOINED -> this;
      };
    }

    @Override
    public Evidence accused(Reason why, boolean said) {
      return new Dead(why);
    }
  }
}
