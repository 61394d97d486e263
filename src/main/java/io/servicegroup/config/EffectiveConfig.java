package io.servicegroup.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Writes a configuration in the form in which it is read, with its secrets masked. */
final class EffectiveConfig {

  private final UnaryOperator<String> mask;

  /**
   * Creates a writer.
   *
   * @param mask replaces, in a text, the secrets that the configuration refers to
   */
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

  /** A key's value as it is shown, before {@code mask} hides the secrets inside of it. */
  static <T> Object shown(Key<T> key, T value) {
    return key.isSecret() ? Masking.MASK : key.type().write(value);
  }

  /** Adds a value, unless it belongs to a section that is null because it is not given. */
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
    // Only this method adds maps to the tree.
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
