package io.servicegroup.bus;

/**
 * A member is refused as a conflict for what it is itself, as where its metadata is too large for
 * the store: to try again is no use before it, or the store, is another.
 */
public final class UnstorableException extends ServiceGroupException {

  private static final long serialVersionUID = 1;

  /**
   * Makes a refusal.
   *
   * @param message a sentence: what cannot be stored, why, and what is allowed
   */
  public UnstorableException(String message) {
    super(Refusal.CONFLICT, message);
  }
}
