package io.servicegroup.backend.memcached;

import static io.servicegroup.backend.memcached.MemcachedHarness.beat;
import static io.servicegroup.backend.memcached.MemcachedHarness.member;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Member;
import io.servicegroup.testkit.MemcachedServer;
import io.servicegroup.testkit.SelfSigned;
import io.servicegroup.testkit.Started;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that speak TLS, and servers that ask for a password. */
class MemcachedSecurityIT {

  private static final Member MEMBER = member("compute", "host-1", 7);
  private static final Key DOCUMENT = new Key(Kind.MEMBER, "compute", "host-1");
  private static final String PASSWORD = "s3cret:/@w%rd";
  private static final String ENCODED = "s3cret%3A%2F%40w%25rd";

  @TempDir private static Path directory;
  @Started private static Vertx vertx;

  /** Whether everything works there: beats, polls, tooz's groups, the catalogue's documents. */
  private static void assertWorks(String uri) {
    try (MemcachedHarness agent = MemcachedHarness.open(vertx, "a", uri).follow(MEMBER)) {
      agent.write(beat(MEMBER, 1));
      agent.write(beat(MEMBER, 2));
      assertThat(agent.poll().beats()).hasSize(1);
    }
    MemcachedDocuments documents = new MemcachedDocuments(vertx, BackendUri.parse(uri));
    await(documents.open());
    await(documents.write(DOCUMENT, "a\r\nb", null));
    assertThat(await(documents.list("compute"))).extracting(Document::text).contains("a\r\nb");
    await(documents.close());
  }

  private static void assertRefused(String uri, String reason) {
    try (MemcachedClientHarness client =
        new MemcachedClientHarness(vertx, uri, Duration.ofSeconds(10))) {
      assertThatThrownBy(() -> client.get("k"))
          .hasMessageContaining("127.0.0.1:")
          .hasMessageContaining(reason)
          .hasMessageNotContaining("s3cret");
    }
  }

  @Test
  void tlsIsSpokenAndVerifiedBothWays() {
    SelfSigned certificate = SelfSigned.named(directory, "memcached");
    SelfSigned other = SelfSigned.create(directory, "other");
    try (MemcachedServer server = MemcachedServer.createTls(certificate)) {
      String client =
          "ssl_certfile=" + certificate.certificate() + "&ssl_keyfile=" + certificate.key();
      String trusting = "&ssl_ca_certs=" + certificate.certificate();
      String host = "127.0.0.1:" + server.port() + "?ssl=true&";
      assertWorks("memcached://" + host + client + trusting);
      assertWorks("memcached://localhost:" + server.port() + "?ssl=true&" + client + trusting);
      assertRefused(
          "memcached://" + host + client + "&ssl_ca_certs=" + other.certificate(), "TLS failed");
      assertRefused("memcached://" + host + client, "TLS failed");
      assertRefused("memcached://" + host + trusting.substring(1), "");
      assertRefused("memcached://127.0.0.1:" + server.port(), "");
    }
  }

  @Test
  void aCertificateForAnotherNameIsRefused() {
    SelfSigned certificate = SelfSigned.create(directory, "address");
    try (MemcachedServer server = MemcachedServer.createTls(certificate)) {
      String uri =
          "memcached://%s:%d?ssl=true&ssl_ca_certs=%s&ssl_certfile=%s&ssl_keyfile=%s"
              .formatted(
                  "localhost",
                  server.port(),
                  certificate.certificate(),
                  certificate.certificate(),
                  certificate.key());
      try (MemcachedClientHarness client =
          new MemcachedClientHarness(vertx, uri, Duration.ofSeconds(10))) {
        assertThatThrownBy(() -> client.get("k")).hasMessageContaining("localhost:");
      }
      assertWorks(uri.replace("localhost", "127.0.0.1"));
    }
  }

  @Test
  void aUserIsKnownByHisPassword() {
    try (MemcachedServer server = MemcachedServer.createSecured("nova", PASSWORD)) {
      String host = "@127.0.0.1:" + server.port();
      assertWorks("memcached://nova:" + ENCODED + host);
      assertRefused("memcached://nova:s3cret" + host, "authentication failure");
      assertRefused("memcached://nobody:" + ENCODED + host, "authentication failure");
      assertRefused("memcached://127.0.0.1:" + server.port(), "unauthenticated");
    }
  }

  @Test
  void aServerThatAsksForNoPasswordKeepsNone() {
    try (MemcachedServer server = MemcachedServer.create();
        RawMemcached raw = new RawMemcached(server.port())) {
      assertWorks("memcached://nova:" + ENCODED + "@127.0.0.1:" + server.port());
      assertThat(raw.get("servicegroup:password")).isNull();
    }
  }
}
