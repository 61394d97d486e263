package io.servicegroup.bus;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.function.Function;

/**
 * An event bus address that answers requests of one type, with the codecs of request and answer.
 *
 * @param <Q> the type of the request
 * @param <A> the type of the answer
 * @param address the event bus address
 * @param local whether requests stay inside the process, also where the event bus is clustered
 * @param encodeRequest makes the request's body
 * @param decodeRequest reads the request's body; the message of an {@link IllegalArgumentException}
 *     is sent back to the caller with code 400
 * @param encodeAnswer makes the answer's body
 * @param decodeAnswer reads the answer's body
 */
public record RequestTopic<Q, A>(
    String address,
    boolean local,
    Function<Q, JsonObject> encodeRequest,
    Function<JsonObject, Q> decodeRequest,
    Function<A, JsonObject> encodeAnswer,
    Function<JsonObject, A> decodeAnswer) {

  private static final Logger LOG = LoggerFactory.getLogger(RequestTopic.class);

  /**
   * Sends a request.
   *
   * @param vertx whose event bus is used
   * @param request the request
   * @param timeout the time after which the future fails
   * @return the answer; fails with {@link ServiceGroupException} only
   */
  public Future<A> request(Vertx vertx, Q request, Duration timeout) {
    return requestBody(vertx, encodeRequest.apply(request), timeout);
  }

  /**
   * Sends a request whose body came from outside; the answering side reads and checks it.
   *
   * @param vertx whose event bus is used
   * @param body the request's body
   * @param timeout the time after which the future fails
   * @return the answer; fails with {@link ServiceGroupException} only
   */
  public Future<A> requestBody(Vertx vertx, JsonObject body, Duration timeout) {
    return answer(vertx.eventBus().request(address, body, options(timeout)), decodeAnswer);
  }

  /**
   * Sends a request for a caller that only passes the answer's body on, so that a list of many
   * members is not decoded and encoded again.
   *
   * @param vertx whose event bus is used
   * @param request the request
   * @param timeout the time after which the future fails
   * @return the answer's body; fails with {@link ServiceGroupException} only
   */
  public Future<JsonObject> requestAnswerBody(Vertx vertx, Q request, Duration timeout) {
    return answer(
        vertx.eventBus().request(address, encodeRequest.apply(request), options(timeout)),
        body -> body);
  }

  /**
   * Sends a request that is answered inside this process if anybody serves it here. Request and
   * answer are then handed over as they are, since encoding, copying and decoding a list of many
   * members takes far more time and memory than making it.
   *
   * @param vertx whose event bus is used
   * @param request the request, which is immutable and needs no check
   * @param timeout the time after which the future fails
   * @return the answer, which must not be changed; fails with {@link ServiceGroupException} only
   */
  public Future<A> requestHere(Vertx vertx, Q request, Duration timeout) {
    JsonObject body = Unencoded.body(request, () -> encodeRequest.apply(request));
    DeliveryOptions here = options(timeout).setLocalOnly(true);
    return answer(
        vertx
            .eventBus()
            .<JsonObject>request(address, body, here)
            .recover(
                failure ->
                    !local && isServedByNobody(failure)
                        ? vertx.eventBus().<JsonObject>request(address, body, options(timeout))
                        : Future.failedFuture(failure)),
        this::taken);
  }

  private static boolean isServedByNobody(Throwable failure) {
    return failure instanceof ReplyException reply
        && reply.failureType() == ReplyFailure.NO_HANDLERS;
  }

  @SuppressWarnings("unchecked")
  private A taken(JsonObject body) {
    // Only the answering side of this topic hands an object over, and that is of the answer's type.
    return Unencoded.in(body).map(object -> (A) object).orElseGet(() -> decodeAnswer.apply(body));
  }

  private DeliveryOptions options(Duration timeout) {
    return new DeliveryOptions().setLocalOnly(local).setSendTimeout(timeout.toMillis());
  }

  private static <T> Future<T> answer(
      Future<Message<JsonObject>> reply, Function<JsonObject, T> read) {
    return reply
        .map(message -> read.apply(message.body()))
        .recover(failure -> Future.failedFuture(ServiceGroupException.of(failure)));
  }

  /**
   * Answers requests on the caller's context. A failure is sent back as a {@link
   * ServiceGroupException}, also where the answering function throws.
   *
   * @param vertx whose event bus is used
   * @param answer makes the answer; may throw
   * @return the registration of the consumer
   */
  public MessageConsumer<JsonObject> serve(Vertx vertx, Function<Q, Future<A>> answer) {
    Handler<Message<JsonObject>> handler =
        message ->
            ask(message.body(), answer)
                .onSuccess(a -> message.reply(Unencoded.body(a, () -> encodeAnswer.apply(a))))
                .onFailure(failure -> refuse(message, failure));
    return local
        ? vertx.eventBus().localConsumer(address, handler)
        : vertx.eventBus().consumer(address, handler);
  }

  private Future<A> ask(JsonObject body, Function<Q, Future<A>> answer) {
    try {
      return answer.apply(asked(body == null ? new JsonObject() : body));
    } catch (ClassCastException e) {
      return Future.failedFuture(
          new ServiceGroupException(Refusal.INVALID, "a field of the request has a wrong type"));
    } catch (Throwable e) { // an Error too: the caller is not to wait until its request times out
      return Future.failedFuture(e);
    }
  }

  @SuppressWarnings("unchecked")
  private Q asked(JsonObject body) {
    // Only requestHere of a topic with this address hands an object over.
    return Unencoded.in(body).map(object -> (Q) object).orElseGet(() -> decodeRequest.apply(body));
  }

  private void refuse(Message<JsonObject> message, Throwable failure) {
    ServiceGroupException refusal = ServiceGroupException.of(failure);
    if (refusal != failure && !(failure instanceof IllegalArgumentException)) {
      LOG.debug("A request on " + address + " failed", failure);
    }
    message.fail(refusal.status(), refusal.getMessage());
  }
}
