package io.servicegroup.config;

import io.servicegroup.model.Probe;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What of a probe may be a secret, and so is not to be stored anywhere. */
public final class ProbeSecrets {

  /** They say what is asked for, and authorize nobody. */
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
   * @param probe as it was joined
   * @return a clause that names it without its value; empty where the probe may be stored whole
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
    String url = http.url().toString();
    boolean hidden = http.url().getRawUserInfo() != null || !Masking.soundUri(url).equals(url);
    return hidden || http.url().getRawAuthority().contains("@")
        ? Optional.of("the url, which holds what looks like a password")
        : Optional.empty();
  }
}
