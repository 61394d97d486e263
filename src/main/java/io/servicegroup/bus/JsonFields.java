package io.servicegroup.bus;

import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.vertx.core.internal.logging.LoggerFactory;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Reads and writes the fields that several messages have in common. */
final class JsonFields {

  private static final WarnOnceLog WARNINGS =
      new WarnOnceLog(LoggerFactory.getLogger(JsonFields.class)::warn);

  private JsonFields() {}

  /** Writes a body that names a member and says nothing else. */
  static JsonObject encodeId(MemberId id) {
    return putId(new JsonObject(), id);
  }

  static JsonObject putId(JsonObject json, MemberId id) {
    return json.put("group", id.group()).put("host", id.host());
  }

  static MemberId id(JsonObject json) {
    return new MemberId(string(json, "group"), string(json, "host"));
  }

  static String text(Incarnation incarnation) {
    return incarnation == null ? null : incarnation.toString();
  }

  /**
   * Writes a time, always with milliseconds, so that texts of times can be compared as they are.
   */
  static String time(Instant time) {
    return time == null ? null : TimeText.write(time);
  }

  static Incarnation incarnation(JsonObject json) {
    String text = string(json, "incarnation");
    return text == null ? null : Incarnation.parse(text);
  }

  static Instant instant(JsonObject json, String field) {
    String text = string(json, field);
    return text == null ? null : TimeText.read(text);
  }

  static <T> JsonArray array(Collection<T> items, Function<T, ?> encode) {
    JsonArray array = new JsonArray();
    items.forEach(item -> array.add(encode.apply(item)));
    return array;
  }

  static <T> List<T> list(JsonObject json, String field, Function<JsonObject, T> decode) {
    JsonArray array = json.getJsonArray(field);
    return array == null
        ? List.of()
        : array.stream().map(JsonObject.class::cast).map(decode).toList();
  }

  /**
   * Reads a list as {@link #list} does, but skips items that cannot be read and logs each once. The
   * liveness verticle that sent them may be a third party's, and one malformed beat must not hide
   * the others.
   */
  static <T> List<T> readable(JsonObject json, String field, Function<JsonObject, T> decode) {
    List<T> items = new ArrayList<>();
    for (JsonObject item : list(json, field, Function.identity())) {
      try {
        items.add(decode.apply(item));
      } catch (IllegalArgumentException | ClassCastException | NullPointerException e) {
        warnOnce(json, field, item, e);
      }
    }
    return items;
  }

  private static void warnOnce(JsonObject json, String field, JsonObject item, Exception why) {
    String of = item.getValue("group") + "/" + item.getValue("host");
    WARNINGS.warn(
        field + " " + of,
        "Backend %s: what its %s tell of %s is ignored (%s): %s"
            .formatted(
                json.getValue("backend"),
                field,
                WarnOnceLog.printable(of),
                WarnOnceLog.printable(item.encode()),
                why.getMessage()));
  }

  /** Refuses unknown fields, so that a misspelt one is not silently ignored. */
  static void requireKnown(JsonObject json, Set<String> known) {
    for (String field : json.fieldNames()) {
      if (!known.contains(field)) {
        throw new IllegalArgumentException(
            "unknown field "
                + WarnOnceLog.printable(field)
                + "; allowed are "
                + String.join(", ", known.stream().sorted().toList()));
      }
    }
  }

  static String string(JsonObject json, String field) {
    return typed(json, field, String.class, "a string");
  }

  static Boolean bool(JsonObject json, String field) {
    return typed(json, field, Boolean.class, "true or false");
  }

  static JsonObject object(JsonObject json, String field) {
    return typed(json, field, JsonObject.class, "an object");
  }

  static Integer integer(JsonObject json, String field) {
    Number number = typed(json, field, Number.class, "an integer");
    if (number == null) {
      return null;
    }
    if (number.doubleValue() != number.intValue()) {
      throw new IllegalArgumentException(
          field + " must be an integer from -2147483648 to 2147483647");
    }
    return number.intValue();
  }

  private static <T> T typed(JsonObject json, String field, Class<T> type, String allowed) {
    Object value = json.getValue(field);
    if (value != null && !type.isInstance(value)) {
      throw new IllegalArgumentException(field + " must be " + allowed);
    }
    return type.cast(value);
  }

  /**
   * Copies a tree into plain maps and lists. When the event bus copies a message, it wraps the maps
   * and lists in it into JSON types.
   */
  static Map<String, Object> plain(Map<?, ?> map) {
    Map<String, Object> copy = new LinkedHashMap<>();
    map.forEach((key, value) -> copy.put(String.valueOf(key), plain(value)));
    return copy;
  }

  private static Object plain(Object value) {
    Object bare =
        value instanceof JsonObject object
            ? object.getMap()
            : value instanceof JsonArray array ? array.getList() : value;
    if (bare instanceof Map<?, ?> map) {
      return plain(map);
    }
    return bare instanceof List<?> list
        ? new ArrayList<>(list.stream().map(JsonFields::plain).toList())
        : bare;
  }
}
