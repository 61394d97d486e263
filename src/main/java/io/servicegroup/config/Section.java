package io.servicegroup.config;

import io.servicegroup.model.Durations;
import io.servicegroup.model.MemberId;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A map of a configuration while it is read: gives each key's value in its type, and collects what
 * is wrong instead of stopping at it. A faulty key reads as if it were absent, so that reading goes
 * on; whoever has read every key asks for {@link #refuseUnknown}.
 */
final class Section {

  private final String path;
  private final Map<String, Object> values;
  private final Faults faults;
  private final References references;
  private final Set<String> known = new LinkedHashSet<>();

  Section(String path, Map<String, Object> values, Faults faults, References references) {
    this.path = path;
    this.values = new LinkedHashMap<>(values);
    this.faults = faults;
    this.references = references;
  }

  /** The path of a key of this section. */
  String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  boolean isSound(String... keys) {
    for (String key : keys) {
      if (faults.has(path(key))) {
        return false;
      }
    }
    return true;
  }

  /** The keys that are there, of a map whose keys are not ours to know. */
  List<String> keys() {
    return List.copyOf(values.keySet());
  }

  boolean has(String key) {
    return values.get(key) != null;
  }

  /** Says that a key's value is not allowed. */
  void refuse(String key, String rule) {
    known.add(key);
    faults.add(path(key), Masking.shown(values.get(key)), rule);
  }

  /** Says that a secret's value is not allowed. */
  void refuseSecret(String key, String rule) {
    faults.add(path(key), Masking.hidden(values.get(key)), rule);
  }

  /** Says that the value a key ended up with is not allowed, be it given or a default. */
  void refuse(String key, String effective, String rule) {
    faults.add(path(key), effective, rule);
  }

  Optional<String> text(String key, String allowed) {
    return text(key, allowed, references::resolve, false);
  }

  /** A text of which only the reference may be printed. */
  Optional<String> secret(String key, String allowed) {
    Optional<String> secret = text(key, allowed, references::resolve, true);
    secret.ifPresent(text -> readAgain(key, text, references::resolve));
    return secret;
  }

  /**
   * A value that came from a file is read again from there whenever it is needed.
   *
   * @param configured the value as whoever runs will hold it
   * @param read the same value, from the reference
   */
  void readAgain(String key, String configured, UnaryOperator<String> read) {
    Object value = values.get(key);
    String raw = value instanceof Overriding overriding ? overriding.text() : (String) value;
    if (references.readsFile(raw)) {
      references.whenSound(() -> Secrets.readAgain(path(key), configured, () -> read.apply(raw)));
    }
  }

  /** A URI of which a file holds a part is read again whenever it is needed. */
  void readUriAgain(String key, BackendUri configured) {
    readAgain(key, configured.text(), raw -> BackendUri.parse(references.resolveUri(raw)).text());
  }

  Optional<String> uri(String key, String allowed) {
    return text(key, allowed, references::resolveUri, false);
  }

  private Optional<String> text(
      String key, String allowed, Function<String, String> resolve, boolean secret) {
    known.add(key);
    Object value = values.get(key);
    if (value instanceof Overriding overriding) {
      value = overriding.text().matches("null|~") ? null : overriding.text();
    }
    String rule = "allowed is " + allowed;
    if (value instanceof String text) {
      try {
        return Optional.of(resolve.apply(text));
      } catch (IllegalArgumentException e) {
        rule = e.getMessage();
      }
    } else if (value instanceof Number || value instanceof Boolean) {
      rule += ", in quotes";
    } else if (value == null) {
      return Optional.empty();
    }
    Object given = values.get(key);
    faults.add(path(key), secret ? Masking.hidden(given) : Masking.shown(given), rule);
    return Optional.empty();
  }

  /** A name that the catalogue can store. */
  Optional<String> name(String key) {
    return name(key, MemberId::requireName);
  }

  /** A name that has to be there. */
  Optional<String> requiredName(String key) {
    return required(key, name(key));
  }

  /** The name of a group or host. */
  Optional<String> addressable(String key) {
    return name(key, MemberId::requireAddressable);
  }

  /** The name of a group or host that has to be there. */
  Optional<String> requiredAddressable(String key) {
    return required(key, addressable(key));
  }

  private Optional<String> required(String key, Optional<String> name) {
    if (name.isEmpty() && isSound(key)) {
      refuse(key, "allowed is a name of 1 to 255 characters");
    }
    return name;
  }

  private Optional<String> name(String key, BinaryOperator<String> rule) {
    return text(key, "a name of 1 to 255 characters").filter(name -> isName(key, name, rule));
  }

  private boolean isName(String key, String name, BinaryOperator<String> rule) {
    try {
      rule.apply(key, name);
      return true;
    } catch (IllegalArgumentException e) {
      refuse(key, e.getMessage());
      return false;
    }
  }

  boolean flag(String key, boolean absent) {
    Object value = typed(key);
    if (value == null || value instanceof Boolean) {
      return value == null ? absent : (Boolean) value;
    }
    refuse(key, "allowed is true or false");
    return absent;
  }

  Optional<Integer> integer(String key, int min, int max) {
    return whole(key, min, max).map(Math::toIntExact);
  }

  /** A whole number; the bounds, which a double has to hold exactly, are allowed. */
  Optional<Long> whole(String key, long min, long max) {
    String allowed = "an integer from " + min + " to " + max;
    Optional<BigDecimal> number = number(key, allowed, min, max);
    if (number.isPresent() && number.get().stripTrailingZeros().scale() > 0) {
      refuse(key, "allowed is " + allowed);
      return Optional.empty();
    }
    return number.map(BigDecimal::longValueExact);
  }

  /** A number; the bounds are allowed. */
  Optional<BigDecimal> number(String key, String allowed, double min, double max) {
    Object value = typed(key);
    if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
      BigDecimal exact = new BigDecimal(number.toString());
      if (exact.compareTo(new BigDecimal(min)) >= 0 && exact.compareTo(new BigDecimal(max)) <= 0) {
        return Optional.of(exact);
      }
    }
    if (value != null) {
      refuse(key, "allowed is " + allowed);
    }
    return Optional.empty();
  }

  /** A duration; the bounds are allowed. */
  Optional<Duration> duration(String key, Duration min, Duration max) {
    Object value = typed(key);
    if (value == null) {
      return Optional.empty();
    }
    Optional<Duration> duration =
        value instanceof String text ? Durations.parse(text) : Optional.empty();
    if (duration.isEmpty()
        || duration.get().compareTo(min) < 0
        || duration.get().compareTo(max) > 0) {
      refuse(
          key,
          "allowed is a duration from %s to %s, such as 250ms, 5s or 2m"
              .formatted(Durations.text(min), Durations.text(max)));
      return Optional.empty();
    }
    return duration;
  }

  /** One of some words. */
  <E> E choice(String key, E absent, Map<String, E> words) {
    return choice(key, absent, words, "one of " + String.join(", ", words.keySet()));
  }

  /** One of a few words, where more than words are allowed. */
  <E> E choice(String key, E absent, Map<String, E> words, String allowed) {
    Optional<String> word = text(key, allowed);
    if (word.isPresent() && !words.containsKey(word.get())) {
      refuse(key, "allowed is " + allowed);
    }
    return word.map(words::get).orElse(absent);
  }

  /** The section under a key; an empty one where there is none. */
  Section section(String key) {
    Object value = typed(key);
    if (value != null && !(value instanceof Map)) {
      refuse(key, "allowed is a map");
    }
    Map<String, Object> child = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((name, item) -> child.put((String) name, item));
    }
    // What is no map is one fault, and not another for each key that it therefore lacks.
    boolean isMap = value == null || value instanceof Map;
    return new Section(path(key), child, isMap ? faults : new Faults(), references);
  }

  /** The sections under the keys of a map whose keys are not ours to know. */
  Map<String, Section> sections(String key) {
    Section parent = section(key);
    Map<String, Section> sections = new LinkedHashMap<>();
    parent.values.keySet().forEach(name -> sections.put(name, parent.section(name)));
    return sections;
  }

  /**
   * The entries of a list, as keys of this section ({@code services[0]}); empty where there is no
   * list.
   */
  Optional<List<String>> items(String key, String allowed) {
    Object value = typed(key);
    if (!(value instanceof List<?> list)) {
      if (value != null) {
        refuse(key, "allowed is " + allowed);
      }
      return Optional.empty();
    }
    List<String> items = new ArrayList<>();
    for (Object item : list) {
      String name = key + "[" + items.size() + "]";
      values.put(name, item);
      known.add(name);
      items.add(name);
    }
    return Optional.of(items);
  }

  boolean isList(String key) {
    return typed(key) instanceof List;
  }

  boolean isMap(String key) {
    return typed(key) instanceof Map;
  }

  /** A map whose keys are not ours to know: JSON values, with references resolved. */
  Map<String, Object> freeForm(String key) {
    Section section = section(key);
    return new JsonValues(faults, references).map(section.path, section.values);
  }

  /**
   * Reports the keys that nobody asked for. Their values are not printed: a misspelt key's may be a
   * secret.
   */
  void refuseUnknown() {
    List<String> allowed = known.stream().filter(key -> !key.contains("[")).sorted().toList();
    for (Map.Entry<String, Object> entry : values.entrySet()) {
      if (!known.contains(entry.getKey())) {
        faults.add(
            path(Masking.printable(entry.getKey())),
            Masking.hidden(entry.getValue()),
            "there is no such key; the nearest is %s; allowed are %s"
                .formatted(NearestKey.of(entry.getKey(), allowed), String.join(", ", allowed)));
      }
    }
  }

  /** A key's value where it takes something else than a text, which then is read as YAML. */
  private Object typed(String key) {
    known.add(key);
    Object value = values.get(key);
    try {
      if (value instanceof Overriding overriding) {
        value = Trees.parse(overriding.text());
      }
      return value instanceof String text && references.isIn(text)
          ? scalar(references.resolve(text))
          : value;
    } catch (IllegalArgumentException e) {
      if (isSound(key)) {
        refuse(key, e.getMessage());
      }
      return null;
    }
  }

  private static Object scalar(String text) {
    Object value = Trees.parse(text);
    return value instanceof Map || value instanceof List ? text : value;
  }
}
