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
 * A map of a configuration while it is read. It gives the value of each key, with secrets in the
 * place of references, and collects the faults. A key at fault reads as if it were missing, so that
 * the reading goes on.
 */
final class Section {

  private final String path;
  private final Set<String> given;
  // Entries of lists are added when they are asked for, under names such as services[0].
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

  /** The keys that are given, for a map whose keys nobody declares. */
  List<String> keys() {
    return List.copyOf(values.keySet());
  }

  boolean has(String key) {
    return values.get(key) != null;
  }

  /** Marks a key as secret: no message prints its value. */
  void hide(String key) {
    hidden.add(key);
  }

  /** Adds a fault: the value that a key was given is not allowed. */
  void refuse(String key, String rule) {
    Object given = values.get(key);
    faults.add(
        path(key), hidden.contains(key) ? Masking.hidden(given) : Masking.shown(given), rule);
  }

  /** Adds a fault: the value that a key has, given or by default, is not allowed. */
  void refuse(String key, String effective, String rule) {
    faults.add(path(key), effective, rule);
  }

  /** A text. A secret that came from a file is read again whenever it is asked for. */
  Optional<String> text(String key, String allowed) {
    Optional<String> text = text(key, allowed, references::resolve);
    if (hidden.contains(key)) {
      text.ifPresent(secret -> readAgain(key, secret, references::resolve));
    }
    return text;
  }

  /**
   * Makes a value that came from a file be read again whenever it is asked for.
   *
   * @param configured the value with which the parts of the agent are started
   * @param read reads the value from the text that has the references
   */
  private void readAgain(String key, String configured, UnaryOperator<String> read) {
    Object value = values.get(key);
    String raw = value instanceof OverridingText overriding ? overriding.text() : (String) value;
    if (references.readsFile(raw)) {
      references.whenConfirmed(
          () -> Secrets.readAgain(path(key), configured, () -> read.apply(raw)));
    }
  }

  /** Makes a URI that came in part from a file be read again whenever it is asked for. */
  void readUriAgain(String key, BackendUri configured) {
    readAgain(key, configured.text(), raw -> BackendUri.parse(references.resolveUri(raw)).text());
  }

  Optional<String> uri(String key, String allowed) {
    return text(key, allowed, references::resolveUri);
  }

  private Optional<String> text(String key, String allowed, Function<String, String> resolve) {
    Object value = values.get(key);
    if (value instanceof OverridingText overriding) {
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
    // A value that is no map is one fault; that it has none of the keys is no further fault.
    boolean isMap = value == null || value instanceof Map;
    return new Section(path(key), child, isMap ? faults : new Faults(), references);
  }

  /** The sections of a map whose keys are names. */
  Map<String, Section> sections(String key) {
    Section parent = section(key);
    Map<String, Section> sections = new LinkedHashMap<>();
    parent.values.keySet().forEach(name -> sections.put(name, parent.section(name)));
    return sections;
  }

  /**
   * The entries of a list, as keys of this section such as {@code services[0]}; empty where there
   * is no list.
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

  /** A map of JSON values whose keys nobody declares, with secrets in the place of references. */
  Map<String, Object> freeForm(String key) {
    Section section = section(key);
    return new JsonValues(faults, references).map(section.path, section.values);
  }

  /**
   * Adds a fault for each key that is not known. No message prints its value, which may be a secret
   * under a mistyped name.
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

  /** The value of a key whose type is no text: a text that sets it is read as YAML. */
  Object value(String key) {
    if (!resolved.containsKey(key)) {
      resolved.put(key, resolve(key, values.get(key)));
    }
    return resolved.get(key);
  }

  private Object resolve(String key, Object given) {
    try {
      Object value =
          given instanceof OverridingText overriding ? Trees.parse(overriding.text()) : given;
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
