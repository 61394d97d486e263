package io.servicegroup.bus;

import java.util.Arrays;
import java.util.Optional;

/**
 * The kinds of refused requests. Stores and rules name a kind; only this enum knows the status code
 * of each, which is that of HTTP and the failure code of an event bus reply.
 */
public enum Refusal {
  /** The request is malformed: a field is missing, or has a value that is not allowed. */
  INVALID(400),
  /** The member that the request names does not exist. */
  MISSING(404),
  /** The present state of the member, or the agent that it belongs to, forbids the request. */
  CONFLICT(409),
  /** A verticle or a store that the request needs is not available; it may succeed later. */
  UNAVAILABLE(503),
  /** The agent has a fault; the message belongs in the log and is not shown to the caller. */
  UNFORESEEN(500);

  private final int status;

  Refusal(int status) {
    this.status = status;
  }

  /**
   * The status code, in HTTP and as the failure code of an event bus reply.
   *
   * @return 400, 404, 409, 503 or 500
   */
  public int status() {
    return status;
  }

  /**
   * Tells whether a failure is a refusal of this kind.
   *
   * @param failure any failure
   * @return false for other refusals, and for failures that are no refusal
   */
  public boolean isIn(Throwable failure) {
    return failure instanceof ServiceGroupException refusal && refusal.kind() == this;
  }

  /**
   * Finds the kind with a status code.
   *
   * @param status the status code of HTTP, or the failure code of an event bus reply
   * @return the kind; empty where no kind has this code
   */
  public static Optional<Refusal> of(int status) {
    return Arrays.stream(values()).filter(kind -> kind.status == status).findFirst();
  }
}
