package io.servicegroup.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The values that a key takes: how they are read, which of them are allowed, and how they are
 * written again. A key of the configuration and an option of a backend's URI have the same types;
 * the value of the first comes from YAML, that of the second from a text. {@link KeyTypes} has the
 * types that there are. Immutable, for any thread.
 *
 * @param <T> the Java type of the values
 */
public final class KeyType<T> {

  private final String rule;
  private final String allowed;
  private final Reader<T> reader;
  private final Parser<T> parser;
  private final Function<T, ?> writer;
  private final Function<T, Optional<String>> obstacle;

  /** Reads a value of the configuration. */
  @FunctionalInterface
  interface Reader<T> {
    /** Empty where there is no value, or where it is at fault, which the section was then told. */
    Optional<T> read(Section section, String key, KeyReader reading);
  }

  /** Reads a value that is given as a text. */
  @FunctionalInterface
  interface Parser<T> {
    /**
     * Reads a text.
     *
     * @return the value; empty where the text breaks the type's rule
     * @throws IllegalArgumentException with a sentence that says more than the rule does
     */
    Optional<T> parse(String key, String text);
  }

  /** Reads the entries of a list, between which there are separators. */
  private record ListParser<T>(KeyType<T> entry) implements Parser<List<T>> {
    @Override
    public Optional<List<T>> parse(String key, String text) {
      List<T> entries = new ArrayList<>();
      for (String one : text.split(UriOptionsReader.SEPARATOR, -1)) {
        Optional<T> value = entry.parse(key, one);
        if (value.isEmpty()) {
          return Optional.empty();
        }
        entries.add(value.get());
      }
      return Optional.of(entries);
    }
  }

  private KeyType(
      String rule,
      String allowed,
      Reader<T> reader,
      Parser<T> parser,
      Function<T, ?> writer,
      Function<T, Optional<String>> obstacle) {
    this.rule = rule;
    this.allowed = allowed;
    this.reader = reader;
    this.parser = parser;
    this.writer = writer;
    this.obstacle = obstacle;
  }

  /**
   * A type whose values have parts, which are read one by one, so that no option can have it.
   *
   * @param rule what is allowed, as it stands after "allowed is" or "has to be" in a message
   * @param allowed the same for the documentation, in Markdown
   * @param writer gives a value as {@code check-config} shows it
   */
  static <T> KeyType<T> composite(
      String rule, String allowed, Reader<T> reader, Function<T, ?> writer) {
    return new KeyType<>(
        rule, allowed, reader, (key, text) -> Optional.empty(), writer, value -> Optional.empty());
  }

  /** A type whose values are texts in YAML. */
  static <T> KeyType<T> text(String rule, String allowed, Parser<T> parser, Function<T, ?> writer) {
    return new KeyType<>(
        rule,
        allowed,
        (section, key, reading) ->
            section
                .text(key, rule)
                .flatMap(text -> accepted(section, key, rule, () -> parser.parse(key, text))),
        parser,
        writer,
        value -> Optional.empty());
  }

  /**
   * A type whose values are numbers, truth values or maps in YAML.
   *
   * @param parse gives nothing for what is not allowed
   */
  static <T> KeyType<T> value(
      String rule, String allowed, Function<Object, Optional<T>> parse, Function<T, ?> writer) {
    return new KeyType<>(
        rule,
        allowed,
        (section, key, reading) ->
            Optional.ofNullable(section.value(key))
                .flatMap(given -> accepted(section, key, rule, () -> parse.apply(given))),
        (key, text) -> parse.apply(UriOptionsReader.scalar(text)),
        writer,
        value -> Optional.empty());
  }

  private static <T> Optional<T> accepted(
      Section section, String key, String rule, Supplier<Optional<T>> parse) {
    String fault = "allowed is " + rule;
    try {
      Optional<T> value = parse.get();
      if (value.isPresent()) {
        return value;
      }
    } catch (IllegalArgumentException e) {
      fault = e.getMessage();
    }
    section.refuse(key, fault);
    return Optional.empty();
  }

  /** A list; an option of this type is given once for each entry. */
  static <T> KeyType<List<T>> list(KeyType<T> entry) {
    return new KeyType<>(
        entry.rule,
        "a list",
        (section, key, reading) ->
            section.items(key, "a list").map(items -> entry.readEach(section, items, reading)),
        new ListParser<>(entry),
        entries -> entries.stream().map(entry::write).toList(),
        entries -> Optional.empty());
  }

  private List<T> readEach(Section section, List<String> items, KeyReader reading) {
    List<T> entries = new ArrayList<>();
    for (String item : items) {
      read(section, item, reading).ifPresent(entries::add);
      if (!section.has(item)) {
        section.refuse(item, "allowed is " + rule);
      }
    }
    return entries;
  }

  /**
   * The same type, whose values also need something of this machine.
   *
   * @param missing says what this machine lacks for a value; empty where it lacks nothing
   */
  KeyType<T> needing(Function<T, Optional<String>> missing) {
    return new KeyType<>(rule, allowed, reader, parser, writer, missing);
  }

  /** What is allowed, as it stands after "allowed is" or "has to be" in a message. */
  String rule() {
    return rule;
  }

  /** What is allowed, for the documentation, in Markdown. */
  String allowed() {
    return allowed;
  }

  /** Reads a value of the configuration; empty where there is none, or where it was refused. */
  Optional<T> read(Section section, String key, KeyReader reading) {
    Optional<T> value = reader.read(section, key, reading);
    Optional<String> obstacle = value.flatMap(this::obstacle);
    obstacle.ifPresent(sentence -> section.refuse(key, sentence));
    return obstacle.isPresent() ? Optional.empty() : value;
  }

  /** Whether an option may be given several times. */
  boolean isList() {
    return parser instanceof ListParser;
  }

  /**
   * Reads the value of an option.
   *
   * @return the value; empty where the text breaks {@link #rule()}
   * @throws IllegalArgumentException with a sentence that says more than the rule does
   */
  Optional<T> parse(String key, String text) {
    return parser.parse(key, text);
  }

  /** Why this machine cannot use a value that is allowed. May block: files are looked at. */
  Optional<String> obstacle(T value) {
    return obstacle.apply(value).map(why -> why + "; allowed is " + rule);
  }

  /** A value in the form in which {@code check-config} shows it. */
  Object write(T value) {
    return writer.apply(value);
  }
}
