package io.servicegroup.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads the keys that are declared: each key's value by its type, and what is not declared is
 * refused. Goes on after a fault, so that all are told together. The rules between keys are asked
 * when every key has been read.
 */
final class KeyReader {

  private final List<Key<?>> keys;
  private final Values values;
  private final List<Runnable> rules;

  private KeyReader(List<Key<?>> keys, Values values, List<Runnable> rules) {
    this.keys = keys;
    this.values = values;
    this.rules = rules;
  }

  /**
   * Makes a reader.
   *
   * @param keys those that are known
   * @param machine this machine's name, which some defaults hold
   */
  KeyReader(List<Key<?>> keys, String machine) {
    this(keys, new Values(keys, machine), new ArrayList<>());
  }

  /** What was read so far. */
  Values values() {
    return values;
  }

  /** A rule between keys, to be asked when all of them have been read. */
  void afterwards(Runnable rule) {
    rules.add(rule);
  }

  void askRules() {
    rules.forEach(Runnable::run);
  }

  /** Reads an entry of a list or of a map whose keys are not ours; the rules are asked with all. */
  Values entry(Section section, String pattern) {
    KeyReader entry = new KeyReader(keys, new Values(keys, values.machine()), rules);
    entry.read(section, pattern);
    return entry.values;
  }

  /**
   * Reads a section and those in it.
   *
   * @param pattern its path, with placeholders; empty for the whole configuration
   */
  void read(Section section, String pattern) {
    Set<String> declared = new HashSet<>();
    Set<String> known = new TreeSet<>();
    for (Key<?> key : keys) {
      String rest = below(pattern, key.path());
      String name = rest.split("[.\\[]", 2)[0];
      boolean isNew = !name.isEmpty() && declared.add(name);
      if (isNew && rest.equals(name)) {
        if (key.isKnown(section, values)) {
          known.add(name);
        }
        if (key.isMeant(section, values)) {
          read(section, key);
        }
      } else if (isNew) {
        // Nobody declares a section that may always be there: it is known by the keys in it.
        known.add(name);
        read(section.section(name), pattern.isEmpty() ? name : pattern + "." + name);
      }
    }
    section.refuseUnknown(known);
  }

  private static String below(String pattern, String path) {
    if (pattern.isEmpty()) {
      return path;
    }
    return path.startsWith(pattern + ".") ? path.substring(pattern.length() + 1) : "";
  }

  private <T> void read(Section section, Key<T> key) {
    String name = key.name();
    if (key.isSecret()) {
      section.hide(name);
    }
    Optional<T> value = key.type().reader().read(section, name, this);
    value.ifPresent(given -> values.put(key, given));
    if (value.isEmpty() && key.isRequired() && section.isSound(name)) {
      section.refuse(name, "allowed is " + key.type().rule());
    }
    if (value.isPresent() && key.type() == KeyType.SECTION) {
      read(section.section(name), key.path());
    }
  }
}
