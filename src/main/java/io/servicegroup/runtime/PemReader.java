package io.servicegroup.runtime;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509KeyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes key and trust managers for TLS from PEM, by the library's parser, and refuses a key that
 * does not belong to its certificate.
 */
final class PemReader {

  private static final Logger LOG = LoggerFactory.getLogger(PemReader.class);
  private static final byte[] SAMPLE = {1, 2, 3, 4};

  private PemReader() {}

  /** Makes the key manager of a certificate and its key. */
  static X509KeyManager keyManager(String name, List<byte[]> contents)
      throws GeneralSecurityException {
    certificates(contents.get(0), "the certificate's file has no certificate in PEM");
    PemKeyCertOptions pem =
        new PemKeyCertOptions()
            .addCertValue(Buffer.buffer(contents.get(0)))
            .addKeyValue(Buffer.buffer(contents.get(1)));
    X509KeyManager made =
        Arrays.stream(opened(pem).getKeyManagers())
            .filter(X509KeyManager.class::isInstance)
            .map(X509KeyManager.class::cast)
            .findFirst()
            .orElseThrow();
    PrivateKey key = null;
    X509Certificate certificate = null;
    for (String type : List.of("RSA", "EC", "EdDSA", "RSASSA-PSS", "DSA")) {
      String[] aliases = made.getServerAliases(type, null);
      if (aliases != null && aliases.length > 0) {
        key = made.getPrivateKey(aliases[0]);
        certificate = made.getCertificateChain(aliases[0])[0];
        break;
      }
    }
    if (certificate != null) {
      requirePair(key, certificate);
      warnOfTime(name, certificate);
    }
    return made;
  }

  /**
   * Replaces the parsers' messages, which name classes and markers of PEM, by one that helps a user
   * who copied the wrong file.
   */
  private static KeyManagerFactory opened(PemKeyCertOptions pem) throws KeyStoreException {
    try {
      return pem.getKeyManagerFactory(null);
    } catch (Exception e) {
      throw new KeyStoreException("the key's file has no private key in PEM without a password", e);
    }
  }

  private static Collection<? extends Certificate> certificates(byte[] pem, String otherwise)
      throws CertificateException {
    Collection<? extends Certificate> found;
    try {
      found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem));
    } catch (CertificateException e) {
      throw new CertificateException(otherwise, e);
    }
    if (found.isEmpty()) {
      throw new CertificateException(otherwise);
    }
    return found;
  }

  private static KeyStore empty() throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try {
      store.load(null, null);
    } catch (IOException e) {
      throw new KeyStoreException("an empty store of keys cannot be made", e);
    }
    return store;
  }

  private static void requirePair(PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
          default -> null;
        };
    if (algorithm == null) {
      return;
    }
    boolean fits;
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(SAMPLE);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(SAMPLE);
      fits = signature.verify(signed);
    } catch (GeneralSecurityException e) {
      fits = false; // another kind of key, or one of another length
    }
    if (!fits) {
      throw new KeyStoreException("the key is not that of the certificate");
    }
  }

  private static void warnOfTime(String name, X509Certificate certificate) {
    try {
      certificate.checkValidity();
    } catch (CertificateExpiredException e) {
      LOG.warn(
          "{}: the certificate has expired on {}: every peer that verifies it refuses to connect",
          name,
          certificate.getNotAfter().toInstant());
    } catch (CertificateNotYetValidException e) {
      LOG.warn(
          "{}: the certificate is not valid before {}: every peer that verifies it refuses to"
              + " connect",
          name,
          certificate.getNotBefore().toInstant());
    }
  }

  /** Makes the trust manager of the certificates of authorities. */
  static X509ExtendedTrustManager trustManager(String name, List<byte[]> contents)
      throws GeneralSecurityException {
    Collection<? extends Certificate> authorities =
        certificates(contents.get(0), "it has no certificate in PEM");
    KeyStore trusted = empty();
    int number = 0;
    for (Certificate authority : authorities) {
      trusted.setCertificateEntry("authority-" + number++, authority);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    X509ExtendedTrustManager made =
        Arrays.stream(factory.getTrustManagers())
            .filter(X509ExtendedTrustManager.class::isInstance)
            .map(X509ExtendedTrustManager.class::cast)
            .findFirst()
            .orElseThrow();
    Arrays.stream(made.getAcceptedIssuers()).forEach(authority -> warnOfTime(name, authority));
    return made;
  }
}
