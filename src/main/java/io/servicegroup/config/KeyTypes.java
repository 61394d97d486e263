package io.servicegroup.config;

import static io.servicegroup.config.KeyType.value;

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

/** The types of the values of keys, for the configuration and for the options of URIs. */
public final class KeyTypes {

  private static final String NAME = "1–255 characters, none of control or direction";
  private static final BigDecimal LEAST_SECONDS = new BigDecimal("0.001");
  private static final BigDecimal MOST_SECONDS = new BigDecimal(9_999_999);

  /** A map whose keys are declared themselves. Its value only says that the map exists. */
  static final KeyType<Boolean> SECTION =
      value(
          "a map",
          "a map",
          value -> value instanceof Map ? Optional.of(true) : Optional.empty(),
          exists -> new LinkedHashMap<>());

  private KeyTypes() {}

  /** A text that stands for something; {@code parse} gives nothing for what is not allowed. */
  static <T> KeyType<T> parsed(String rule, String allowed, Function<String, Optional<T>> parse) {
    return KeyType.text(rule, allowed, (key, text) -> parse.apply(text), Object::toString);
  }

  /**
   * A text that keeps a rule.
   *
   * @param rule what is allowed, as it stands after "allowed is" or "has to be" in a message
   * @param allowed the same for the documentation, in Markdown
   * @param isAllowed whether a text keeps the rule
   */
  public static KeyType<String> text(String rule, String allowed, Predicate<String> isAllowed) {
    return parsed(rule, allowed, text -> Optional.of(text).filter(isAllowed));
  }

  /** A text of visible ASCII characters. */
  static KeyType<String> visible(String rule, String allowed) {
    return text(
        rule, allowed, text -> !text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c <= '~'));
  }

  /** A word of letters, digits and a few signs, such as a prefix of names in a store. */
  public static KeyType<String> word() {
    String rule = "1 to 255 letters, digits and . _ - :";
    return text(rule, rule, text -> text.matches("[\\w.:-]{1,255}"));
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
    return KeyType.text(
        "a name of 1 to 255 characters",
        allowed,
        (key, text) -> Optional.of(check.apply(key, text)),
        name -> name);
  }

  /** {@code true} or {@code false}. */
  public static KeyType<Boolean> flag() {
    return value(
        "true or false",
        "`true`, `false`",
        value -> value instanceof Boolean flag ? Optional.of(flag) : Optional.empty(),
        Function.identity());
  }

  /** A duration with its unit, as in {@code 5s}; the bounds, in the same form, are allowed. */
  public static KeyType<Duration> duration(String min, String max) {
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

  /** A number of seconds. */
  public static KeyType<Duration> seconds() {
    return value(
        "a positive number of seconds up to 9999999, such as 30 or 2.5",
        "seconds",
        value ->
            number(value)
                .filter(it -> it.compareTo(LEAST_SECONDS) >= 0 && it.compareTo(MOST_SECONDS) <= 0)
                .map(it -> Duration.ofMillis(it.movePointRight(3).longValue())),
        it -> BigDecimal.valueOf(it.toMillis(), 3).stripTrailingZeros().toPlainString());
  }

  /** A whole number; the bounds are allowed. */
  static KeyType<Long> whole(long min, long max) {
    return integer(min, max, BigDecimal::longValueExact);
  }

  /** A whole number that an {@code int} can hold; the bounds are allowed. */
  public static KeyType<Integer> integer(int min, int max) {
    return integer(min, max, BigDecimal::intValueExact);
  }

  private static <T> KeyType<T> integer(long min, long max, Function<BigDecimal, T> exact) {
    return value(
        "an integer from " + min + " to " + max,
        min + "–" + max,
        value ->
            number(value)
                .filter(it -> it.stripTrailingZeros().scale() <= 0)
                .filter(it -> it.compareTo(BigDecimal.valueOf(min)) >= 0)
                .filter(it -> it.compareTo(BigDecimal.valueOf(max)) <= 0)
                .map(exact),
        Function.identity());
  }

  /** The port of a server. */
  public static KeyType<Integer> port() {
    return integer(1, HostPort.LARGEST_PORT);
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

  /** A host and its port. */
  public static KeyType<BackendUri.Host> address() {
    return parsed(
        "host:port, as in \"127.0.0.1:9696\"",
        "`\"host:port\"`",
        text -> Optional.of(HostPort.parse(text, 0)));
  }

  /** A map of JSON values whose keys nobody declares. */
  static KeyType<Map<String, Object>> freeForm() {
    return KeyType.composite(
        "a map",
        "a map",
        (section, key, reading) ->
            section.has(key) ? Optional.of(section.freeForm(key)) : Optional.empty(),
        Function.identity());
  }

  /** The path of a file, which need not exist yet. */
  static KeyType<Path> path() {
    return path("the path of a file", "the path of a file");
  }

  /** The path of a PEM file, which has to be readable when the configuration is read. */
  public static KeyType<Path> pemFile() {
    return path("the path of a readable PEM file", "the path of a PEM file")
        .needing(file -> FileFault.ofReading(file.toString()));
  }

  private static KeyType<Path> path(String rule, String allowed) {
    return parsed(
        rule,
        allowed,
        text -> {
          try {
            return Optional.of(text).filter(it -> !it.isBlank()).map(Path::of);
          } catch (InvalidPathException e) {
            return Optional.empty();
          }
        });
  }

  /** One of the words of an enum. */
  static <E extends Enum<E>> KeyType<E> words(Class<E> type) {
    return words(EnumText.all(type), Map.of(), EnumText::of);
  }

  /** One of a few words, which stand for themselves. */
  public static KeyType<String> words(List<String> words) {
    Map<String, String> themselves = new LinkedHashMap<>();
    words.forEach(word -> themselves.put(word, word));
    return words(themselves, Map.of(), Function.identity());
  }

  /**
   * One of a few words.
   *
   * @param notYet words that a user may expect, each with the reason why it is not allowed
   */
  static <E> KeyType<E> words(
      Map<String, E> words, Map<String, String> notYet, Function<E, ?> writer) {
    String rule = (words.size() == 1 ? "" : "one of ") + String.join(", ", words.keySet());
    return KeyType.text(
        rule,
        words.keySet().stream().map(word -> "`" + word + "`").collect(Collectors.joining(", ")),
        (key, word) -> {
          if (notYet.containsKey(word)) {
            throw new IllegalArgumentException(notYet.get(word) + "; allowed is " + rule);
          }
          return Optional.ofNullable(words.get(word));
        },
        writer);
  }

  /** A list of entries of one type; an option is given once for each entry. */
  public static <T> KeyType<List<T>> list(KeyType<T> entry) {
    return KeyType.list(entry);
  }
}
