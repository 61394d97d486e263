package io.servicegroup.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Puts the values of the environment and of the command line over those of the files. */
final class Overlay {

  private static final String PREFIX = "SERVICEGROUP__";
  private static final Pattern INDEX = Pattern.compile("\\d{1,4}");

  private Map<String, Object> tree;
  private final Faults faults;

  Overlay(Map<String, Object> tree, Faults faults) {
    this.tree = tree;
    this.faults = faults;
  }

  Map<String, Object> tree() {
    return tree;
  }

  /** {@code SERVICEGROUP__HTTP__PORT=9000} sets {@code http.port}. */
  void environment(Map<String, String> environment) {
    // In alphabetical order, so that a section is set before the keys in it.
    new TreeMap<>(environment)
        .forEach(
            (name, value) -> {
              if (name.startsWith(PREFIX)) {
                String path = name.substring(PREFIX.length()).toLowerCase(Locale.ROOT);
                put(Arrays.asList(path.split("__", -1)), new OverridingText(value, name));
              }
            });
  }

  /** {@code http.port=9000}; an entry of a list is {@code services[0].group=compute}. */
  void setting(String setting) {
    int equals = setting.indexOf('=');
    if (equals < 0) {
      faults.add("--set", Masking.MASK, "allowed is key.path=value");
      return;
    }
    set(setting.substring(0, equals), new OverridingText(setting.substring(equals + 1), "--set"));
  }

  /** Sets the key at a path. */
  void set(String path, OverridingText value) {
    put(Arrays.asList(path.strip().replace("[", ".").replace("]", "").split("\\.", -1)), value);
  }

  private void put(List<String> path, OverridingText value) {
    if (path.contains("")) {
      faults.add(
          value.origin(),
          Masking.MASK,
          "allowed is the path of a key, as in http.port or SERVICEGROUP__HTTP__PORT");
      return;
    }
    try {
      tree = asMap(with(tree, path, value));
    } catch (IllegalArgumentException e) {
      faults.add(shown(path), Masking.hidden(value), e.getMessage());
    }
  }

  /** A path in the form that all messages use: {@code services[0].group}. */
  private static String shown(List<String> path) {
    StringBuilder shown = new StringBuilder();
    for (String key : path) {
      if (INDEX.matcher(key).matches()) {
        shown.append('[').append(key).append(']');
      } else {
        shown.append(shown.length() == 0 ? "" : ".").append(Masking.printable(key));
      }
    }
    return shown.toString();
  }

  private static Object with(Object node, List<String> path, OverridingText value) {
    if (path.isEmpty()) {
      return value;
    }
    String head = path.get(0);
    List<String> tail = path.subList(1, path.size());
    Object inside = node instanceof OverridingText text ? Trees.parse(text.text()) : node;
    if (inside instanceof List<?> || inside == null && INDEX.matcher(head).matches()) {
      List<Object> list = inside == null ? new ArrayList<>() : new ArrayList<>((List<?>) inside);
      int index = INDEX.matcher(head).matches() ? Integer.parseInt(head) : -1;
      if (index < 0 || index > list.size()) {
        throw new IllegalArgumentException(
            "allowed is an index from 0 to %d, one more than there are".formatted(list.size()));
      }
      if (index == list.size()) {
        list.add(null);
      }
      list.set(index, with(list.get(index), tail, value));
      return list;
    }
    Map<String, Object> map = asMap(inside);
    map.put(head, with(map.get(head), tail, value));
    return map;
  }

  /** A copy of a map; an empty map in the place of anything else, which it replaces. */
  private static Map<String, Object> asMap(Object node) {
    Map<String, Object> map = new LinkedHashMap<>();
    if (node instanceof Map<?, ?> given) {
      given.forEach((key, value) -> map.put((String) key, value));
    }
    return map;
  }
}
