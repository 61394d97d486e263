package io.servicegroup.config;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The words that stand for an enum's constants in a configuration. */
final class Words {

  private Words() {}

  static <E extends Enum<E>> Map<String, E> of(Class<E> type) {
    Map<String, E> words = new LinkedHashMap<>();
    for (E constant : type.getEnumConstants()) {
      words.put(of(constant), constant);
    }
    return words;
  }

  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
