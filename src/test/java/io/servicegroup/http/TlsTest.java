package io.servicegroup.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.config.AgentConfig;
import io.servicegroup.testkit.SelfSigned;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {

  @TempDir private static Path dir;
  private static KeyStore server;
  private static KeyStore client;

  @BeforeAll
  static void makeCertificates() {
    server = SelfSigned.create(dir, "server").keys();
    client = SelfSigned.create(dir, "client").keys();
  }

  private static HttpFixture agent(Optional<Path> clientCa) {
    AgentConfig.Tls tls =
        new AgentConfig.Tls(dir.resolve("server.crt"), dir.resolve("server.key"), clientCa);
    AgentConfig.Http http =
        new AgentConfig.Http("127.0.0.1", 0, Optional.empty(), Optional.of(tls), false);
    return new HttpFixture(HttpFixture.config(http, List.of(), AgentConfig.Evaluate.ALWAYS, null));
  }

  private static HttpClient client(boolean withCertificate) throws GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    try {
      trusted.load(null, null);
    } catch (IOException e) {
      throw new IllegalStateException("nothing is read", e);
    }
    trusted.setCertificateEntry("server", server.getCertificate("server"));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(client, SelfSigned.PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(withCertificate ? keys.getKeyManagers() : null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).build();
  }

  private static int get(HttpFixture agent, HttpClient client) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + agent.port() + "/health/live"))
            .timeout(Duration.ofSeconds(20))
            .build();
    return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  @Test
  void servesTls() throws Exception {
    try (HttpFixture agent = agent(Optional.empty())) {
      assertThat(get(agent, client(false))).isEqualTo(200);
    }
  }

  @Test
  void letsInOnlyClientsWithACertificate() throws Exception {
    try (HttpFixture agent = agent(Optional.of(dir.resolve("client.crt")))) {
      assertThat(get(agent, client(true))).isEqualTo(200);
      assertThatThrownBy(() -> get(agent, client(false))).isInstanceOf(IOException.class);
    }
  }

  /** Makes a new handshake, and reads the common name of the server's certificate. */
  private static String shown(HttpFixture agent) throws Exception {
    X509Certificate[] seen = new X509Certificate[1];
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Looking(seen)}, null);
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", agent.port())) {
      socket.setSoTimeout(20_000);
      socket.startHandshake();
    }
    return seen[0].getSubjectX500Principal().getName();
  }

  private static final class Looking extends X509ExtendedTrustManager {
    private final X509Certificate[] seen;

    Looking(X509Certificate[] seen) {
      this.seen = seen;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
      seen[0] = chain[0];
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      seen[0] = chain[0];
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      seen[0] = chain[0];
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  private static void copy(String from, String to) throws IOException {
    Files.copy(dir.resolve(from), dir.resolve(to), StandardCopyOption.REPLACE_EXISTING);
  }

  private static HttpFixture agent(String certificate, String key) {
    AgentConfig.Tls tls =
        new AgentConfig.Tls(dir.resolve(certificate), dir.resolve(key), Optional.empty());
    AgentConfig.Http http =
        new AgentConfig.Http("127.0.0.1", 0, Optional.empty(), Optional.of(tls), false);
    return new HttpFixture(HttpFixture.config(http, List.of(), AgentConfig.Evaluate.ALWAYS, null));
  }

  @Test
  void aReplacedCertificateIsUsedFromTheNextHandshakeOnAndHalfOfOneNever() throws Exception {
    copy("server.crt", "now.crt");
    copy("server.key", "now.key");
    try (HttpFixture agent = agent("now.crt", "now.key")) {
      assertThat(shown(agent)).isEqualTo("CN=server");
      copy("client.crt", "now.crt");
      assertThat(shown(agent)).as("its key is not there yet").isEqualTo("CN=server");
      copy("client.key", "now.key");
      assertThat(shown(agent)).isEqualTo("CN=client");
      Files.writeString(dir.resolve("now.key"), "-----BEGIN PRI");
      assertThat(shown(agent)).isEqualTo("CN=client");
      Files.delete(dir.resolve("now.crt"));
      assertThat(shown(agent)).isEqualTo("CN=client");
    }
  }

  @Test
  void aSwappedLinkIsFollowed() throws Exception {
    Path one = Files.createDirectories(dir.resolve("one"));
    Path two = Files.createDirectories(dir.resolve("two"));
    for (String type : List.of("crt", "key")) {
      Files.copy(dir.resolve("server." + type), one.resolve("tls." + type));
      Files.copy(dir.resolve("client." + type), two.resolve("tls." + type));
    }
    Path link = Files.createSymbolicLink(dir.resolve("data"), one);
    try (HttpFixture agent = agent("data/tls.crt", "data/tls.key")) {
      assertThat(shown(agent)).isEqualTo("CN=server");
      Path next = Files.createSymbolicLink(dir.resolve("data-next"), two);
      Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
      assertThat(shown(agent)).isEqualTo("CN=client");
    }
  }
}
