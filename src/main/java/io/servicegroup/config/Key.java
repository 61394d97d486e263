package io.servicegroup.config;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A key of the configuration, declared once. From its declaration come how it is read, with its
 * bounds and its default, that it is known, what {@code check-config} shows of it, whether a change
 * needs a restart, and its row in {@code docs/configuration.md}. Immutable.
 *
 * @param <T> the type of its values
 */
public final class Key<T> {

  private final String path;
  private final KeyType<T> type;
  private final String meaning;
  private String defaultText = "`null`";
  private Function<Values, Optional<T>> absent = values -> Optional.empty();
  private boolean required;
  private boolean secret;
  private boolean reloaded;
  private Condition condition;

  /**
   * When a key is known.
   *
   * @param other a key of the same section, declared before
   * @param words the values that it may have; empty where any will do
   * @param given whether it has to be there, or must not
   * @param text for the documentation, in Markdown
   */
  private record Condition(Key<?> other, List<String> words, boolean given, String text) {

    boolean holds(Section section, Values values) {
      return words.isEmpty()
          ? section.has(other.name()) == given
          : values.find(other).filter(words::contains).isPresent();
    }
  }

  private Key(String path, KeyType<T> type, String meaning) {
    this.path = path;
    this.type = type;
    this.meaning = meaning;
  }

  /** A copy, which may be changed until it is given away. */
  private Key<T> copy() {
    Key<T> copy = new Key<>(path, type, meaning);
    copy.defaultText = defaultText;
    copy.absent = absent;
    copy.required = required;
    copy.secret = secret;
    copy.reloaded = reloaded;
    copy.condition = condition;
    return copy;
  }

  /**
   * Declares a key without a default.
   *
   * @param path its path, with placeholders: {@code services[].group} is in every entry of a list,
   *     {@code liveness.groups.<group>.service_down_time} in every section of a map
   * @param type what it takes
   * @param meaning a sentence for whoever sets it, in Markdown
   */
  static <T> Key<T> of(String path, KeyType<T> type, String meaning) {
    return new Key<>(path, type, meaning);
  }

  /** With a value where it is not given. */
  Key<T> orElse(T value) {
    return orElse("`" + type.writer().apply(value) + "`", values -> Optional.of(value));
  }

  /** With a value that other keys have a say in, where it is not given. */
  Key<T> orElse(String text, Function<Values, Optional<T>> value) {
    Key<T> key = otherwise(text);
    key.absent = value;
    return key;
  }

  /** With what holds where it is not given, which is no value of it. */
  Key<T> otherwise(String text) {
    Key<T> key = copy();
    key.defaultText = text;
    return key;
  }

  /** To be given wherever its section is. */
  Key<T> required() {
    Key<T> key = otherwise("required");
    key.required = true;
    return key;
  }

  /** Never printed. */
  Key<T> secret() {
    Key<T> key = copy();
    key.secret = true;
    return key;
  }

  /** Taken by a running agent when it is told to read its configuration again. */
  Key<T> reloaded() {
    Key<T> key = copy();
    key.reloaded = true;
    return key;
  }

  /** Declares it among others, after those that it reads. */
  Key<T> in(List<Key<?>> keys) {
    keys.add(this);
    return this;
  }

  /** Known beside another key with one of some values; without any, wherever that is given. */
  Key<T> onlyWith(Key<?> other, String... words) {
    String text =
        Stream.of(words)
            .map(word -> "`" + word + "`")
            .collect(Collectors.joining(", ", "with `" + other.name() + "` ", ""))
            .strip();
    return when(new Condition(other, List.of(words), true, text + " only"));
  }

  /** Not known beside another key. */
  Key<T> onlyWithout(Key<?> other) {
    return when(new Condition(other, List.of(), false, "not with `" + other.name() + "`"));
  }

  private Key<T> when(Condition required) {
    Key<T> key = copy();
    key.condition = required;
    return key;
  }

  /**
   * Where it stands.
   *
   * @return its path, for example {@code http.port} or {@code services[].group}
   */
  public String path() {
    return path;
  }

  /** Its last step. */
  String name() {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  /** Whether it stands in an entry of a list or of a map whose keys are not ours. */
  boolean isInEntry() {
    return path.indexOf('[') >= 0 || path.indexOf('<') >= 0;
  }

  KeyType<T> type() {
    return type;
  }

  boolean isRequired() {
    return required;
  }

  boolean isSecret() {
    return secret;
  }

  boolean isReloaded() {
    return reloaded;
  }

  /** Its value where it is not given. */
  Optional<T> absent(Values values) {
    return absent.apply(values);
  }

  /** Its default for the documentation, in Markdown. */
  String defaultText() {
    return defaultText;
  }

  /** The sentence of the documentation, with what the key goes with, in Markdown. */
  String meaning() {
    if (condition == null) {
      return meaning;
    }
    return meaning.isEmpty() ? condition.text : meaning + "; " + condition.text;
  }

  /** Whether nobody knows if it is meant, since the key that decides about it is at fault. */
  boolean isUndecided(Section section) {
    return condition != null
        && !condition.words.isEmpty()
        && !section.isSound(condition.other.name());
  }

  /** Whether its value counts here. */
  boolean isMeant(Section section, Values values) {
    return condition == null || condition.holds(section, values);
  }

  /** The key's path. */
  @Override
  public String toString() {
    return path;
  }
}
