package io.servicegroup.runtime;

import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509KeyManager;

/**
 * TLS from PEM files that are read anew for each handshake, so that what replaces them is used
 * without a restart. What cannot be used, such as a certificate whose key has not been copied yet,
 * leaves the last one that could in use. Small files of this machine, so reading them in the
 * handshake is a matter of microseconds.
 */
public final class TlsFiles {

  private TlsFiles() {}

  /**
   * A certificate with its key.
   *
   * @param name for the log: the key or option that names the files
   * @param certificate the chain, the own certificate first
   * @param key its private key
   * @return options for a server or a client
   */
  public static KeyCertOptions certificate(String name, Path certificate, Path key) {
    RenewedFiles<X509KeyManager> files =
        new RenewedFiles<>(name, List.of(certificate, key), PemReader::keyManager);
    return KeyCertOptions.wrap(new RenewedKeyManager(files));
  }

  /**
   * As {@link #certificate}, for whoever must not start without.
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
   * The authorities that vouch for the other side.
   *
   * @param name for the log: the key or option that names the file
   * @param authorities their certificates
   * @return options for a server or a client
   */
  public static TrustOptions authorities(String name, Path authorities) {
    RenewedFiles<X509ExtendedTrustManager> files =
        new RenewedFiles<>(name, List.of(authorities), PemReader::trustManager);
    return TrustOptions.wrap(new RenewedTrustManager(files));
  }

  /**
   * As {@link #authorities}, for whoever must not start without.
   *
   * @param name for the log
   * @param authorities their certificates
   * @return options for a server
   * @throws IllegalArgumentException as of {@link #requireCertificate}
   */
  public static TrustOptions requireAuthorities(String name, Path authorities) {
    RenewedFiles<X509ExtendedTrustManager> files =
        new RenewedFiles<>(name, List.of(authorities), PemReader::trustManager);
    files.requireNameless();
    return TrustOptions.wrap(new RenewedTrustManager(files));
  }
}
