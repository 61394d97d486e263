package io.servicegroup.bus;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
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
 * @param inBatches whether many messages are published at a time, as after the start of a fleet:
 *     consumers inside the process then receive them as one message, at an address of its own
 */
public record Topic<T>(
    String address,
    boolean local,
    Function<T, JsonObject> encode,
    Function<JsonObject, T> decode,
    boolean inBatches) {

  private static final Logger LOG = LoggerFactory.getLogger(Topic.class);

  /** The end of the address at which batches are published. */
  private static final String BATCHES = ".batches";

  /**
   * Makes a topic whose messages are published one by one.
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
    publishAll(vertx, List.of(message));
  }

  /**
   * Publishes messages to every consumer, in order.
   *
   * @param vertx whose event bus is used
   * @param messages the messages; the list must not be changed afterwards
   */
  public void publishAll(Vertx vertx, List<T> messages) {
    if (inBatches && !messages.isEmpty()) {
      vertx
          .eventBus()
          .publish(
              address + BATCHES,
              Unencoded.body(messages, () -> encodeAll(messages)),
              new DeliveryOptions().setLocalOnly(true));
    }
    DeliveryOptions options = new DeliveryOptions().setLocalOnly(local);
    for (T message : messages) {
      vertx
          .eventBus()
          .publish(address, Unencoded.body(message, () -> encode.apply(message)), options);
    }
  }

  private JsonObject encodeAll(List<T> messages) {
    JsonArray all = new JsonArray();
    messages.forEach(message -> all.add(encode.apply(message)));
    return new JsonObject().put("messages", all);
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
    return consume(vertx, handler, true);
  }

  private MessageConsumer<JsonObject> consume(Vertx vertx, Handler<T> handler, boolean ofHere) {
    Handler<Message<JsonObject>> decoding =
        message -> {
          T decoded;
          try {
            Optional<T> here = handedOver(message.body());
            if (here.isPresent() && !ofHere) {
              return;
            }
            decoded = here.orElseGet(() -> decode.apply(message.body()));
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
    return inBatches
        ? consumeBatches(vertx, messages -> each(messages, handler))
        : vertx
            .eventBus()
            .localConsumer(
                address,
                (Message<JsonObject> message) ->
                    handedOver(message.body()).ifPresent(handler::handle));
  }

  /**
   * Consumes the messages that are published inside this process, as many at a time as were
   * published together.
   *
   * @param vertx whose event bus is used
   * @param handler called once per batch, in order; must not change it
   * @return the registration of the consumer
   * @throws IllegalStateException where the messages of this topic are published one by one
   */
  @SuppressWarnings("unchecked")
  public MessageConsumer<JsonObject> consumeBatches(Vertx vertx, Handler<List<T>> handler) {
    if (!inBatches) {
      throw new IllegalStateException("messages on " + address + " are published one by one");
    }
    // Only publishAll sends to this address.
    return vertx
        .eventBus()
        .localConsumer(
            address + BATCHES,
            (Message<JsonObject> message) ->
                Unencoded.in(message.body())
                    .ifPresent(messages -> handler.handle((List<T>) messages)));
  }

  /**
   * Consumes the messages of this process as {@link #consumeHere}, and those that were encoded: by
   * other processes where the event bus is clustered, and by verticles that publish JSON.
   *
   * @param vertx whose event bus is used
   * @param handler called once per message; in order for each publisher
   * @return the registrations of the consumers
   */
  public List<MessageConsumer<JsonObject>> consumeEverywhere(Vertx vertx, Handler<T> handler) {
    return List.of(consumeHere(vertx, handler), consume(vertx, handler, false));
  }

  /** A message that a handler throws on does not keep the handler from the ones that follow. */
  private static <T> void each(List<T> messages, Handler<T> handler) {
    RuntimeException first = null;
    for (T message : messages) {
      try {
        handler.handle(message);
      } catch (RuntimeException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  @SuppressWarnings("unchecked")
  private Optional<T> handedOver(JsonObject body) {
    // Only this topic publishes objects on its address, and they are of its type.
    return Unencoded.in(body).map(object -> (T) object);
  }
}
