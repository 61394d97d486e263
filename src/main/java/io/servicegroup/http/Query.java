package io.servicegroup.http;

import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The query of a request. A key that the path does not have, or has twice, is refused. */
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

  /** A text, or null where it is absent or empty. */
  String text(String key) {
    String value = values.get(key);
    return value == null || value.isEmpty() ? null : value;
  }

  /** An integer in a range, or the default. */
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
      // Refused below, as a number out of range is.
    }
    throw new ServiceGroupException(
        Refusal.INVALID, key + " must be an integer from " + min + " to " + max + " in the query");
  }

  /** A time, or null. */
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
