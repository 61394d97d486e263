package io.servicegroup.config;

import io.netty.util.NetUtil;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What the options in the query of a backend's URI may be. */
final class UriOptions {

  private static final List<String> SSL_MODES =
      List.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");
  private static final List<String> HAZELCAST_MODES = List.of("member", "client");

  private static final Map<String, Kind> KINDS =
      Map.ofEntries(
          Map.entry("sslmode", Kind.SSL_MODE),
          Map.entry("sslrootcert", Kind.FILE),
          Map.entry("sslcert", Kind.FILE),
          Map.entry("sslkey", Kind.FILE),
          Map.entry("ca", Kind.FILE),
          Map.entry("certfile", Kind.FILE),
          Map.entry("keyfile", Kind.FILE),
          Map.entry("ssl_ca_certs", Kind.FILE),
          Map.entry("ssl_certfile", Kind.FILE),
          Map.entry("ssl_keyfile", Kind.FILE),
          Map.entry("pooled", Kind.SWITCH),
          Map.entry("ssl", Kind.SWITCH),
          Map.entry("use_ssl", Kind.SWITCH),
          Map.entry("verify_certs", Kind.SWITCH),
          Map.entry("timeout", Kind.SECONDS),
          Map.entry("port", Kind.PORT),
          Map.entry("listen", Kind.ADDRESS),
          Map.entry("sentinel_fallback", Kind.ADDRESS),
          Map.entry("db", Kind.NUMBER),
          Map.entry("namespace", Kind.NAME),
          Map.entry("sentinel", Kind.NAME),
          Map.entry("interface", Kind.INTERFACE),
          Map.entry("mode", Kind.HAZELCAST_MODE));

  /** The options that name a file, which has to be readable. */
  static final Set<String> FILES =
      KINDS.entrySet().stream()
          .filter(option -> option.getValue() == Kind.FILE)
          .map(Map.Entry::getKey)
          .collect(Collectors.toUnmodifiableSet());

  /** A client's certificate and its key. */
  private static final Map<String, String> PAIRS =
      Map.of("certfile", "keyfile", "ssl_certfile", "ssl_keyfile");

  /** What options mean nothing without. */
  private static final Map<String, String> ONLY_WITH =
      Map.of(
          "listen", "pooled=true",
          "ca", "use_ssl=true",
          "certfile", "use_ssl=true",
          "keyfile", "use_ssl=true",
          "ssl_ca_certs", "ssl=true",
          "ssl_certfile", "ssl=true",
          "ssl_keyfile", "ssl=true",
          "sentinel_fallback", "sentinel");

  /** The options of a member of a Hazelcast cluster; a client has no use for them. */
  private static final Set<String> MEMBERS = Set.of("interface", "port");

  /** The options that may be given several times; their values are joined by commas. */
  private static final Set<String> REPEATABLE = Set.of("sentinel_fallback");

  private enum Kind {
    FILE,
    SWITCH,
    SECONDS,
    PORT,
    ADDRESS,
    NUMBER,
    NAME,
    INTERFACE,
    SSL_MODE,
    HAZELCAST_MODE
  }

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
      } else if (options.containsKey(name) && !REPEATABLE.contains(name)) {
        wrong.add("the option " + name + " is given twice");
      } else {
        for (String one : REPEATABLE.contains(name) ? value.split(",", -1) : new String[] {value}) {
          check(name, one, wrong);
        }
        options.merge(name, value, (before, more) -> before + "," + more);
      }
    }
    checkTogether(options, wrong);
    return options;
  }

  private static void check(String name, String value, List<String> wrong) {
    switch (KINDS.get(name)) {
      case SSL_MODE -> oneOf(name, value, SSL_MODES, wrong);
      case HAZELCAST_MODE -> oneOf(name, value, HAZELCAST_MODES, wrong);
      case SWITCH -> {
        if (!value.equals("true") && !value.equals("false")) {
          wrong.add("the option " + name + " is true or false");
        }
      }
      case SECONDS -> {
        if (!value.matches("\\d{1,7}(\\.\\d{1,3})?") || new BigDecimal(value).signum() == 0) {
          wrong.add("the option " + name + " is a positive number of seconds");
        }
      }
      case NUMBER -> {
        if (!value.matches("\\d{1,5}")) {
          wrong.add("the option " + name + " is a number from 0 to 99999");
        }
      }
      case NAME -> {
        if (!value.matches("[\\w.:-]{1,255}")) {
          wrong.add("the option " + name + " consists of letters, digits and . _ - :");
        }
      }
      case INTERFACE -> {
        if (NetUtil.createByteArrayFromIpAddressString(value) == null) {
          wrong.add(
              "the option "
                  + name
                  + " is an address of this machine, such as 10.0.0.1 or ::1, and no name");
        }
      }
      case PORT -> address(name, "localhost:" + value, wrong);
      case ADDRESS -> address(name, value, wrong);
      case FILE -> {
        if (value.isBlank() || value.indexOf('\0') >= 0) {
          wrong.add("the option " + name + " is the path of a file");
        }
      }
    }
  }

  private static void oneOf(String name, String value, List<String> allowed, List<String> wrong) {
    if (!allowed.contains(value)) {
      wrong.add("the option " + name + " is one of " + String.join(", ", allowed));
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
    for (String name : options.keySet()) {
      String[] needed = ONLY_WITH.getOrDefault(name, name).split("=", 2);
      String value = options.get(needed[0]);
      if (value == null || (needed.length > 1 && !value.equals(needed[1]))) {
        wrong.add("the option " + name + " goes with " + ONLY_WITH.get(name) + " only");
      }
      if (MEMBERS.contains(name) && "client".equals(options.get("mode"))) {
        wrong.add("the option " + name + " goes with mode=member only");
      }
    }
    if ("false".equals(options.get("verify_certs"))) {
      wrong.add(
          "ZooKeeper's client always verifies the servers' certificates: name their authority with"
              + " the option ca instead of verify_certs=false");
    }
    PAIRS.forEach(
        (certificate, key) -> {
          if (options.containsKey(certificate) != options.containsKey(key)) {
            wrong.add("the options " + certificate + " and " + key + " go together");
          }
        });
  }
}
