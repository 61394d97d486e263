package io.servicegroup.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.Logged;
import io.servicegroup.testkit.SelfSigned;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A certificate whose time is over is told when it is read, with its file and its date. */
class ExpiredCertificateTest {

  private static final String EXPIRED = "%s: %s: the certificate has expired on 20";

  @TempDir private Path directory;

  @Test
  void ofAListenerAtTheStart() {
    SelfSigned pair = SelfSigned.expired(directory, "old");
    List<String> lines =
        Logged.during(
            () -> TlsFiles.requireCertificate("http.tls", pair.certificate(), pair.key()));
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0)).startsWith(EXPIRED.formatted("http.tls", pair.certificate()));
  }

  @Test
  void ofAClientWithKeyAndCertificateInOneText() {
    SelfSigned pair = SelfSigned.expired(directory, "client");
    PemPair both = new PemPair("certfile", pair.certificate(), pair.key());
    List<String> lines = Logged.during(() -> assertThat(both.text()).isNotEmpty());
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0)).startsWith(EXPIRED.formatted("certfile", pair.certificate()));
  }
}
