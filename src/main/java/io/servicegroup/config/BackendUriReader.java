package io.servicegroup.config;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads and writes {@link BackendUri}s. {@code java.net.URI} knows one host only. */
final class BackendUriReader {

  private BackendUriReader() {}

  static BackendUri read(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("a backend is a URI such as postgresql://host/database");
    }
    Scheme scheme =
        Scheme.find(text.substring(0, colon))
            .orElseThrow(() -> new IllegalArgumentException("unknown scheme"));
    String rest = text.substring(colon + 1);
    int question = rest.indexOf('?');
    String query = question < 0 ? "" : rest.substring(question + 1);
    rest = question < 0 ? rest : rest.substring(0, question);
    if (!rest.startsWith("//")) {
      return new BackendUri(scheme, null, null, List.of(), decode(rest), options(query));
    }
    rest = rest.substring(2);
    int slash = rest.indexOf('/');
    String authority = slash < 0 ? rest : rest.substring(0, slash);
    String path = slash < 0 ? "" : decode(rest.substring(slash + 1));
    int at = authority.lastIndexOf('@');
    String user = null;
    String password = null;
    if (at >= 0) {
      String[] parts = authority.substring(0, at).split(":", 2);
      user = decode(parts[0]);
      password = parts.length > 1 ? decode(parts[1]) : null;
    }
    return new BackendUri(
        scheme, user, password, hosts(authority.substring(at + 1), scheme), path, options(query));
  }

  private static List<BackendUri.Host> hosts(String text, Scheme scheme) {
    List<BackendUri.Host> hosts = new ArrayList<>();
    for (String host : text.split(",")) {
      int colon = host.lastIndexOf(':');
      boolean hasPort = colon > host.lastIndexOf(']') && colon >= 0;
      String name = hasPort ? host.substring(0, colon) : host;
      int port = hasPort ? Integer.parseInt(host.substring(colon + 1)) : scheme.defaultPort();
      hosts.add(new BackendUri.Host(name.replaceAll("^\\[|\\]$", ""), port));
    }
    return hosts;
  }

  private static Map<String, String> options(String query) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String pair : query.isEmpty() ? new String[0] : query.split("&")) {
      String[] parts = pair.split("=", 2);
      options.put(decode(parts[0]), parts.length > 1 ? decode(parts[1]) : "");
    }
    return options;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  static String write(BackendUri uri, String password) {
    StringBuilder text = new StringBuilder(uri.scheme().text()).append(':');
    if (uri.hosts().isEmpty()) {
      text.append(uri.path());
    } else {
      text.append("//");
      if (uri.user() != null) {
        text.append(encode(uri.user()));
        if (password != null) {
          text.append(':').append(password.equals("***") ? password : encode(password));
        }
        text.append('@');
      }
      text.append(
          uri.hosts().stream().map(BackendUri.Host::toString).collect(Collectors.joining(",")));
      text.append('/').append(encode(uri.path()));
    }
    String query =
        uri.options().entrySet().stream()
            .map(option -> encode(option.getKey()) + "=" + encode(option.getValue()))
            .collect(Collectors.joining("&"));
    return query.isEmpty() ? text.toString() : text.append('?').append(query).toString();
  }
}
