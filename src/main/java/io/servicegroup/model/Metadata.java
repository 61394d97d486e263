package io.servicegroup.model;

import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

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
    if (one instanceof Number a && other instanceof Number b) {
      return a.equals(b)
          || new BigDecimal(a.toString()).compareTo(new BigDecimal(b.toString())) == 0;
    }
    if (one instanceof Map<?, ?> a && other instanceof Map<?, ?> b) {
      return a.size() == b.size()
          && a.entrySet().stream()
              .allMatch(
                  entry ->
                      b.containsKey(entry.getKey())
                          && same(entry.getValue(), b.get(entry.getKey())));
    }
    if (one instanceof List<?> a && other instanceof List<?> b) {
      return a.size() == b.size() && sameInOrder(a.iterator(), b.iterator());
    }
    return one == null ? other == null : one.equals(other);
  }

  private static boolean sameInOrder(Iterator<?> one, Iterator<?> other) {
    while (one.hasNext()) {
      if (!same(one.next(), other.next())) {
        return false;
      }
    }
    return true;
  }
}
