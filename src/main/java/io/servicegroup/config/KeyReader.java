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
 * Reads the declared keys of a configuration, each by its type, and refuses all other keys. A fault
 * does not stop the reading, so that the user is told all faults together. The rules between keys
 * are checked when every key has been read.
 */
final class KeyReader {

  /** The characters that end a step of a path. */
  private static final Pattern NEXT = Pattern.compile("[.\\[]");

  /** An entry that a section may have: a declared key, or a section that has declared keys. */
  private record Step(String name, Optional<Key<?>> key) {}

  private final Values values;
  // The steps in a section, by the path of the section. They are computed once for all entries of a
  // list, of which there may be thousands.
  private final Map<String, List<Step>> steps;
  private final List<Runnable> rules;

  private KeyReader(Values values, Map<String, List<Step>> steps, List<Runnable> rules) {
    this.values = values;
    this.steps = steps;
    this.rules = rules;
  }

  /**
   * Makes a reader.
   *
   * @param keys the declared keys
   * @param machine this machine's host name, which some defaults contain
   */
  KeyReader(List<Key<?>> keys, String machine) {
    this(new Values(keys, machine), new HashMap<>(), new ArrayList<>());
  }

  /** The values that were read so far. */
  Values values() {
    return values;
  }

  /** Adds a rule between keys, which is checked when all keys have been read. */
  void afterwards(Runnable rule) {
    rules.add(rule);
  }

  void checkRules() {
    rules.forEach(Runnable::run);
  }

  /** Reads an entry of a list, or of a map whose keys are names; its rules are checked later. */
  Values entry(Section section, String pattern) {
    KeyReader entry = new KeyReader(new Values(values.keys(), values.machine()), steps, rules);
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
      for (Key<?> key : values.keys()) {
        String rest = below(pattern, key.path());
        String name = NEXT.split(rest, 2)[0];
        // A list, or a section that may be missing, is itself declared as a key, before its
        // entries.
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
