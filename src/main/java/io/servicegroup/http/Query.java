package io.servicegroup.http;

import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The query of a request. A key that the operation does not accept, or that is repeated, is
 * refused.
 */
final class Query {

  private final Map<String, String> values = new HashMap<>();

  Query(RoutingContext ctx, List<String> known) {
    for (Map.Entry<String, String> entry : ctx.queryParams()) {
      if (!known.contains(entry.getKey())) {
        throw new ServiceGroupException(
            Refusal.INVALID,
            known.isEmpty()
                ? "this path takes no query"
                : "unknown key in the query; allowed are " + String.join(", ", known));
      }
      if (values.put(entry.getKey(), entry.getValue()) != null) {
        throw new ServiceGroupException(
            Refusal.INVALID, entry.getKey() + " is given twice in the query");
      }
    }
  }

  /** Reads a text; null where the key is absent or its value is empty. */
  String text(String key) {
    String value = values.get(key);
    return value == null || value.isEmpty() ? null : value;
  }

  /** Reads an integer of a range; the default where the key is absent. */
  Integer integer(String key, Integer otherwise, int min, int max) {
    String value = text(key);
    if (value == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // It is refused below, like a number out of range.
    }
    throw new ServiceGroupException(
        Refusal.INVALID, key + " must be an integer from " + min + " to " + max + " in the query");
  }

  /** Reads a time; null where the key is absent. */
  Instant time(String key) {
    String value = text(key);
    try {
      return value == null ? null : Instant.parse(value);
    } catch (DateTimeParseException e) {
      throw new ServiceGroupException(
          Refusal.INVALID,
          key + " must be a time in UTC such as 2026-11-22T07:00:00Z in the query");
    }
  }
}
