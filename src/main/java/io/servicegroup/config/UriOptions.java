package io.servicegroup.config;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the options in the query of a backend's URI may be. */
final class UriOptions {

  /** The options that name a file, which has to be readable. */
  static final Set<String> FILES = Set.of("sslrootcert", "sslcert", "sslkey");

  private static final List<String> SSL_MODES =
      List.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");

  private UriOptions() {}

  /** Reads a query; what is wrong is added to the sentences, with nothing of a value in them. */
  static Map<String, String> read(Scheme scheme, String query, List<String> wrong) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String pair : query.isEmpty() ? new String[0] : query.split("&")) {
      String[] parts = pair.split("=", 2);
      String name = PercentCode.decode(parts[0]);
      String value = parts.length > 1 ? PercentCode.decode(parts[1]) : "";
      if (!scheme.options().contains(name)) {
        wrong.add(
            "there is no option %s; allowed are %s"
                .formatted(
                    Masking.printable(name),
                    String.join(", ", scheme.options().stream().sorted().toList())));
      } else if (options.put(name, value) != null) {
        wrong.add("the option " + name + " is given twice");
      } else {
        check(name, value, wrong);
      }
    }
    checkTogether(options, wrong);
    return options;
  }

  private static void check(String name, String value, List<String> wrong) {
    switch (name) {
      case "sslmode" -> {
        if (!SSL_MODES.contains(value)) {
          wrong.add("the option sslmode is one of " + String.join(", ", SSL_MODES));
        }
      }
      case "pooled" -> {
        if (!value.equals("true") && !value.equals("false")) {
          wrong.add("the option pooled is true or false");
        }
      }
      case "timeout" -> {
        if (!value.matches("\\d{1,7}(\\.\\d{1,3})?") || new BigDecimal(value).signum() == 0) {
          wrong.add("the option timeout is a positive number of seconds");
        }
      }
      case "port" -> address(name, "localhost:" + value, wrong);
      case "listen" -> address(name, value, wrong);
      default -> {
        if (value.isBlank() || value.indexOf('\0') >= 0) {
          wrong.add("the option " + name + " is the path of a file");
        }
      }
    }
  }

  private static void address(String name, String value, List<String> wrong) {
    try {
      HostPort.parse(value, 0);
    } catch (IllegalArgumentException e) {
      wrong.add("the option " + name + ": " + e.getMessage());
    }
  }

  private static void checkTogether(Map<String, String> options, List<String> wrong) {
    if (options.containsKey("listen") && !"true".equals(options.get("pooled"))) {
      wrong.add("the option listen goes with pooled=true only");
    }
  }
}
