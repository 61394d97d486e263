package io.servicegroup.config;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A map of a configuration while it is read: gives each key's value with its references resolved,
 * and collects what is wrong instead of stopping at it. A faulty key reads as if it were absent, so
 * that reading goes on.
 */
final class Section {

  private final String path;
  private final Set<String> given;
  // With the entries of lists, once they are asked for.
  private final Map<String, Object> values;
  private final Faults faults;
  private final References references;
  private final Map<String, Object> resolved = new HashMap<>();
  private final Set<String> hidden = new HashSet<>();

  Section(String path, Map<String, Object> values, Faults faults, References references) {
    this.path = path;
    this.given = Set.copyOf(values.keySet());
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

  /** From now on nothing but the existence of a key's value is printed. */
  void hide(String key) {
    hidden.add(key);
  }

  /** Says that a key's value is not allowed. */
  void refuse(String key, String rule) {
    Object given = values.get(key);
    faults.add(
        path(key), hidden.contains(key) ? Masking.hidden(given) : Masking.shown(given), rule);
  }

  /** Says that the value a key ended up with is not allowed, be it given or a default. */
  void refuse(String key, String effective, String rule) {
    faults.add(path(key), effective, rule);
  }

  /** A text; a secret that came from a file is read again from there whenever it is needed. */
  Optional<String> text(String key, String allowed) {
    Optional<String> text = text(key, allowed, references::resolve);
    if (hidden.contains(key)) {
      text.ifPresent(secret -> readAgain(key, secret, references::resolve));
    }
    return text;
  }

  /**
   * Remembers where a value came from.
   *
   * @param configured the value as whoever runs will hold it
   * @param read the same value, from the reference
   */
  private void readAgain(String key, String configured, UnaryOperator<String> read) {
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
    return text(key, allowed, references::resolveUri);
  }

  private Optional<String> text(String key, String allowed, Function<String, String> resolve) {
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
    } else if (value instanceof Number || value instanceof Boolean || value instanceof Instant) {
      rule += ", in quotes";
    } else if (value == null) {
      return Optional.empty();
    }
    refuse(key, rule);
    return Optional.empty();
  }

  /** The section under a key; an empty one where there is none. */
  Section section(String key) {
    Object value = value(key);
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

  /** The sections of a map whose keys are not ours to know. */
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
    Object value = value(key);
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
      items.add(name);
    }
    return Optional.of(items);
  }

  boolean isList(String key) {
    return value(key) instanceof List;
  }

  boolean isMap(String key) {
    return value(key) instanceof Map;
  }

  /** A map whose keys are not ours to know: JSON values, with references resolved. */
  Map<String, Object> freeForm(String key) {
    Section section = section(key);
    return new JsonValues(faults, references).map(section.path, section.values);
  }

  /**
   * Reports the keys that are not known. Their values are not printed: a misspelt key's may be a
   * secret.
   */
  void refuseUnknown(Set<String> known) {
    for (Map.Entry<String, Object> entry : values.entrySet()) {
      String key = entry.getKey();
      if (given.contains(key) && !known.contains(key)) {
        faults.add(
            path(Masking.printable(key)),
            Masking.hidden(entry.getValue()),
            "there is no such key; the nearest is %s; allowed are %s"
                .formatted(NearestKey.of(key, known), String.join(", ", known)));
      }
    }
  }

  /** A key's value where it takes something else than a text, which then is read as YAML. */
  Object value(String key) {
    if (!resolved.containsKey(key)) {
      resolved.put(key, resolve(key, values.get(key)));
    }
    return resolved.get(key);
  }

  private Object resolve(String key, Object given) {
    try {
      Object value =
          given instanceof Overriding overriding ? Trees.parse(overriding.text()) : given;
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
