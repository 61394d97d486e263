package io.servicegroup.bus;

import io.vertx.core.eventbus.ReplyException;

/**
 * A request that is refused with a sentence for whoever asked. Crosses the event bus as a {@link
 * ReplyException} whose {@code failureCode()} is {@link #status()}, and HTTP as a problem document
 * with that status.
 */
public sealed class ServiceGroupException extends RuntimeException
    permits ClashException, KeyException, UnstorableException {

  private static final long serialVersionUID = 1L;

  private final int status;

  /**
   * Refuses a request.
   *
   * @param status an HTTP status: 400, 404, 409 or 503
   * @param message a sentence: what was wrong and what is allowed
   */
  public ServiceGroupException(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  /**
   * The status that the HTTP API answers with.
   *
   * @return 400, 404, 409 or 503
   */
  public int status() {
    return status;
  }

  /**
   * What a failure of a request means to whoever asked.
   *
   * @param failure from a request over the bus, or thrown while one was served
   * @return the failure itself where it is one of ours, 400 for an {@link IllegalArgumentException}
   *     (a body that could not be read), otherwise 503
   */
  public static ServiceGroupException of(Throwable failure) {
    if (failure instanceof ServiceGroupException known) {
      return known;
    }
    if (failure instanceof IllegalArgumentException) {
      return new ServiceGroupException(400, failure.getMessage());
    }
    if (failure instanceof ReplyException reply) {
      return of(reply);
    }
    return new ServiceGroupException(503, "the catalogue cannot be reached");
  }

  private static ServiceGroupException of(ReplyException reply) {
    return switch (reply.failureType()) {
      case RECIPIENT_FAILURE -> new ServiceGroupException(reply.failureCode(), reply.getMessage());
      case TIMEOUT ->
          new ServiceGroupException(
              503, "this agent did not answer in time; try again, and see why in /health");
      default ->
          new ServiceGroupException(
              503, "this agent is starting or stopping and does not answer this; try again soon");
    };
  }
}
