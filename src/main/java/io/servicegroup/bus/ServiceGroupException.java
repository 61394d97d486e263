package io.servicegroup.bus;

import io.vertx.core.eventbus.ReplyException;

/**
 * Refuses a request with a sentence for its sender. On the event bus it becomes a {@link
 * ReplyException} whose {@code failureCode()} is {@link #status()}, in HTTP a problem document with
 * that status.
 */
public sealed class ServiceGroupException extends RuntimeException
    permits ClashException, FaultException {

  private static final long serialVersionUID = 1L;

  private final Refusal kind;

  /**
   * Makes a refusal.
   *
   * @param kind the kind of the refusal
   * @param message a sentence that says what is wrong and what is allowed
   */
  public ServiceGroupException(Refusal kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  /**
   * Tells the kind of this refusal.
   *
   * @return never null
   */
  public Refusal kind() {
    return kind;
  }

  /**
   * Tells the status code that the HTTP API answers with.
   *
   * @return the status of {@link #kind()}
   */
  public int status() {
    return kind.status();
  }

  /**
   * Makes a refusal of any failure.
   *
   * @param failure the failure of a request over the event bus, or one thrown while a request was
   *     answered
   * @return the failure itself where it is a refusal, one of the kind {@link Refusal#INVALID} for
   *     an {@link IllegalArgumentException} (the body could not be read), the one that a {@link
   *     ReplyException} carries, otherwise one of the kind {@link Refusal#UNAVAILABLE}
   */
  public static ServiceGroupException of(Throwable failure) {
    if (failure instanceof ServiceGroupException known) {
      return known;
    }
    if (failure instanceof IllegalArgumentException) {
      return new ServiceGroupException(Refusal.INVALID, failure.getMessage());
    }
    if (failure instanceof ReplyException reply) {
      return of(reply);
    }
    return new ServiceGroupException(Refusal.UNAVAILABLE, "the catalogue cannot be reached");
  }

  private static ServiceGroupException of(ReplyException reply) {
    return switch (reply.failureType()) {
      case RECIPIENT_FAILURE ->
          new ServiceGroupException(
              Refusal.of(reply.failureCode()).orElse(Refusal.UNFORESEEN), reply.getMessage());
      case TIMEOUT ->
          new ServiceGroupException(
              Refusal.UNAVAILABLE,
              "this agent did not answer in time; try again, and see why in /health");
      default ->
          new ServiceGroupException(
              Refusal.UNAVAILABLE,
              "this agent is starting or stopping and does not answer this; try again soon");
    };
  }
}
