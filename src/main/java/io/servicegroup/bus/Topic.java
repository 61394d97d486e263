package io.servicegroup.bus;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An address on which messages of one type are published, and the form they take on the wire.
 * Delivery is at most once; messages of one sender reach one consumer in order.
 *
 * @param <T> what the messages are inside the process
 * @param address the event bus address
 * @param local whether messages stay inside the process, also where the event bus is clustered
 * @param encode to the body
 * @param decode from the body; throws {@link IllegalArgumentException} or {@link
 *     ClassCastException} for a body of another form
 */
public record Topic<T>(
    String address, boolean local, Function<T, JsonObject> encode, Function<JsonObject, T> decode) {

  private static final Logger LOG = LoggerFactory.getLogger(Topic.class);

  /**
   * Publishes a message to every consumer.
   *
   * @param vertx whose event bus
   * @param message what is published
   */
  public void publish(Vertx vertx, T message) {
    vertx
        .eventBus()
        .publish(address, encode.apply(message), new DeliveryOptions().setLocalOnly(local));
  }

  /**
   * Consumes the messages on the caller's context. A body that cannot be read is logged and
   * dropped: the sender may be anybody's verticle.
   *
   * @param vertx whose event bus
   * @param handler called once per message, in order
   * @return the registration
   */
  public MessageConsumer<JsonObject> consume(Vertx vertx, Handler<T> handler) {
    Handler<io.vertx.core.eventbus.Message<JsonObject>> decoding =
        message -> {
          T decoded;
          try {
            decoded = decode.apply(message.body());
          } catch (RuntimeException e) { // whatever the body made the decoder throw
            LOG.warn(
                "A message on {} could not be read and was dropped: {}", address, e.toString());
            return;
          }
          handler.handle(decoded);
        };
    return local
        ? vertx.eventBus().localConsumer(address, decoding)
        : vertx.eventBus().consumer(address, decoding);
  }
}
