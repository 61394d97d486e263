package io.servicegroup.bus;

import io.vertx.core.eventbus.ReplyException;

/**
 * A request that is refused with a sentence for whoever asked. Crosses the event bus as a {@link
 * ReplyException} whose {@code failureCode()} is {@link #status()}, and HTTP as a problem document
 * with that status.
 */
public sealed class ServiceGroupException extends RuntimeException
    permits ClashException, FaultException {

  private static final long serialVersionUID = 1L;

  private final Refusal kind;

  /**
   * Refuses a request.
   *
   * @param kind what the refusal means
   * @param message a sentence: what was wrong and what is allowed
   */
  public ServiceGroupException(Refusal kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  /**
   * What the refusal means to whoever asked.
   *
   * @return never null
   */
  public Refusal kind() {
    return kind;
  }

  /**
   * The status that the HTTP API answers with.
   *
   * @return as of {@link #kind()}
   */
  public int status() {
    return kind.status();
  }

  /**
   * What a failure of a request means to whoever asked.
   *
   * @param failure from a request over the bus, or thrown while one was served
   * @return the failure itself where it is one of ours, {@link Refusal#INVALID} for an {@link
   *     IllegalArgumentException} (a body that could not be read), otherwise {@link
   *     Refusal#UNAVAILABLE}
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
