package io.servicegroup.config;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A key, declared once: of the configuration, or of a backend's URI, where it is called an option.
 * The declaration decides how the key is read, with its bounds and its default, and what the
 * documentation says of it. For a key of the configuration it also decides what {@code
 * check-config} shows, and whether a change needs a restart. Immutable, for any thread.
 *
 * <p>A technology declares its options in {@link Scheme#options()}, for example
 *
 * <pre>{@code
 * Key.of("db", KeyTypes.integer(0, 99999), "the database").orElse(0).asPlace()
 * }</pre>
 *
 * and asks for their values by {@link BackendUri#get}.
 *
 * @param <T> the type of its values
 */
public final class Key<T> {

  private final String path;
  private final KeyType<T> type;
  private String meaning;
  private String defaultText = "";
  private Function<Values, Optional<T>> defaultValue = values -> Optional.empty();
  private boolean required;
  private boolean secret;
  private boolean reloaded;
  private boolean place;
  private KeyCondition condition;
  private Key<?> partner;

  private Key(String path, KeyType<T> type, String meaning) {
    this.path = path;
    this.type = type;
    this.meaning = meaning;
  }

  /** A copy, which may be changed until it is given away. */
  private Key<T> copy() {
    Key<T> copy = new Key<>(path, type, meaning);
    copy.defaultText = defaultText;
    copy.defaultValue = defaultValue;
    copy.required = required;
    copy.secret = secret;
    copy.reloaded = reloaded;
    copy.place = place;
    copy.condition = condition;
    copy.partner = partner;
    return copy;
  }

  /**
   * Declares a key without a default.
   *
   * @param path an option's name; or the path of a key of the configuration, with placeholders:
   *     {@code services[].group} is in every entry of a list, {@code
   *     liveness.groups.<group>.service_down_time} in every section of a map
   * @param type the values that it takes
   * @param meaning a sentence for whoever sets it, in Markdown
   * @param <T> the Java type of the values
   * @return the key
   */
  public static <T> Key<T> of(String path, KeyType<T> type, String meaning) {
    return new Key<>(path, type, meaning);
  }

  /** The same key with another sentence for whoever sets it, in Markdown. */
  public Key<T> explained(String sentence) {
    Key<T> key = copy();
    key.meaning = sentence;
    return key;
  }

  /** The same key with a default: its value where it is not given. */
  public Key<T> orElse(T value) {
    return orElse("`" + type.write(value) + "`", values -> Optional.of(value));
  }

  /** The same key with a default that depends on other keys, and a text that describes it. */
  Key<T> orElse(String text, Function<Values, Optional<T>> value) {
    Key<T> key = otherwise(text);
    key.defaultValue = value;
    return key;
  }

  /** The same key without a default, and a text, in Markdown, that says what is done then. */
  public Key<T> otherwise(String text) {
    Key<T> key = copy();
    key.defaultText = text;
    return key;
  }

  /** The same key, which has to be given wherever its section is. */
  Key<T> required() {
    Key<T> key = otherwise("required");
    key.required = true;
    return key;
  }

  /** The same key, whose value is never printed. */
  Key<T> secret() {
    Key<T> key = copy();
    key.secret = true;
    return key;
  }

  /** The same key, of which a running agent takes a change when it reloads its configuration. */
  Key<T> reloaded() {
    Key<T> key = copy();
    key.reloaded = true;
    return key;
  }

  /** The same option, of which each value is a place of its own on the same servers. */
  public Key<T> asPlace() {
    Key<T> key = copy();
    key.place = true;
    return key;
  }

  /** Adds the key to a list, after those that its default or its condition reads. */
  Key<T> in(List<Key<?>> keys) {
    keys.add(this);
    return this;
  }

  /**
   * The same key, which may be given beside another one only.
   *
   * @param other a key of the same section or URI
   * @param words the values that the other one may have, given or by default; without any it has to
   *     be given, with whatever value
   */
  public Key<T> onlyWith(Key<?> other, String... words) {
    return when(new KeyCondition(other, List.of(words), true));
  }

  /** The same key, which may not be given beside another one. */
  Key<T> onlyWithout(Key<?> other) {
    return when(new KeyCondition(other, List.of(), false));
  }

  private Key<T> when(KeyCondition required) {
    Key<T> key = copy();
    key.condition = required;
    return key;
  }

  /** The same option, which a URI gives together with another option, or gives neither. */
  public Key<T> togetherWith(Key<?> other) {
    Key<T> key = copy();
    key.partner = other;
    return key;
  }

  /** Where the key stands, for example {@code http.port} or {@code services[].group}. */
  public String path() {
    return path;
  }

  /** The key's name in its section or its URI: the last step of its path. */
  public String name() {
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

  boolean isPlace() {
    return place;
  }

  /** The option that has to be given where this one is. */
  Optional<Key<?>> partner() {
    return Optional.ofNullable(partner);
  }

  /** The key's value where it is not given. */
  Optional<T> defaultValue(Values values) {
    return defaultValue.apply(values);
  }

  /** The key's value, given or by default, in the form in which it is shown. */
  Optional<String> text(Values values) {
    return values.find(this).map(value -> String.valueOf(type.write(value)));
  }

  /** The default for the documentation, in Markdown; empty where there is none. */
  public String defaultText() {
    return defaultText;
  }

  /** The sentence for whoever sets the key, with the keys that it goes with, in Markdown. */
  public String meaning() {
    return condition == null ? meaning : meaning + "; " + condition.text();
  }

  /** The condition under which the key may be given; empty where it always may. */
  Optional<KeyCondition> condition() {
    return Optional.ofNullable(condition);
  }

  /** Whether the key may be given, beside the keys of which the names are given. */
  boolean isMeant(Predicate<String> isThere, Values values) {
    return condition().filter(it -> !it.holds(isThere, values)).isEmpty();
  }

  /** Whether the key that decides if this one may be given is at fault. */
  boolean isUndecided(Predicate<String> isSound) {
    return condition().filter(it -> it.isUndecided(isSound)).isPresent();
  }

  /** The key's path. */
  @Override
  public String toString() {
    return path;
  }
}
