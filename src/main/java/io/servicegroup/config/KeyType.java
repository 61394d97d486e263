package io.servicegroup.config;

import io.servicegroup.model.Durations;
import io.servicegroup.model.EnumText;
import io.servicegroup.model.MemberId;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What a key of the configuration takes: how its value is read, with its bounds, and how it is
 * written again.
 *
 * @param rule what is allowed, for a message, after "allowed is "
 * @param allowed the same for the documentation, in Markdown
 * @param reader reads the value
 * @param writer what {@code check-config} shows of a value
 */
record KeyType<T>(String rule, String allowed, Reader<T> reader, Function<T, ?> writer) {

  private static final String NAME = "1–255 characters, none of control or direction";

  /** A map whose keys are declared for themselves; its value says that it is there. */
  static final KeyType<Boolean> SECTION =
      value(
          "a map",
          "a map",
          value -> value instanceof Map ? Optional.of(true) : Optional.empty(),
          isThere -> new LinkedHashMap<>());

  /** Reads a value in its section. */
  @FunctionalInterface
  interface Reader<T> {
    /** Empty where there is no value, or where it is at fault, which the section was then told. */
    Optional<T> read(Section section, String key, KeyReader reading);
  }

  /** A duration; the bounds are allowed. */
  static KeyType<Duration> duration(String min, String max) {
    Duration least = Durations.parse(min).orElseThrow();
    Duration most = Durations.parse(max).orElseThrow();
    return value(
        "a duration from %s to %s, such as 250ms, 5s or 60s".formatted(min, max),
        "`%s`–`%s`".formatted(min, max),
        value ->
            (value instanceof String text ? Durations.parse(text) : Optional.<Duration>empty())
                .filter(given -> given.compareTo(least) >= 0 && given.compareTo(most) <= 0),
        Durations::text);
  }

  /** A whole number; the bounds are allowed. */
  static KeyType<Long> whole(long min, long max) {
    return value(
        "an integer from " + min + " to " + max,
        min + "–" + max,
        value ->
            number(value)
                .filter(it -> it.stripTrailingZeros().scale() <= 0)
                .filter(it -> it.compareTo(BigDecimal.valueOf(min)) >= 0)
                .filter(it -> it.compareTo(BigDecimal.valueOf(max)) <= 0)
                .map(BigDecimal::longValueExact),
        Function.identity());
  }

  /** A whole number that is no larger than an {@code int}; the bounds are allowed. */
  static KeyType<Integer> integer(int min, int max) {
    KeyType<Long> whole = whole(min, max);
    return new KeyType<>(
        whole.rule,
        whole.allowed,
        (section, key, reading) -> whole.reader.read(section, key, reading).map(Math::toIntExact),
        value -> value);
  }

  /** A part of a whole. */
  static KeyType<Double> share() {
    return value(
        "a number greater than 0, up to 1",
        "greater than 0, up to 1",
        value ->
            number(value)
                .filter(it -> it.signum() > 0 && it.compareTo(BigDecimal.ONE) <= 0)
                .map(BigDecimal::doubleValue),
        Function.identity());
  }

  private static Optional<BigDecimal> number(Object value) {
    return value instanceof Number number && Double.isFinite(number.doubleValue())
        ? Optional.of(new BigDecimal(number.toString()))
        : Optional.empty();
  }

  static KeyType<Boolean> flag() {
    return value(
        "true or false",
        "`true`, `false`",
        value -> value instanceof Boolean flag ? Optional.of(flag) : Optional.empty(),
        Function.identity());
  }

  /** A map whose keys are not ours to know, of what JSON knows. */
  static KeyType<Map<String, Object>> freeForm() {
    return new KeyType<>(
        "a map",
        "a map",
        (section, key, reading) ->
            section.has(key) ? Optional.of(section.freeForm(key)) : Optional.empty(),
        value -> value);
  }

