package io.servicegroup.bus;

import java.util.Arrays;
import java.util.Optional;

/**
 * What a refusal means to whoever asked. Stores and rules say it in these words; the status that
 * the event bus and HTTP have for each is known here and nowhere below.
 */
public enum Refusal {
  /** What was asked can never be done as it was asked: a field is missing, or has a wrong value. */
  INVALID(400),
  /** What was asked for is not there. */
  MISSING(404),
  /** What is there, or whose it is, stands against it. */
  CONFLICT(409),
  /** Nobody can be asked now, or what is needed is away: the same request may be granted later. */
  UNAVAILABLE(503),
  /** A fault of an agent, and nobody's refusal: its words are for the log and not for others. */
  UNFORESEEN(500);

  private final int status;

  Refusal(int status) {
    this.status = status;
  }

  /**
   * The status that stands for it, in HTTP and as the code of a failed reply.
   *
   * @return 400, 404, 409, 503 or 500
   */
  public int status() {
    return status;
  }

  /**
   * Whether somebody refused for this reason.
   *
   * @param failure of anything
   * @return false for any other refusal, and for what is none
   */
  public boolean isIn(Throwable failure) {
    return failure instanceof ServiceGroupException refusal && refusal.kind() == this;
  }

  /**
   * What a status stands for.
   *
   * @param status of HTTP, or the code of a failed reply
   * @return empty for one that no refusal has
   */
  public static Optional<Refusal> of(int status) {
    return Arrays.stream(values()).filter(kind -> kind.status == status).findFirst();
  }
}
