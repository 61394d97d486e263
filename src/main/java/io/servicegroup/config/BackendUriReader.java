package io.servicegroup.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads and writes {@link BackendUri}s, because {@code java.net.URI} knows one host only. */
final class BackendUriReader {

  private static final String DEFAULT_DIRECTORY = "data";
  private static final String ENCODE =
      "@, /, ?, & and % inside a user name or password have to be percent-encoded (%40, %2F, %3F,"
          + " %26, %25)";

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9+.-]{0,30}");

  /** The driver that SQLAlchemy names beside a database, as in {@code mysql+pymysql}. */
  private static final Pattern DRIVER = Pattern.compile("\\+.*");

  private BackendUriReader() {}

  static BackendUri read(String text) {
    int colon = text.indexOf(':');
    String name = text.substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT);
    Scheme scheme = scheme(name);
    String rest = text.substring(colon + 1);
    int question = rest.indexOf('?');
    String query = question < 0 ? "" : rest.substring(question + 1);
    rest = question < 0 ? rest : rest.substring(0, question);
    Map<String, String> implied = scheme.implied(name);
    return scheme.hasHosts()
        ? remote(scheme, implied, rest, query)
        : directory(scheme, implied, rest, query);
  }

  private static Scheme scheme(String name) {
    return Schemes.find(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    (NAME.matcher(name).matches()
                            ? DRIVER.matcher(name).replaceFirst("") + " is not supported; "
                            : "a URI begins with its scheme and a colon; ")
                        + allowedSchemes()));
  }

  private static String allowedSchemes() {
    return Schemes.all().stream()
        .flatMap(scheme -> scheme.names().stream().map(name -> prefix(scheme, name)))
        .collect(Collectors.joining(", ", "allowed schemes are ", ""));
  }

  private static String prefix(Scheme scheme, String name) {
    return scheme.hasHosts() ? name + "://" : name + ":";
  }

  private static BackendUri directory(
      Scheme scheme, Map<String, String> implied, String directory, String query) {
    List<String> wrong = new ArrayList<>();
    if (directory.startsWith("//")) {
      wrong.add(
          "%1$s: takes a directory, as in %1$s:data or %1$s:/var/lib/x".formatted(scheme.text()));
    }
    String path = PercentCode.decode(directory);
    if (path.indexOf('\0') >= 0) {
      wrong.add("a directory's name holds no NUL character");
    }
    Map<String, String> options = UriOptionsReader.read(scheme, implied, query, wrong);
    return sound(
        new BackendUri(
            scheme, null, null, List.of(), path.isEmpty() ? DEFAULT_DIRECTORY : path, options),
        wrong);
  }

  private static BackendUri remote(
      Scheme scheme, Map<String, String> implied, String text, String query) {
    if (!text.startsWith("//")) {
      throw new IllegalArgumentException(
          "hosts are required, as in " + scheme.text() + "://127.0.0.1");
    }
    int slash = text.indexOf('/', 2);
    String authority = slash < 0 ? text.substring(2) : text.substring(2, slash);
    String path = slash < 0 ? "" : text.substring(slash + 1);
    // An @ here means that the password holds a / or ? that was not encoded: what follows is the
    // rest of the password, which no message may quote.
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
      if (user.isEmpty() && !scheme.knowsPasswordsWithoutUser()) {
        wrong.add("a user name is required before the @");
      }
    }
    List<BackendUri.Host> hosts = hosts(authority.substring(at + 1), scheme, wrong);
    Map<String, String> options = UriOptionsReader.read(scheme, implied, query, wrong);
    String decoded = PercentCode.decode(path);
    if ((user + password + decoded).indexOf('\0') >= 0) {
      wrong.add("a URI holds no NUL character");
    }
    return sound(new BackendUri(scheme, user, password, hosts, decoded, options), wrong);
  }

  private static BackendUri sound(BackendUri uri, List<String> wrong) {
    wrong.addAll(uri.scheme().faults(uri));
    if (!wrong.isEmpty()) {
      throw new IllegalArgumentException(
          wrong.stream().distinct().collect(Collectors.joining("; ")));
    }
    return uri;
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
