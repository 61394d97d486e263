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
public record SelfSigned(Path certificate, Path key, Path store) {

  /** Of the key store, and of the key in it. */
  public static final String PASSWORD = "changeit";

  private static final String ITSELF = "SAN=IP:127.0.0.1";

  /**
   * Makes one.
   *
   * @param directory where its files are written
   * @param name of the files, and the certificate's common name
   * @return the certificate
   */
  public static SelfSigned create(Path directory, String name) {
    return create(directory, name, ITSELF, List.of());
  }

  /**
   * Makes one whose time is over.
   *
   * @param directory where its files are written
   * @param name of the files, and the certificate's common name
   * @return the certificate
   */
  public static SelfSigned expired(Path directory, String name) {
    return create(directory, name, ITSELF, List.of("-startdate", "-3d", "-validity", "1"));
  }

  /**
   * Makes one for this machine's address and for {@code localhost}.
   *
   * @param directory where its files are written
   * @param name of the files, and the certificate's common name
   * @return the certificate
   */
  public static SelfSigned named(Path directory, String name) {
    return create(directory, name, ITSELF + ",DNS:localhost", List.of());
  }

  /**
   * Gives the key to servers that refuse to run as root.
   *
   * @return this
   */
  public SelfSigned unprivileged() {
    try {
      Unprivileged.give(key);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SelfSigned create(Path directory, String name, String names, List<String> more) {
    Path store = directory.resolve(name + ".p12");
    List<String> command = new ArrayList<>(more);
    command.addAll(
        0,
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-J-XX:TieredStopAtLevel=1",
            "-J-XX:+UseSerialGC",
            "-genkeypair",
            "-alias",
            name,
            "-keyalg",
            "EC",
            "-dname",
            "CN=" + name,
            "-ext",
            names,
            "-storepass",
            PASSWORD,
            "-keystore",
            store.toString()));
    ManagedProcess.run(command);
    KeyStore keys = load(store);
    try {
      byte[] secret = keys.getKey(name, PASSWORD.toCharArray()).getEncoded();
      byte[] open = keys.getCertificate(name).getEncoded();
      return new SelfSigned(
          Files.writeString(directory.resolve(name + ".crt"), pem("CERTIFICATE", open)),
          Files.writeString(directory.resolve(name + ".key"), pem("PRIVATE KEY", secret)),
          store);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("keytool made no usable certificate", e);
    }
  }

  /**
   * What its key store holds.
   *
   * @return the key and the certificate under its name
   */
  public KeyStore keys() {
    return load(store);
  }

  private static KeyStore load(Path store) {
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD.toCharArray());
      return keys;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("keytool made no usable key store", e);
    }
  }

  private static String pem(String what, byte[] content) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(what, Base64.getMimeEncoder().encodeToString(content));
  }
}
