package io.servicegroup.config;

import io.servicegroup.model.Probe;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Finds what may be a secret in a probe, because a secret is not to be stored anywhere. */
public final class ProbeSecrets {

  /** Headers that describe a request and authorize nobody. */
  private static final Set<String> HARMLESS =
      Set.of(
          "accept",
          "accept-encoding",
          "accept-language",
          "cache-control",
          "connection",
          "content-type",
          "host",
          "user-agent",
          "x-forwarded-host",
          "x-forwarded-proto");

  private ProbeSecrets() {}

  /**
   * Looks for what may be a secret.
   *
   * @param probe the probe of a service that joins
   * @return a clause that names the secret without its value; empty where the probe may be stored
   */
  public static Optional<String> of(Probe probe) {
    if (!(probe instanceof Probe.Http http)) {
      return Optional.empty();
    }
    List<String> headers =
        http.headers().keySet().stream()
            .filter(name -> !HARMLESS.contains(name.toLowerCase(Locale.ROOT)))
            .toList();
    if (!headers.isEmpty()) {
      return Optional.of(
          (headers.size() == 1 ? "the header " : "the headers ") + String.join(", ", headers));
    }
    return http.url().getRawAuthority().contains("@") || hasSecretOption(http.url())
        ? Optional.of("the url, which holds what looks like a password")
        : Optional.empty();
  }

  private static boolean hasSecretOption(URI url) {
    // The decoded query, because the server that is asked decodes it, too.
    return url.getQuery() != null
        && Arrays.stream(url.getQuery().split("[&;]"))
            .map(option -> option.split("=", 2)[0])
            .anyMatch(Masking::isSecretOption);
  }
}
