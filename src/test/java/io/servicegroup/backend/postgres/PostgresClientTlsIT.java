package io.servicegroup.backend.postgres;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.config.BackendUri;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.SelfSigned;
import io.servicegroup.testkit.Started;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
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

  @TempDir private static Path directory;

  private static PostgresServer server;
  @Started private static Vertx vertx;
  private static Path certificate;
  private static Path otherCertificate;

  @BeforeAll
  static void startServer() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    SelfSigned own = SelfSigned.create(directory, "server").unprivileged();
    certificate = own.certificate();
    otherCertificate = SelfSigned.create(directory, "other").certificate();
    server =
        PostgresServer.create(
            "ssl=on", "ssl_cert_file=" + certificate, "ssl_key_file=" + own.key());
  }

  @AfterAll
  static void stopServer() {
    server.close();
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
