package io.servicegroup.heartbeat.probe;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Says in a few words why TLS with a service failed. */
final class TlsText {

  private static final int DEEPEST = 20;

  private TlsText() {}

  /** Makes a short sentence; null where the failure is not one of TLS. */
  static String of(Throwable failure) {
    List<Throwable> causes = causes(failure);
    if (has(causes, NotSslRecordException.class)) {
      return "TLS failed: the service does not speak TLS";
    }
    if (has(causes, CertificateExpiredException.class)) {
      return "TLS failed: the service's certificate has expired";
    }
    if (has(causes, CertificateNotYetValidException.class)) {
      return "TLS failed: the service's certificate is not valid yet";
    }
    if (has(causes, CertPathBuilderException.class)) {
      return "TLS failed: no trusted authority signed the service's certificate; tls.ca names one"
          + " of your own";
    }
    Optional<Throwable> certificate = find(causes, CertificateException.class);
    if (certificate.isPresent()) {
      return "TLS failed: the service's certificate is for another name ("
          + FailureText.clean(certificate.get())
          + "); tls.server_name says which is meant";
    }
    Optional<Throwable> other = find(causes, SSLException.class);
    if (other.isEmpty()) {
      return null;
    }
    if (has(causes, SslHandshakeTimeoutException.class)) {
      return "TLS failed: the handshake did not end in time";
    }
    return has(causes, ClosedChannelException.class)
        ? "TLS failed: the service closed the connection in the handshake"
        : "TLS failed: " + FailureText.clean(other.get());
  }

  private static List<Throwable> causes(Throwable failure) {
    List<Throwable> causes = new ArrayList<>();
    Throwable cause = failure;
    while (cause != null && causes.size() < DEEPEST) {
      causes.add(cause);
      cause = cause.getCause();
    }
    return causes;
  }

  private static boolean has(List<Throwable> causes, Class<? extends Throwable> type) {
    return find(causes, type).isPresent();
  }

  /** Finds the innermost cause of a type; the outer ones only repeat it in other words. */
  private static Optional<Throwable> find(List<Throwable> causes, Class<? extends Throwable> type) {
    return causes.stream().filter(type::isInstance).reduce((first, deeper) -> deeper);
  }
}
