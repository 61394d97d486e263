package io.servicegroup.bus;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.function.Function;

/**
 * An event bus address on which messages of one type are published, with their codec. A message is
 * delivered at most once; a consumer receives the messages of one publisher in order. Messages are
 * immutable: consumers inside the process receive the published object itself, and only others a
 * JSON object.
 *
 * @param <T> the type of the messages
 * @param address the event bus address
 * @param local whether messages stay inside the process, also where the event bus is clustered
 * @param encode makes the body
 * @param decode reads the body; throws {@link IllegalArgumentException} or {@link
 *     ClassCastException} for a body of another form
 */
public record Topic<T>(
    String address, boolean local, Function<T, JsonObject> encode, Function<JsonObject, T> decode) {

  private static final Logger LOG = LoggerFactory.getLogger(Topic.class);

  /**
   * Publishes a message to every consumer.
   *
   * @param vertx whose event bus is used
   * @param message the message
   */
  public void publish(Vertx vertx, T message) {
    vertx
        .eventBus()
        .publish(
            address,
            Unencoded.body(message, () -> encode.apply(message)),
            new DeliveryOptions().setLocalOnly(local));
  }

  /**
   * Consumes the messages on the caller's context. A body that cannot be read is logged and
   * dropped, because its publisher may be a third party's verticle.
   *
   * @param vertx whose event bus is used
   * @param handler called once per message, in order
   * @return the registration of the consumer
   */
  public MessageConsumer<JsonObject> consume(Vertx vertx, Handler<T> handler) {
    Handler<Message<JsonObject>> decoding =
        message -> {
          T decoded;
          try {
            decoded = handedOver(message.body()).orElseGet(() -> decode.apply(message.body()));
          } catch (RuntimeException e) { // a decoder may throw anything for an unexpected body
            LOG.warn("A message on " + address + " could not be read and was dropped: " + e);
            return;
          }
          handler.handle(decoded);
        };
    return local
        ? vertx.eventBus().localConsumer(address, decoding)
        : vertx.eventBus().consumer(address, decoding);
  }

  /**
   * Consumes the messages that are published inside this process, on the caller's context; not
   * those of other processes, where the event bus is clustered.
   *
   * @param vertx whose event bus is used
   * @param handler called once per message, in order; must not change a message
   * @return the registration of the consumer
   */
  public MessageConsumer<JsonObject> consumeHere(Vertx vertx, Handler<T> handler) {
    return vertx
        .eventBus()
        .localConsumer(
            address,
            (Message<JsonObject> message) -> handedOver(message.body()).ifPresent(handler::handle));
  }

  @SuppressWarnings("unchecked")
  private Optional<T> handedOver(JsonObject body) {
    // Only this topic publishes objects on its address, and they are of its type.
    return Unencoded.in(body).map(object -> (T) object);
  }
}