  /** A value that is no text: {@code parse} gives nothing where it is not allowed. */
  private static <T> KeyType<T> value(
      String rule, String allowed, Function<Object, Optional<T>> parse, Function<T, ?> writer) {
    return new KeyType<>(
        rule,
        allowed,
        (section, key, reading) -> {
          Object given = section.value(key);
          Optional<T> value = given == null ? Optional.empty() : parse.apply(given);
          if (given != null && value.isEmpty()) {
            section.refuse(key, "allowed is " + rule);
          }
          return value;
        },
        writer);
  }

  /**
   * A text.
   *
   * @param parse throws an {@code IllegalArgumentException} with a sentence, where it is not
   *     allowed
   */
  static <T> KeyType<T> parsed(String rule, String allowed, Function<String, T> parse) {
    return new KeyType<>(
        rule,
        allowed,
        (section, key, reading) -> {
          try {
            return section.text(key, rule).map(parse);
          } catch (IllegalArgumentException e) {
            section.refuse(key, e.getMessage());
            return Optional.empty();
          }
        },
        Object::toString);
  }

  /** A text that keeps a rule. */
  static KeyType<String> text(String rule, String allowed, Predicate<String> isAllowed) {
    return parsed(
        rule,
        allowed,
        text -> {
          if (!isAllowed.test(text)) {
            throw new IllegalArgumentException("allowed is " + rule);
          }
          return text;
        });
  }

  /** A text of visible ASCII characters. */
  static KeyType<String> visible(String rule, String allowed) {
    return text(
        rule, allowed, text -> !text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c <= '~'));
  }

  /** A name that the catalogue can store. */
  static KeyType<String> name() {
    return name(NAME, MemberId::requireName);
  }

  /** The name of a group or host. */
  static KeyType<String> addressable() {
    return name(NAME + ", not `.` or `..`", MemberId::requireAddressable);
  }

  private static KeyType<String> name(String allowed, BinaryOperator<String> check) {
    String rule = "a name of 1 to 255 characters";
    return new KeyType<>(
        rule,
        allowed,
        (section, key, reading) ->
            parsed(rule, allowed, text -> check.apply(key, text))
                .reader
                .read(section, key, reading),
        name -> name);
  }

  /** The path of a file, which need not be there yet. */
  static KeyType<Path> path() {
    String rule = "the path of a file";
    return parsed(
        rule,
        rule,
        text -> {
          try {
            if (!text.isBlank()) {
              return Path.of(text);
            }
          } catch (InvalidPathException e) {
            // Said below: no path is no better than a blank one.
          }
          throw new IllegalArgumentException("allowed is " + rule);
        });
  }

  /** The path of a file that can be read now. */
  static KeyType<Path> pemFile() {
    String rule = "the path of a readable PEM file";
    return parsed(
        rule,
        "the path of a PEM file",
        text -> {
          FileFault.ofReading(text)
              .ifPresent(
                  why -> {
                    throw new IllegalArgumentException(why + "; allowed is " + rule);
                  });
          return Path.of(text);
        });
  }

  /** One of the words of an enum. */
  static <E extends Enum<E>> KeyType<E> words(Class<E> type) {
    return words(EnumText.all(type), Map.of(), EnumText::of);
  }

  /** One of a few words, which stand for themselves. */
  static KeyType<String> words(List<String> words) {
    Map<String, String> themselves = new LinkedHashMap<>();
    words.forEach(word -> themselves.put(word, word));
    return words(themselves, Map.of(), Function.identity());
  }

  /**
   * One of a few words.
   *
   * @param notYet words that somebody may expect, with why there are none
   */
  static <E> KeyType<E> words(
      Map<String, E> words, Map<String, String> notYet, Function<E, ?> writer) {
    String rule =
        words.size() == 1
            ? words.keySet().iterator().next()
            : "one of " + String.join(", ", words.keySet());
    KeyType<E> type =
        parsed(
            rule,
            words.keySet().stream().map(word -> "`" + word + "`").collect(Collectors.joining(", ")),
            word -> {
              if (!words.containsKey(word)) {
                String why = notYet.containsKey(word) ? notYet.get(word) + "; " : "";
                throw new IllegalArgumentException(why + "allowed is " + rule);
              }
              return words.get(word);
            });
    return new KeyType<>(type.rule, type.allowed, type.reader, writer);
  }
}
