package io.servicegroup.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The values of the keys of a configuration or a URI. A key that is not given has its default. Two
 * are equal where every key has an equal value, given or by default. They do not change any more
 * when the reading has ended.
 */
public final class Values {

  private final List<Key<?>> keys;
  private final String machine;
  // By path: a technology may declare its options anew each time it is asked for them.
  private final Map<String, Object> given = new HashMap<>();

  /**
   * Starts without any given value.
   *
   * @param keys the declared keys
   * @param machine this machine's host name, which some defaults contain
   */
  Values(List<Key<?>> keys, String machine) {
    this.keys = List.copyOf(keys);
    this.machine = machine;
  }

  /**
   * Values that were not read.
   *
   * @return values of which none is given, so that each key has its default
   */
  public static Values none() {
    return new Values(List.of(), "");
  }

  /**
   * The value of a key that has one.
   *
   * @param key a key that stands in no entry of a list or map
   * @param <T> the type of its values
   * @return its value, given or by default
   * @throws NoSuchElementException where it has none
   */
  public <T> T get(Key<T> key) {
    return find(key).orElseThrow(() -> new NoSuchElementException(key + " has no value"));
  }

  /**
   * The value of a key.
   *
   * @param key a key that stands in no entry of a list or map
   * @param <T> the type of its values
   * @return its value, given or by default; empty where it has none
   */
  @SuppressWarnings("unchecked")
  public <T> Optional<T> find(Key<T> key) {
    // Only put() writes, with a value of the key's type.
    T value = (T) given.get(key.path());
    return value == null ? key.defaultValue(this) : Optional.of(value);
  }

  boolean isGiven(Key<?> key) {
    return given.containsKey(key.path());
  }

  <T> void put(Key<T> key, T value) {
    given.put(key.path(), value);
  }

  List<Key<?>> keys() {
    return keys;
  }

  String machine() {
    return machine;
  }

  private List<Object> all() {
    List<Object> all = new ArrayList<>();
    keys.stream().filter(key -> !key.isInEntry()).forEach(key -> all.add(find(key)));
    return all;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Values values && keys.equals(values.keys) && all().equals(values.all());
  }

  @Override
  public int hashCode() {
    return all().hashCode();
  }

  /** The paths of the keys that are given, without their values, which may be secrets. */
  @Override
  public String toString() {
    return "Values" + given.keySet().stream().sorted().toList();
  }
}
