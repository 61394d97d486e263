package io.servicegroup.config;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads maps whose keys nobody declares: the metadata of a service, and the configuration of a
 * third party's verticle.
 */
final class JsonValues {

  private final Faults faults;
  private final References references;

  JsonValues(Faults faults, References references) {
    this.faults = faults;
    this.references = references;
  }

  /** Copies a map, and puts secrets in the place of the references to them. */
  Map<String, Object> map(String path, Map<?, ?> values) {
    Map<String, Object> map = new LinkedHashMap<>();
    values.forEach(
        (key, value) -> {
          String name = (String) key;
          String keyPath = path + "." + Masking.printable(name);
          if (!isStorable(name)) {
            faults.add(keyPath, null, "a key holds no NUL character and no half of a surrogate");
          }
          map.put(name, value(keyPath, value));
        });
    return map;
  }

  private Object value(String path, Object given) {
    Object value = given;
    try {
      if (value instanceof OverridingText overriding) {
        value = Trees.parse(overriding.text());
      }
      if (value instanceof String text) {
        return storable(path, references.resolve(text));
      }
    } catch (IllegalArgumentException e) {
      faults.add(path, Masking.hidden(given), e.getMessage());
      return null;
    }
    if (value instanceof Map<?, ?> map) {
      return map(path, map);
    }
    if (value instanceof List<?> list) {
      List<Object> items = new ArrayList<>();
      list.forEach(item -> items.add(value(path + "[" + items.size() + "]", item)));
      return items;
    }
    if (value instanceof Instant date) {
      return date.toString();
    }
    boolean isJson =
        value == null
            || value instanceof Boolean
            || value instanceof Number number && Double.isFinite(number.doubleValue());
    if (!isJson) {
      faults.add(path, Masking.hidden(value), "allowed are the values that JSON knows");
    }
    return value;
  }

  private String storable(String path, String text) {
    if (!isStorable(text)) {
      faults.add(
          path, Masking.MASK, "allowed is a text without NUL characters and halves of surrogates");
    }
    return text;
  }

  /** Whether PostgreSQL's jsonb can hold a text. */
  private static boolean isStorable(String text) {
    return text.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }
}
