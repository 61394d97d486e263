package io.servicegroup.config;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The condition under which a key may be given: that another key is given or not, or that it has
 * one of some values.
 *
 * @param other a key of the same section or URI, declared before
 * @param words the values that the other key may have, given or by default; empty where it only
 *     counts whether the other key is given
 * @param given whether the other key has to be given, or must not be
 */
record KeyCondition(Key<?> other, List<String> words, boolean given) {

  boolean holds(Predicate<String> isThere, Values values) {
    return words.isEmpty()
        ? isThere.test(other.name()) == given
        : other.text(values).filter(words::contains).isPresent();
  }

  /** Whether the value that the condition reads is at fault, so that nobody knows if it holds. */
  boolean isUndecided(Predicate<String> isSound) {
    return !words.isEmpty() && !isSound.test(other.name());
  }

  /** The condition for the documentation, in Markdown. */
  String text() {
    String values = words.stream().map(word -> " `" + word + "`").collect(Collectors.joining(","));
    return (given ? "with `" : "not with `") + other.name() + "`" + values + (given ? " only" : "");
  }

  /** The other key in the form in which a URI has it, as in {@code ssl=true}. */
  String inUri() {
    return other.name() + (words.isEmpty() ? "" : "=" + String.join(" or ", words));
  }
}
