package io.servicegroup.model;

import java.math.BigDecimal;
import java.util.AbstractMap;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares the metadata of services. */
final class Metadata {

  private Metadata() {}

  /**
   * Tells whether two JSON values are the same. Numbers are compared by value, because each store
   * has its own form for them: {@code 1e20} is read as an integer from one and as a fraction from
   * another.
   *
   * @param one a map, a list, a text, a number, a boolean or null
   * @param other a value of the same kinds
   * @return whether they are equal
   */
  static boolean same(Object one, Object other) {
    if (one == other) {
      return true;
    }
    if (one instanceof Number a && other instanceof Number b) {
      return a.equals(b)
          || new BigDecimal(a.toString()).compareTo(new BigDecimal(b.toString())) == 0;
    }
    if (one instanceof Map<?, ?> a && other instanceof Map<?, ?> b) {
      return a.size() == b.size() && sameEntries(a, b);
    }
    if (one instanceof List<?> a && other instanceof List<?> b) {
      return a.size() == b.size() && sameInOrder(a.iterator(), b.iterator());
    }
    return one != null && one.equals(other);
  }

  private static boolean sameEntries(Map<?, ?> one, Map<?, ?> other) {
    for (Map.Entry<?, ?> entry : one.entrySet()) {
      Object value = other.get(entry.getKey());
      if (!same(entry.getValue(), value) || (value == null && !other.containsKey(entry.getKey()))) {
        return false;
      }
    }
    return true;
  }

  private static boolean sameInOrder(Iterator<?> one, Iterator<?> other) {
    while (one.hasNext()) {
      if (!same(one.next(), other.next())) {
        return false;
      }
    }
    return true;
  }

  /**
   * Makes a copy that nobody can change. A copy of a copy is the same object: ten thousand members
   * that say the same of themselves, in several places of an agent, have it in memory once.
   *
   * @param metadata JSON values
   * @return a map with the same values in the same order
   */
  static Map<String, Object> frozen(Map<String, Object> metadata) {
    if (metadata instanceof Frozen) {
      return metadata;
    }
    return metadata.isEmpty() ? Frozen.NONE : new Frozen(metadata);
  }

  private static final class Frozen extends AbstractMap<String, Object> {

    private static final Frozen NONE = new Frozen(Map.of());

    private final Map<String, Object> values;

    private Frozen(Map<String, Object> values) {
      // Map.copyOf would refuse a null, which JSON allows, and change the order.
      this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    @Override
    public Set<Entry<String, Object>> entrySet() {
      return values.entrySet();
    }

    @Override
    public Object get(Object key) {
      return values.get(key);
    }

    @Override
    public boolean containsKey(Object key) {
      return values.containsKey(key);
    }
  }
}
