package io.servicegroup.config;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the query of a backend's URI by the options that its technology declares. */
final class UriOptionsReader {

  /** What stands between the values of an option that is given several times. */
  static final String SEPARATOR = ",";

  private static final Pattern NUMBER = Pattern.compile("\\d{1,10}(\\.\\d{1,3})?");
  private static final Set<String> TRUTH_VALUES = Set.of("true", "false");

  private final Scheme scheme;
  private final List<String> wrong;
  private final Values values;
  private final Map<String, String> given;

  private UriOptionsReader(Scheme scheme, Map<String, String> implied, List<String> wrong) {
    this.scheme = scheme;
    this.wrong = wrong;
    this.values = new Values(scheme.options(), "");
    this.given = new LinkedHashMap<>(implied);
  }

  /**
   * Reads a query.
   *
   * @param implied the options that the scheme's name stands for
   * @param wrong is added a sentence for each fault, with nothing of a value in it
   * @return the texts of the options that are allowed
   */
  static Map<String, String> read(
      Scheme scheme, Map<String, String> implied, String query, List<String> wrong) {
    UriOptionsReader options = new UriOptionsReader(scheme, implied, wrong);
    options.collect(query);
    scheme.options().forEach(options::read);
    scheme.options().forEach(options::checkTogether);
    scheme.options().stream()
        .filter(option -> !options.values.isGiven(option))
        .forEach(option -> options.given.remove(option.name()));
    return options.given;
  }

  /** The number or truth value that a text looks like; otherwise the text itself. */
  static Object scalar(String text) {
    if (TRUTH_VALUES.contains(text)) {
      return Boolean.valueOf(text);
    }
    return NUMBER.matcher(text).matches() ? new BigDecimal(text) : text;
  }

  private void collect(String query) {
    for (String pair : query.isEmpty() ? new String[0] : query.split("&")) {
      String[] parts = pair.split("=", 2);
      String name = PercentCode.decode(parts[0]);
      String value = parts.length > 1 ? PercentCode.decode(parts[1]) : "";
      Optional<Key<?>> option = scheme.option(name);
      if (option.isEmpty()) {
        wrong.add(
            "there is no option %s; allowed are %s"
                .formatted(
                    Masking.printable(name),
                    String.join(", ", scheme.options().stream().map(Key::name).sorted().toList())));
      } else if (given.containsKey(name) && !option.get().type().isList()) {
        wrong.add("the option " + name + " is given twice");
      } else {
        given.merge(name, value, (before, more) -> before + SEPARATOR + more);
      }
    }
  }

  private <T> void read(Key<T> option) {
    String name = option.name();
    if (given.containsKey(name)) {
      try {
        Optional<T> value = option.type().parse(name, given.get(name));
        value.ifPresent(it -> values.put(option, it));
        if (value.isEmpty()) {
          wrong.add("the option " + name + " has to be " + option.type().rule());
        }
      } catch (IllegalArgumentException e) {
        wrong.add("the option " + name + ": " + e.getMessage());
      }
    }
  }

  private void checkTogether(Key<?> option) {
    String name = option.name();
    if (given.containsKey(name) && !option.isUndecided(this::isSound)) {
      option
          .condition()
          .filter(condition -> !condition.holds(given::containsKey, values))
          .ifPresent(
              other -> wrong.add("the option " + name + " goes with " + other.inUri() + " only"));
    }
    option
        .partner()
        .map(Key::name)
        .filter(other -> given.containsKey(name) != given.containsKey(other))
        .ifPresent(other -> wrong.add("the options " + other + " and " + name + " go together"));
  }

  /** Whether an option has a value that is allowed, or none. */
  private boolean isSound(String name) {
    return !given.containsKey(name) || scheme.option(name).filter(values::isGiven).isPresent();
  }
}
