package io.servicegroup.config;

import io.servicegroup.model.Fault;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects faults, so that all of them are told together, each once. */
final class Faults {

  private final Set<Fault> set = new LinkedHashSet<>();
  private final Set<String> keys = new HashSet<>();

  void add(String key, String given, String rule) {
    set.add(new Fault(key, given, rule));
    keys.add(key);
  }

  /** Whether a key is at fault already: rules between keys only speak where each is sound. */
  boolean has(String key) {
    return keys.contains(key);
  }

  List<Fault> list() {
    return List.copyOf(set);
  }
}
