package io.servicegroup.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Reads the keys that are declared: each key's value by its type, and what is not declared is
 * refused. Goes on after a fault, so that all are told together. The rules between keys are asked
 * when every key has been read.
 */
final class KeyReader {

  /** What ends a step of a path. */
  private static final Pattern NEXT = Pattern.compile("[.\\[]");

  /** What a section may hold: a key that is declared, or without one a section of such keys. */
  private record Step(String name, Optional<Key<?>> key) {}

  private final List<Key<?>> keys;
  private final Values values;
  // By the section's path, with placeholders: a configuration may have thousands of entries.
  private final Map<String, List<Step>> steps;
  private final List<Runnable> rules;

  private KeyReader(
      List<Key<?>> keys, Values values, Map<String, List<Step>> steps, List<Runnable> rules) {
    this.keys = keys;
    this.values = values;
    this.steps = steps;
    this.rules = rules;
  }

  /**
   * Makes a reader.
   *
   * @param keys those that are known
   * @param machine this machine's name, which some defaults hold
   */
  KeyReader(List<Key<?>> keys, String machine) {
    this(List.copyOf(keys), new Values(keys, machine), new HashMap<>(), new ArrayList<>());
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
    KeyReader entry = new KeyReader(keys, new Values(keys, values.machine()), steps, rules);
    entry.read(section, pattern);
    return entry.values;
  }

  /**
   * Reads a section and those in it.
   *
   * @param pattern its path, with placeholders; empty for the whole configuration
   */
  void read(Section section, String pattern) {
    Set<String> known = new TreeSet<>();
    for (Step step : steps(pattern)) {
      if (step.key.isEmpty()) {
        known.add(step.name);
        read(section.section(step.name), pattern.isEmpty() ? step.name : pattern + "." + step.name);
      } else {
        Key<?> key = step.key.get();
        boolean isMeant = key.isMeant(section::has, values);
        if (isMeant || key.isUndecided(section::isSound)) {
          known.add(step.name);
        }
        if (isMeant) {
          read(section, key);
        }
      }
    }
    section.refuseUnknown(known);
  }

  private List<Step> steps(String pattern) {
    List<Step> found = steps.get(pattern);
    if (found == null) {
      Map<String, Step> byName = new LinkedHashMap<>();
      for (Key<?> key : keys) {
        String rest = below(pattern, key.path());
        String name = NEXT.split(rest, 2)[0];
        // A section that may be absent, or is a list, is a key of its own, before those in it.
        byName.putIfAbsent(
            name, new Step(name, rest.equals(name) ? Optional.of(key) : Optional.empty()));
      }
      byName.remove("");
      found = List.copyOf(byName.values());
      steps.put(pattern, found);
    }
    return found;
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
    Optional<T> value = key.type().read(section, name, this);
    value.ifPresent(given -> values.put(key, given));
    if (value.isEmpty() && key.isRequired() && section.isSound(name)) {
      section.refuse(name, "allowed is " + key.type().rule());
    }
    if (value.isPresent() && key.type() == KeyTypes.SECTION) {
      read(section.section(name), key.path());
    }
  }
}
