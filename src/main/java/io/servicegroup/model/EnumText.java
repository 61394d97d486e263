package io.servicegroup.model;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Writes and reads an enum's constants as texts outside of Java: their names in lower case. */
public final class EnumText {

  private EnumText() {}

  /**
   * Writes a constant.
   *
   * @param constant for example {@code HEARTBEAT_TIMEOUT}
   * @return for example {@code heartbeat_timeout}
   */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads what {@link #of} wrote.
   *
   * @param type the enum
   * @param text a text in lower case
   * @param <E> the enum
   * @return the constant
   * @throws IllegalArgumentException where the enum has none of that name
   */
  public static <E extends Enum<E>> E parse(Class<E> type, String text) {
    return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
  }

  /**
   * Lists an enum's texts.
   *
   * @param type the enum
   * @param <E> the enum
   * @return its constants by their texts, in the order in which they are declared
   */
  public static <E extends Enum<E>> Map<String, E> all(Class<E> type) {
    Map<String, E> texts = new LinkedHashMap<>();
    for (E constant : type.getEnumConstants()) {
      texts.put(of(constant), constant);
    }
    return texts;
  }
}
