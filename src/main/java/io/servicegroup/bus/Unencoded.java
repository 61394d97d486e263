package io.servicegroup.bus;

import io.vertx.core.json.JsonObject;
import java.util.AbstractMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The body of a message that is encoded where somebody looks at a field of it: on the way to
 * another process, or by a consumer that knows nothing but JSON. Consumers inside the process take
 * the object itself, and for an address without a consumer nothing is encoded at all.
 *
 * <p>The event bus gives each consumer a copy, which is an ordinary {@link JsonObject} with fields
 * of its own.
 */
final class Unencoded extends JsonObject {

  private final Fields fields;

  private Unencoded(Fields fields) {
    super(fields);
    this.fields = fields;
  }

  /**
   * Makes a body.
   *
   * @param object what is sent; immutable, and null where nothing is
   * @param encode makes the JSON object; called at any time, on any thread, once for each reader
   */
  static JsonObject body(Object object, Supplier<JsonObject> encode) {
    return new Unencoded(new Fields(object, encode));
  }

  /** The object that a body of this process carries; empty where the body is an ordinary one. */
  static Optional<Object> in(JsonObject body) {
    return body != null && body.getMap() instanceof Fields fields
        ? Optional.ofNullable(fields.object)
        : Optional.empty();
  }

  @Override
  public JsonObject copy() {
    return new JsonObject(new Fields(fields.object, fields.encode));
  }

  /** The fields of the encoded object. Used on one thread at a time, as JSON objects are. */
  private static final class Fields extends AbstractMap<String, Object> {

    private final Object object;
    private final Supplier<JsonObject> encode;
    private Map<String, Object> encoded;

    Fields(Object object, Supplier<JsonObject> encode) {
      this.object = object;
      this.encode = encode;
    }

    private Map<String, Object> encoded() {
      if (encoded == null) {
        encoded = encode.get().getMap();
      }
      return encoded;
    }

    @Override
    public Set<Map.Entry<String, Object>> entrySet() {
      return encoded().entrySet();
    }

    @Override
    public Object get(Object key) {
      return encoded().get(key);
    }

    @Override
    public boolean containsKey(Object key) {
      return encoded().containsKey(key);
    }

    @Override
    public Object put(String key, Object value) {
      return encoded().put(key, value);
    }
  }
}
