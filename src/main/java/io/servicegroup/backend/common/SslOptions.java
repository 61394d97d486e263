package io.servicegroup.backend.common;

import io.servicegroup.config.Key;
import io.servicegroup.config.KeyTypes;
import java.nio.file.Path;

/** The options of a URI by which Redis and memcached are reached with TLS, named as tooz's are. */
public final class SslOptions {

  /** Whether TLS is used; each technology explains what it verifies. */
  public static final Key<Boolean> TLS = Key.of("ssl", KeyTypes.flag(), "TLS").orElse(false);

  /** Who has to have signed the server's certificate. */
  public static final Key<Path> AUTHORITIES =
      Key.of("ssl_ca_certs", KeyTypes.pemFile(), "PEM file of the authority").onlyWith(TLS, "true");

  /** By what the client proves who it is. */
  public static final Key<Path> CERTIFICATE =
      Key.of("ssl_certfile", KeyTypes.pemFile(), "PEM file of a client's certificate")
          .onlyWith(TLS, "true");

  /** The key of {@link #CERTIFICATE}. */
  public static final Key<Path> CERTIFICATE_KEY =
      Key.of("ssl_keyfile", KeyTypes.pemFile(), "PEM file of its key")
          .onlyWith(TLS, "true")
          .togetherWith(CERTIFICATE);

  private SslOptions() {}
}
