package io.servicegroup.bus;

/** A member is refused as a conflict, since its host has its binary in another group already. */
public final class ClashException extends ServiceGroupException {

  private static final long serialVersionUID = 1;

  /**
   * Makes a refusal.
   *
   * @param message a sentence: what is in the way, and what to do
   */
  public ClashException(String message) {
    super(Refusal.CONFLICT, message);
  }
}
