package io.servicegroup.config;

import io.servicegroup.model.Fault;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects the faults of a configuration, so that the user is told all of them together. */
final class Faults {

  private final Set<Fault> set = new LinkedHashSet<>();
  private final Set<String> keys = new HashSet<>();

  void add(String key, String given, String rule) {
    set.add(new Fault(key, given, rule));
    keys.add(key);
  }

  /** Whether a key is at fault; rules between keys are checked only where each key is not. */
  boolean has(String key) {
    return keys.contains(key);
  }

  List<Fault> list() {
    return List.copyOf(set);
  }
}
