package io.servicegroup.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A certificate for 127.0.0.1 that is its own authority, as files in PEM.
 *
 * @param certificate the certificate
 * @param key its private key
 */
public record SelfSigned(Path certificate, Path key) {

  private static final String STORE_PASSWORD = "changeit";

  /**
   * Makes one.
   *
   * @param directory where its files are written
   * @param name of the files, and the certificate's common name
   * @return the certificate
   */
  public static SelfSigned create(Path directory, String name) {
    return create(directory, name, List.of());
  }

  /**
   * Makes one whose time is over.
   *
   * @param directory where its files are written
   * @param name of the files, and the certificate's common name
   * @return the certificate
   */
  public static SelfSigned expired(Path directory, String name) {
    return create(directory, name, List.of("-startdate", "-3d", "-validity", "1"));
  }

  private static SelfSigned create(Path directory, String name, List<String> more) {
    Path store = directory.resolve(name + ".p12");
    List<String> command = new ArrayList<>(more);
    command.addAll(
        0,
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            name,
            "-keyalg",
            "RSA",
            "-dname",
            "CN=" + name,
            "-ext",
            "SAN=IP:127.0.0.1",
            "-storepass",
            STORE_PASSWORD,
            "-keystore",
            store.toString()));
    ManagedProcess.run(command);
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, STORE_PASSWORD.toCharArray());
      byte[] secret = keys.getKey(name, STORE_PASSWORD.toCharArray()).getEncoded();
      byte[] open = keys.getCertificate(name).getEncoded();
      return new SelfSigned(
          Files.writeString(directory.resolve(name + ".crt"), pem("CERTIFICATE", open)),
          Files.writeString(directory.resolve(name + ".key"), pem("PRIVATE KEY", secret)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("keytool made no usable certificate", e);
    }
  }

  private static String pem(String what, byte[] content) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(what, Base64.getMimeEncoder().encodeToString(content));
  }
}
