package io.servicegroup.config;

import io.servicegroup.model.Durations;
import io.servicegroup.model.Probe;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads {@code probe}. */
final class ProbeReader {

  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final Probe.Timing PID_TIMING =
      new Probe.Timing(Duration.ofMillis(100), Duration.ofMillis(100), 1, 1);
  private static final Map<String, String> METHODS = new LinkedHashMap<>();
  private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,255}");
  private static final Pattern HEADER_VALUE =
      Pattern.compile("[^\\x00-\\x08\\x0A-\\x1F\\x7F]{0,4096}");
  private static final Pattern SERVER_NAME = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9._-]{0,252})");
  private static final long MAX_PID = 0xFFFF_FFFFL;
  private static final Map<String, Function<Section, Probe>> TYPES = new LinkedHashMap<>();

  static {
    for (String method : List.of("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")) {
      METHODS.put(method, method);
    }
    TYPES.put("none", section -> new Probe.None());
    TYPES.put("self", section -> new Probe.Self());
    TYPES.put("tcp", ProbeReader::tcp);
    TYPES.put("pid", ProbeReader::pid);
    TYPES.put("http", ProbeReader::http);
  }

  private ProbeReader() {}

  /** Reads a probe. What it returns means nothing where faults were found. */
  static Probe read(Section section) {
    Function<Section, Probe> type = section.choice("type", null, TYPES);
    if (type == null) {
      if (!section.has("type")) {
        section.refuse("type", "allowed is one of " + String.join(", ", TYPES.keySet()));
      }
      return new Probe.None();
    }
    Probe probe = type.apply(section);
    section.refuseUnknown();
    return probe;
  }

  private static Probe tcp(Section section) {
    Optional<String> address = section.text("address", "host:port, as in \"127.0.0.1:9696\"");
    BackendUri.Host host = new BackendUri.Host("", 0);
    try {
      host = address.isPresent() ? HostPort.parse(address.get(), 0) : host;
    } catch (IllegalArgumentException e) {
      section.refuse("address", e.getMessage());
    }
    if (!section.has("address")) {
      section.refuse("address", "allowed is host:port, as in \"127.0.0.1:9696\"");
    }
    return new Probe.Tcp(
        host.name(),
        host.port(),
        section.flag("hold", false),
        section.has("tls") ? tls(section.section("tls")) : null,
        timing(section, true));
  }

  private static Probe pid(Section section) {
    Optional<Long> pid = section.whole("pid", 1, MAX_PID);
    Optional<Path> file = section.text("pid_file", "the path of a file").map(ProbeReader::path);
    if (section.has("pid") == section.has("pid_file")) {
      section.refuse(
          section.has("pid") ? "pid_file" : "pid", "allowed is exactly one of pid and pid_file");
    }
    if (file.isPresent() && file.get().toString().isBlank()) {
      section.refuse("pid_file", "allowed is the path of a file");
    }
    return new Probe.Pid(pid.orElse(null), file.orElse(null), timing(section, false));
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      return Path.of("");
    }
  }

  private static Probe http(Section section) {
    String allowed = "an address that begins with http:// or https://";
    Optional<URI> url = section.text("url", allowed).flatMap(ProbeReader::url);
    if (url.isEmpty() && section.isSound("url")) {
      section.refuse("url", "allowed is " + allowed);
    }
    if (section.has("tls") && url.filter(ProbeReader::isHttps).isEmpty() && url.isPresent()) {
      section.refuse("tls", "a map", "allowed only with an address that begins with https://");
    }
    return new Probe.Http(
        url.orElse(null),
        section.integer("expect", 100, 599).orElse(0),
        section.choice("method", "GET", METHODS),
        headers(section),
        tls(section.section("tls")),
        timing(section, true));
  }

  private static boolean isHttps(URI url) {
    return "https".equalsIgnoreCase(url.getScheme());
  }

  private static Map<String, String> headers(Section section) {
    Section values = section.section("headers");
    Map<String, String> headers = new LinkedHashMap<>();
    for (String name : values.keys()) {
      if (!HEADER.matcher(name).matches()) {
        values.refuseSecret(name, "a header's name is of letters, digits and hyphens");
        continue;
      }
      Optional<String> value = values.secret(name, "a text");
      if (value.isPresent() && !HEADER_VALUE.matcher(value.get()).matches()) {
        values.refuseSecret(name, "allowed is a text of one line, of at most 4096 characters");
      }
      value.ifPresent(text -> headers.put(name, text));
    }
    return headers;
  }

  private static Probe.Tls tls(Section section) {
    Optional<Path> ca = section.text("ca", "the path of a file").map(ProbeReader::path);
    if (ca.isPresent() && ca.get().toString().isBlank()) {
      section.refuse("ca", "allowed is the path of a file");
    }
    Optional<String> name = section.text("server_name", "a host's name");
    if (name.isPresent() && !SERVER_NAME.matcher(name.get()).matches()) {
      section.refuse("server_name", "allowed is a host's name, as in db.example.org");
    }
    Probe.Tls tls = new Probe.Tls(ca.orElse(null), section.flag("verify", true), name.orElse(null));
    section.refuseUnknown();
    return tls;
  }

  private static Optional<URI> url(String text) {
    try {
      URI uri = new URI(text);
      boolean isHttp = "http".equalsIgnoreCase(uri.getScheme());
      if ((!isHttp && !"https".equalsIgnoreCase(uri.getScheme()))
          || uri.getRawAuthority() == null) {
        return Optional.empty();
      }
      String authority = uri.getRawAuthority();
      HostPort.parse(
          authority.substring(authority.lastIndexOf('@') + 1).replaceAll(":$", ""),
          isHttp ? 80 : 443);
      return Optional.of(uri);
    } catch (URISyntaxException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Probe.Timing timing(Section section, boolean hasTimeout) {
    Probe.Timing absent = hasTimeout ? Probe.DEFAULT_TIMING : PID_TIMING;
    Duration interval = section.duration("interval", SHORTEST, LONGEST).orElse(absent.interval());
    Duration timeout = interval;
    if (hasTimeout) {
      Duration shorter = interval.compareTo(absent.timeout()) < 0 ? interval : absent.timeout();
      timeout = section.duration("timeout", SHORTEST, LONGEST).orElse(shorter);
      if (timeout.compareTo(interval) > 0 && section.isSound("interval", "timeout")) {
        section.refuse("timeout", "allowed is at most the interval, " + Durations.text(interval));
      }
    }
    return new Probe.Timing(
        interval,
        timeout,
        section.integer("rise", 1, 1000).orElse(absent.rise()),
        section.integer("fall", 1, 1000).orElse(absent.fall()));
  }
}
