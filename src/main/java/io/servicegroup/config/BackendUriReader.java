package io.servicegroup.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads and writes {@link BackendUri}s. {@code java.net.URI} knows one host only. */
final class BackendUriReader {

  /** The one scheme whose name is an option as well. */
  private static final String TLS_BY_NAME = "rediss:";

  private static final String DEFAULT_DIRECTORY = "data";
  private static final String ENCODE =
      "@, /, ?, & and % inside a user name or password are percent-encoded (%40, %2F, %3F, %26,"
          + " %25)";

  private BackendUriReader() {}

  static BackendUri read(String text) {
    int colon = text.indexOf(':');
    Scheme scheme = scheme(colon < 0 ? "" : text.substring(0, colon));
    String rest = text.substring(colon + 1);
    int question = rest.indexOf('?');
    String query = question < 0 ? "" : rest.substring(question + 1);
    rest = question < 0 ? rest : rest.substring(0, question);
    if (text.toLowerCase(Locale.ROOT).startsWith(TLS_BY_NAME)) {
      query = query.isEmpty() ? "ssl=true" : query + "&ssl=true";
    }
    return scheme == Scheme.EMBEDDED ? embedded(rest, query) : remote(scheme, rest, query);
  }

  private static Scheme scheme(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.startsWith("mysql") || lower.startsWith("mariadb")) {
      throw new IllegalArgumentException("mysql is not supported; " + allowedSchemes());
    }
    return Scheme.find(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    (lower.matches("[a-z][a-z0-9+.-]{0,30}")
                            ? "there is no scheme " + lower + "; "
                            : "")
                        + allowedSchemes()));
  }

  private static String allowedSchemes() {
    return Arrays.stream(Scheme.values())
        .flatMap(scheme -> scheme.names().stream().map(name -> prefix(scheme, name)))
        .collect(Collectors.joining(", ", "allowed schemes are ", ""));
  }

  private static String prefix(Scheme scheme, String name) {
    return scheme == Scheme.EMBEDDED ? name + ":" : name + "://";
  }

  private static BackendUri embedded(String directory, String query) {
    List<String> wrong = new ArrayList<>();
    if (directory.startsWith("//")) {
      wrong.add("embedded: takes a directory, as in embedded:data or embedded:/var/lib/x");
    }
    String path = PercentCode.decode(directory);
    if (path.indexOf('\0') >= 0) {
      wrong.add("a directory's name holds no NUL character");
    }
    Map<String, String> options = UriOptions.read(Scheme.EMBEDDED, query, wrong);
    refuse(wrong);
    return new BackendUri(
        Scheme.EMBEDDED, null, null, List.of(), path.isEmpty() ? DEFAULT_DIRECTORY : path, options);
  }

  private static BackendUri remote(Scheme scheme, String text, String query) {
    if (!text.startsWith("//")) {
      throw new IllegalArgumentException(
          "hosts are required, as in " + scheme.text() + "://127.0.0.1");
    }
    int slash = text.indexOf('/', 2);
    String authority = slash < 0 ? text.substring(2) : text.substring(2, slash);
    String path = slash < 0 ? "" : text.substring(slash + 1);
    // An @ there means that the password held what ended it: its rest is not to be printed.
    if (path.contains("@") || query.contains("@")) {
      throw new IllegalArgumentException(ENCODE);
    }
    List<String> wrong = new ArrayList<>();
    int at = authority.lastIndexOf('@');
    String user = null;
    String password = null;
    if (at >= 0) {
      String[] parts = authority.substring(0, at).split(":", 2);
      user = PercentCode.decode(parts[0]);
      password = parts.length > 1 ? PercentCode.decode(parts[1]) : null;
      // Redis knows passwords without a user.
      if (user.isEmpty() && scheme != Scheme.REDIS) {
        wrong.add("a user name is required before the @");
      }
    }
    List<BackendUri.Host> hosts = hosts(authority.substring(at + 1), scheme, wrong);
    Map<String, String> options = UriOptions.read(scheme, query, wrong);
    String decoded = PercentCode.decode(path);
    if ((user + password + decoded).indexOf('\0') >= 0) {
      wrong.add("a URI holds no NUL character");
    }
    checkPath(scheme, decoded, options, wrong);
    if (user != null) {
      checkUser(scheme, options, wrong);
    }
    refuse(wrong);
    return new BackendUri(scheme, user, password, hosts, decoded, options);
  }

  /** Whoever gives a password believes that it protects something. */
  private static void checkUser(Scheme scheme, Map<String, String> options, List<String> wrong) {
    if (scheme == Scheme.MEMCACHED) {
      wrong.add("memcached asks nobody for a password: no user stands before the hosts");
    }
    if (scheme == Scheme.HAZELCAST && !"client".equals(options.get("mode"))) {
      wrong.add("a user goes with mode=client only: members of a cluster know its name alone");
    }
  }

  private static void checkPath(
      Scheme scheme, String path, Map<String, String> options, List<String> wrong) {
    if (scheme == Scheme.MEMCACHED && !path.isEmpty()) {
      wrong.add("memcached has no databases: nothing follows the hosts");
    }
    if (scheme == Scheme.REDIS && !path.matches("\\d{0,5}")) {
      wrong.add("what follows the hosts is the number of a database, as in redis://127.0.0.1/0");
    }
    if (scheme == Scheme.REDIS && !path.isEmpty() && options.containsKey("db")) {
      wrong.add("the database is named in the path or by the option db, not by both");
    }
  }

  private static List<BackendUri.Host> hosts(String text, Scheme scheme, List<String> wrong) {
    List<BackendUri.Host> hosts = new ArrayList<>();
    if (text.isEmpty()) {
      wrong.add("hosts are required, as in " + scheme.text() + "://127.0.0.1");
      return hosts;
    }
    for (String host : text.split(",", -1)) {
      try {
        hosts.add(HostPort.parse(host, scheme.defaultPort()));
      } catch (IllegalArgumentException e) {
        wrong.add(e.getMessage());
      }
    }
    return hosts;
  }

  private static void refuse(List<String> wrong) {
    if (!wrong.isEmpty()) {
      throw new IllegalArgumentException(
          wrong.stream().distinct().collect(Collectors.joining("; ")));
    }
  }

  static String write(BackendUri uri, String password) {
    StringBuilder text = new StringBuilder(uri.scheme().text()).append(':');
    if (uri.hosts().isEmpty()) {
      text.append(PercentCode.encode(uri.path()).replace("%2F", "/"));
    } else {
      text.append("//");
      if (uri.user() != null) {
        text.append(PercentCode.encode(uri.user()));
        if (password != null) {
          text.append(':').append(PercentCode.encode(password));
        }
        text.append('@');
      }
      text.append(
          uri.hosts().stream().map(BackendUri.Host::toString).collect(Collectors.joining(",")));
      text.append('/').append(PercentCode.encode(uri.path()));
    }
    String query =
        uri.options().entrySet().stream()
            .map(
                option ->
                    PercentCode.encode(option.getKey())
                        + "="
                        + PercentCode.encode(option.getValue()).replace("%2F", "/"))
            .collect(Collectors.joining("&"));
    return query.isEmpty() ? text.toString() : text.append('?').append(query).toString();
  }
}
