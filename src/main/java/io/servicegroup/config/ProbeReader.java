package io.servicegroup.config;

import io.servicegroup.model.Durations;
import io.servicegroup.model.Probe;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Makes a probe of the keys of {@code services[].probe}; checks the rules between them. */
final class ProbeReader {

  /** The timing of a probe of a process, which is frequent because it costs next to nothing. */
  static final Probe.Timing PID_TIMING =
      new Probe.Timing(Duration.ofMillis(100), Duration.ofMillis(100), 1, 1);

  /** The rule for the address of an HTTP probe. */
  static final String URL = "an address that begins with http:// or https://";

  static final KeyType<Map<String, String>> HEADERS =
      KeyType.composite(
          "a map",
          "a map of texts",
          (section, key, reading) ->
              section.has(key) ? Optional.of(headers(section.section(key))) : Optional.empty(),
          headers -> headers);

  private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,255}");
  private static final Pattern HEADER_VALUE =
      Pattern.compile("[^\\x00-\\x08\\x0A-\\x1F\\x7F]{0,4096}");
  private static final Pattern SERVER_NAME = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9._-]{0,252})");

  private ProbeReader() {}

  /** Makes a probe; none where the section has a fault that prevents it. */
  static Probe read(Section section, Values values) {
    return switch (values.find(ServiceKeys.TYPE).orElse("none")) {
      case "self" -> new Probe.Self();
      case "tcp" -> tcp(section, values);
      case "pid" -> pid(section, values);
      case "http" -> http(section, values);
      default -> new Probe.None();
    };
  }

  private static Probe tcp(Section section, Values values) {
    Probe.Timing timing = timing(section, values);
    return values
        .find(ServiceKeys.ADDRESS)
        .<Probe>map(
            host ->
                new Probe.Tcp(
                    host.name(),
                    host.port(),
                    values.get(ServiceKeys.HOLD),
                    values.isGiven(ServiceKeys.TLS) ? tls(values) : null,
                    timing))
        .orElseGet(Probe.None::new);
  }

  private static Probe pid(Section section, Values values) {
    if (section.has("pid") == section.has("pid_file")) {
      section.refuse(
          section.has("pid") ? "pid_file" : "pid", "allowed is exactly one of pid and pid_file");
    }
    Duration interval = values.get(ServiceKeys.INTERVAL);
    return new Probe.Pid(
        values.find(ServiceKeys.PID).orElse(null),
        values.find(ServiceKeys.PID_FILE).orElse(null),
        timing(values, interval));
  }

  private static Probe http(Section section, Values values) {
    Probe.Timing timing = timing(section, values);
    Optional<URI> url = values.find(ServiceKeys.URL);
    if (section.has("tls") && url.isPresent() && !isHttps(url.get())) {
      section.refuse("tls", "a map", "allowed only with an address that begins with https://");
    }
    return url.<Probe>map(
            address ->
                new Probe.Http(
                    address,
                    values.find(ServiceKeys.EXPECT).orElse(0),
                    values.get(ServiceKeys.METHOD),
                    values.get(ServiceKeys.HEADERS),
                    tls(values),
                    timing))
        .orElseGet(Probe.None::new);
  }

  private static boolean isHttps(URI url) {
    return "https".equalsIgnoreCase(url.getScheme());
  }

  private static Map<String, String> headers(Section section) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String name : section.keys()) {
      section.hide(name);
      if (!HEADER.matcher(name).matches()) {
        section.refuse(name, "a header's name is of letters, digits and hyphens");
        continue;
      }
      Optional<String> value = section.text(name, "a text");
      if (value.isPresent() && !HEADER_VALUE.matcher(value.get()).matches()) {
        section.refuse(name, "allowed is a text of one line, of at most 4096 characters");
      }
      value.ifPresent(text -> headers.put(name, text));
    }
    return headers;
  }

  private static Probe.Tls tls(Values values) {
    return new Probe.Tls(
        values.find(ServiceKeys.CA).orElse(null),
        values.get(ServiceKeys.VERIFY),
        values.find(ServiceKeys.SERVER_NAME).orElse(null));
  }

  static boolean isServerName(String text) {
    return SERVER_NAME.matcher(text).matches();
  }

  /** The address of an HTTP probe; empty where the text is none. */
  static Optional<URI> url(String text) {
    try {
      URI uri = new URI(text);
      boolean isHttp = "http".equalsIgnoreCase(uri.getScheme());
      if ((isHttp || isHttps(uri)) && uri.getRawAuthority() != null) {
        String authority = uri.getRawAuthority();
        HostPort.parse(
            authority.substring(authority.lastIndexOf('@') + 1).replaceAll(":$", ""),
            isHttp ? 80 : 443);
        return Optional.of(uri);
      }
    } catch (URISyntaxException | IllegalArgumentException e) {
      // The exception's message is not used, because it quotes the address, and with it a password.
    }
    return Optional.empty();
  }

  private static Probe.Timing timing(Section section, Values values) {
    Duration interval = values.get(ServiceKeys.INTERVAL);
    Duration timeout = values.get(ServiceKeys.TIMEOUT);
    if (timeout.compareTo(interval) > 0 && section.isSound("interval", "timeout")) {
      section.refuse("timeout", "allowed is at most the interval, " + Durations.text(interval));
    }
    return timing(values, timeout);
  }

  private static Probe.Timing timing(Values values, Duration timeout) {
    return new Probe.Timing(
        values.get(ServiceKeys.INTERVAL),
        timeout,
        values.get(ServiceKeys.RISE),
        values.get(ServiceKeys.FALL));
  }
}
