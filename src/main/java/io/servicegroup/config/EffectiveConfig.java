package io.servicegroup.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Writes a configuration in the form in which it is read, with its secrets masked. */
final class EffectiveConfig {

  private final UnaryOperator<String> mask;

  /** With what hides the secrets that were referred to. */
  EffectiveConfig(UnaryOperator<String> mask) {
    this.mask = mask;
  }

  Map<String, Object> tree(AgentConfig config) {
    Map<String, Object> tree = new LinkedHashMap<>();
    Values values = config.values();
    for (Key<?> key : values.keys()) {
      if (!key.isInEntry()) {
        put(tree, key.path(), masked(written(key, values)));
      }
    }
    return tree;
  }

  private static <T> Object written(Key<T> key, Values values) {
    return values.find(key).map(value -> shown(key, value)).orElse(null);
  }

  /** What may be shown of a key's value, but for secrets inside of it that were referred to. */
  static <T> Object shown(Key<T> key, T value) {
    return key.isSecret() ? Masking.MASK : key.type().write(value);
  }

  /** What is below a section that is not there, is not there either. */
  @SuppressWarnings("unchecked")
  private static void put(Map<String, Object> tree, String path, Object value) {
    int dot = path.indexOf('.');
    if (dot < 0) {
      tree.put(path, value);
      return;
    }
    String section = path.substring(0, dot);
    if (!tree.containsKey(section)) {
      tree.put(section, new LinkedHashMap<>());
    }
    // Only this class put something there.
    Map<String, Object> child = (Map<String, Object>) tree.get(section);
    if (child != null) {
      put(child, path.substring(dot + 1), value);
    }
  }

  private Map<String, Object> masked(Map<?, ?> tree) {
    Map<String, Object> masked = new LinkedHashMap<>();
    tree.forEach(
        (key, value) -> {
          boolean isSecret =
              !(value instanceof Map) && value != null && Masking.isSecret(key.toString());
          masked.put(key.toString(), isSecret ? Masking.MASK : masked(value));
        });
    return masked;
  }

  private Object masked(Object value) {
    if (value instanceof Map<?, ?> map) {
      return masked(map);
    }
    if (value instanceof List<?> list) {
      List<Object> items = new ArrayList<>();
      list.forEach(item -> items.add(masked(item)));
      return items;
    }
    return value instanceof String text ? mask.apply(Masking.soundUri(text)) : value;
  }
}
