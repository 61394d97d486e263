package io.servicegroup.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the query of a backend's URI by what its technology declares. */
final class UriOptions {

  private UriOptions() {}

  /** Reads a query; what is wrong is added to the sentences, with nothing of a value in them. */
  static Map<String, String> read(
      Scheme scheme, Map<String, String> implied, String query, List<String> wrong) {
    Map<String, String> options = new LinkedHashMap<>(implied);
    for (String pair : query.isEmpty() ? new String[0] : query.split("&")) {
      String[] parts = pair.split("=", 2);
      String name = PercentCode.decode(parts[0]);
      String value = parts.length > 1 ? PercentCode.decode(parts[1]) : "";
      Optional<UriOption> option = find(scheme, name);
      if (option.isEmpty()) {
        wrong.add(
            "there is no option %s; allowed are %s"
                .formatted(
                    Masking.printable(name),
                    String.join(
                        ", ", scheme.options().stream().map(UriOption::name).sorted().toList())));
      } else if (options.containsKey(name) && !option.get().repeatable()) {
        wrong.add("the option " + name + " is given twice");
      } else {
        option.get().fault(value).ifPresent(wrong::add);
        options.merge(name, value, (before, more) -> before + "," + more);
      }
    }
    checkTogether(scheme.options(), options, wrong);
    return options;
  }

  private static Optional<UriOption> find(Scheme scheme, String name) {
    return scheme.options().stream().filter(option -> option.name().equals(name)).findFirst();
  }

  private static void checkTogether(
      List<UriOption> declared, Map<String, String> given, List<String> wrong) {
    for (UriOption option : declared) {
      String name = option.name();
      if (given.containsKey(name) && !option.hasWhatItNeeds(given, declared)) {
        wrong.add("the option " + name + " goes with " + option.needs() + " only");
      }
      String other = option.pairedWith();
      if (!other.isEmpty() && given.containsKey(name) != given.containsKey(other)) {
        wrong.add("the options " + name + " and " + other + " go together");
      }
    }
  }
}
