package io.servicegroup.bus;

import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.LoggerFactory;

/** Reading and writing the fields that several messages share. */
final class Fields {

  private static final DateTimeFormatter MILLISECONDS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

  private static final Remarks REMARKS = new Remarks(LoggerFactory.getLogger(Fields.class));

  private Fields() {}

  static JsonObject putId(JsonObject json, MemberId id) {
    return json.put("group", id.group()).put("host", id.host());
  }

  static MemberId id(JsonObject json) {
    return new MemberId(string(json, "group"), string(json, "host"));
  }

  static String text(Object value) {
    return value == null ? null : value.toString();
  }

  /**
   * Always with milliseconds, so that times written by different parts can be compared as texts.
   */
  static String text(Instant time) {
    return time == null ? null : MILLISECONDS.format(time);
  }

  static Incarnation incarnation(JsonObject json) {
    String text = string(json, "incarnation");
    return text == null ? null : Incarnation.parse(text);
  }

  static Instant instant(JsonObject json, String field) {
    String text = string(json, field);
    return text == null ? null : Instant.parse(text);
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
   * As {@link #list}, without the items that cannot be read: a liveness verticle may be anybody's,
   * and one odd beat takes nothing from the others. Each is named in the log once.
   */
  static <T> List<T> readable(JsonObject json, String field, Function<JsonObject, T> decode) {
    List<T> items = new ArrayList<>();
    for (JsonObject item : list(json, field, Function.identity())) {
      try {
        items.add(decode.apply(item));
      } catch (IllegalArgumentException | ClassCastException | NullPointerException e) {
        remark(json, field, item, e);
      }
    }
    return items;
  }

  private static void remark(JsonObject json, String field, JsonObject item, Exception why) {
    String of = item.getValue("group") + "/" + item.getValue("host");
    REMARKS.say(
        field + " " + of,
        "Backend %s: what its %s tell of %s is ignored (%s): %s"
            .formatted(
                json.getValue("backend"),
                field,
                printable(of),
                printable(item.encode()),
                why.getMessage()));
  }

  /** Refuses keys that a request does not have, so that a misspelt one is not silently ignored. */
  static void requireKnown(JsonObject json, Set<String> known) {
    for (String field : json.fieldNames()) {
      if (!known.contains(field)) {
        throw new IllegalArgumentException(
            "unknown field "
                + printable(field)
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

  static <T> Optional<T> optional(T value) {
    return Optional.ofNullable(value);
  }

  private static <T> T typed(JsonObject json, String field, Class<T> type, String allowed) {
    Object value = json.getValue(field);
    if (value != null && !type.isInstance(value)) {
      throw new IllegalArgumentException(field + " must be " + allowed);
    }
    return type.cast(value);
  }

  /** Without the JSON types that a message's copy on its way wraps maps and lists into. */
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
        ? new ArrayList<>(list.stream().map(Fields::plain).toList())
        : bare;
  }

  private static String printable(String text) {
    String shown = text.length() > 40 ? text.substring(0, 40) + "…" : text;
    return shown.replaceAll("\\p{Cntrl}", "?");
  }
}
