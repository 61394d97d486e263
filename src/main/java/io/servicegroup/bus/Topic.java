package io.servicegroup.bus;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import io.vertx.core.json.JsonObject;
import java.util.function.Function;

/**
 * An event bus address on which messages of one type are published, with their codec. A message is
 * delivered at most once; a consumer receives the messages of one publisher in order.
 *
 * @param <T> the type of the messages
 * @param address the event bus address
 * @param local whether messages stay inside the process, also where the event bus is clustered
 * @param encode makes the body
 * @param decode reads the body; throws {@link IllegalArgumentException} or {@link
 *     ClassCastException} for a body of another form
 * @param handedOver whether messages are published as they are as well, for {@link #consumeHere};
 *     they must be immutable
 */
public record Topic<T>(
    String address,
    boolean local,
    Function<T, JsonObject> encode,
    Function<JsonObject, T> decode,
    boolean handedOver) {

  private static final Logger LOG = LoggerFactory.getLogger(Topic.class);

  /** The end of the address at which messages are handed over inside a process. */
  private static final String HERE = ".here";

  /**
   * Makes a topic whose messages are always encoded.
   *
   * @param address the event bus address
   * @param local whether messages stay inside the process
   * @param encode makes the body
   * @param decode reads the body
   */
  public Topic(
      String address,
      boolean local,
      Function<T, JsonObject> encode,
      Function<JsonObject, T> decode) {
    this(address, local, encode, decode, false);
  }

  /**
   * Publishes a message to every consumer.
   *
   * @param vertx whose event bus is used
   * @param message the message
   */
  public void publish(Vertx vertx, T message) {
    if (handedOver) {
      vertx
          .eventBus()
          .publish(
              address + HERE, HandedOver.body(message), new DeliveryOptions().setLocalOnly(true));
    }
    vertx
        .eventBus()
        .publish(address, encode.apply(message), new DeliveryOptions().setLocalOnly(local));
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
            decoded = decode.apply(message.body());
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
   * Consumes the messages that are published inside this process, on the caller's context. They are
   * not copied for each consumer: of ten thousand members, copies take most of the memory.
   *
   * @param vertx whose event bus is used
   * @param handler called once per message, in order; must not change a message
   * @return the registration of the consumer
   * @throws IllegalStateException where the messages of this topic are always encoded
   */
  @SuppressWarnings("unchecked")
  public MessageConsumer<JsonObject> consumeHere(Vertx vertx, Handler<T> handler) {
    if (!handedOver) {
      throw new IllegalStateException("messages on " + address + " are always encoded");
    }
    // Only publish sends to this address, and that takes messages of this type.
    return vertx
        .eventBus()
        .localConsumer(
            address + HERE,
            message ->
                HandedOver.in(message.body()).ifPresent(object -> handler.handle((T) object)));
  }
}
