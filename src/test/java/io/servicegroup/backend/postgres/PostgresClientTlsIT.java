package io.servicegroup.backend.postgres;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.config.BackendUri;
import io.servicegroup.testkit.ManagedProcess;
import io.servicegroup.testkit.PostgresServer;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What each {@code sslmode} checks, on a server whose certificate is for 127.0.0.1 only. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PostgresClientTlsIT {

  private static final String STORE_PASSWORD = "changeit";

  @TempDir private static Path directory;

  private static PostgresServer server;
  private static Vertx vertx;
  private static Path certificate;
  private static Path otherCertificate;

  @BeforeAll
  static void startServer() throws IOException, GeneralSecurityException {
    vertx = Vertx.vertx();
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    certificate = makeCertificate("server");
    otherCertificate = makeCertificate("other");
    server =
        PostgresServer.create(
            "ssl=on",
            "ssl_cert_file=" + certificate,
            "ssl_key_file=" + directory.resolve("server.key"));
  }

  @AfterAll
  static void stopServer() {
    await(vertx.close());
    server.close();
  }

  private static Path makeCertificate(String name) throws IOException, GeneralSecurityException {
    Path store = directory.resolve(name + ".p12");
    ManagedProcess.run(
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
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, STORE_PASSWORD.toCharArray());
    }
    Path key = directory.resolve(name + ".key");
    byte[] secret = keys.getKey(name, STORE_PASSWORD.toCharArray()).getEncoded();
    Files.writeString(key, pem("PRIVATE KEY", secret));
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    if ("root".equals(System.getProperty("user.name"))) {
      // As the server runs then.
      Files.setAttribute(key, "unix:uid", 65534);
    }
    return Files.writeString(
        directory.resolve(name + ".crt"),
        pem("CERTIFICATE", keys.getCertificate(name).getEncoded()));
  }

  private static String pem(String what, byte[] content) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(what, Base64.getMimeEncoder().encodeToString(content));
  }

  private static boolean encrypted(String host, String options) {
    String uri = server.uri().replace("127.0.0.1", host) + "?" + options;
    PostgresClient client =
        PostgresClient.create(vertx, BackendUri.parse(uri), 1, Duration.ofSeconds(20));
    try {
      return await(
              client.query(
                  "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", Tuple.tuple()))
          .iterator()
          .next()
          .getBoolean(0);
    } finally {
      await(client.close());
    }
  }

  @Test
  void encryptsUnlessTold() {
    assertThat(encrypted("127.0.0.1", "")).isTrue();
    assertThat(encrypted("127.0.0.1", "sslmode=prefer")).isTrue();
    assertThat(encrypted("127.0.0.1", "sslmode=require")).isTrue();
    assertThat(encrypted("127.0.0.1", "sslmode=allow")).isFalse();
    assertThat(encrypted("127.0.0.1", "sslmode=disable")).isFalse();
  }

  @Test
  void verifiesTheCertificate() {
    assertThat(encrypted("127.0.0.1", "sslmode=verify-ca&sslrootcert=" + certificate)).isTrue();
    assertThat(encrypted("localhost", "sslmode=verify-ca&sslrootcert=" + certificate)).isTrue();
    assertThat(encrypted("127.0.0.1", "sslmode=require&sslrootcert=" + certificate)).isTrue();
    for (String mode : List.of("verify-ca", "verify-full", "require")) {
      assertThatThrownBy(
              () -> encrypted("127.0.0.1", "sslmode=" + mode + "&sslrootcert=" + otherCertificate))
          .as(mode)
          .isInstanceOf(Exception.class);
    }
  }

  @Test
  void verifiesTheName() {
    assertThat(encrypted("127.0.0.1", "sslmode=verify-full&sslrootcert=" + certificate)).isTrue();
    assertThatThrownBy(
            () -> encrypted("localhost", "sslmode=verify-full&sslrootcert=" + certificate))
        .isInstanceOf(Exception.class);
  }
}
