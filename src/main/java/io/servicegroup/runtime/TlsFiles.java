package io.servicegroup.runtime;

import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509KeyManager;

/**
 * TLS options from PEM files that are read again for each handshake, so that new files are used
 * without a restart. While the files cannot be used, for example because a certificate's key has
 * not been copied yet, the last usable ones stay in use. The files are small and local, so reading
 * them in the handshake takes microseconds.
 */
public final class TlsFiles {

  private TlsFiles() {}

  /**
   * Makes options from a certificate with its key. * @param name for the log: the key or option
   * that names the files
   *
   * @param certificate the chain, the own certificate first
   * @param key its private key
   * @return options for a server or a client
   */
  public static KeyCertOptions certificate(String name, Path certificate, Path key) {
    return KeyCertOptions.wrap(keyManager(name, certificate, key));
  }

  /**
   * As {@link #certificate}, for callers that make options of their own for each connection.
   *
   * @param name for the log
   * @param certificate the chain
   * @param key its private key
   * @return what {@link KeyCertOptions#wrap} takes
   */
  public static X509KeyManager keyManager(String name, Path certificate, Path key) {
    return new RenewedKeyManager(
        new RenewedFiles<>(name, List.of(certificate, key), PemReader::keyManager));
  }

  /**
   * As {@link #certificate}, for callers that must not start without a usable certificate.
   *
   * @param name for the log and for messages
   * @param certificate the chain
   * @param key its private key
   * @return options for a server
   * @throws IllegalArgumentException with a sentence that names the file and why it cannot be used
   */
  public static KeyCertOptions requireCertificate(String name, Path certificate, Path key) {
    RenewedFiles<X509KeyManager> files =
        new RenewedFiles<>(name, List.of(certificate, key), PemReader::keyManager);
    files.requireNameless();
    return KeyCertOptions.wrap(new RenewedKeyManager(files));
  }

  /**
   * Makes options from the authorities that sign the other side's certificate. * @param name for
   * the log: the key or option that names the file
   *
   * @param authorities their certificates
   * @return options for a server or a client
   */
  public static TrustOptions authorities(String name, Path authorities) {
    RenewedFiles<X509ExtendedTrustManager> files =
        new RenewedFiles<>(name, List.of(authorities), PemReader::trustManager);
    return TrustOptions.wrap(new RenewedTrustManager(files));
  }

  /**
   * As {@link #authorities}, for callers that must not start without usable authorities.
   *
   * @param name for the log
   * @param authorities their certificates
   * @return options for a server
   * @throws IllegalArgumentException as {@link #requireCertificate}
   */
  public static TrustOptions requireAuthorities(String name, Path authorities) {
    RenewedFiles<X509ExtendedTrustManager> files =
        new RenewedFiles<>(name, List.of(authorities), PemReader::trustManager);
    files.requireNameless();
    return TrustOptions.wrap(new RenewedTrustManager(files));
  }
}
