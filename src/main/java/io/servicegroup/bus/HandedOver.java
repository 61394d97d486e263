package io.servicegroup.bus;

import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.Shareable;
import java.util.Optional;

/**
 * An immutable object in the body of a message that stays in this process. The event bus copies
 * bodies, and takes a {@link Shareable} for its own copy.
 *
 * @param object what is handed over
 */
record HandedOver(Object object) implements Shareable {

  /** The header of a request whose answer is to be handed over. */
  static final String HEADER = "handed_over";

  private static final String FIELD = "object";

  static JsonObject body(Object object) {
    return new JsonObject().put(FIELD, new HandedOver(object));
  }

  /** The object that a body hands over; empty where the body is an ordinary one. */
  static Optional<Object> in(JsonObject body) {
    return body != null && body.getValue(FIELD) instanceof HandedOver handed
        ? Optional.ofNullable(handed.object)
        : Optional.empty();
  }
}
