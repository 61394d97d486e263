package io.servicegroup.heartbeat.probe;

import static io.servicegroup.heartbeat.probe.ProberRig.timing;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Probe;
import io.servicegroup.testkit.SelfSigned;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Probes of services that speak TLS, over HTTP and without it. */
class TlsProbesTest {

  private static final String UNTRUSTED =
      "TLS failed: no trusted authority signed the service's certificate; tls.ca names one of your"
          + " own";

  @TempDir static Path directory;
  private static final Vertx VERTX = Vertx.vertx();
  private static final BlockingQueue<String> NAMES = new LinkedBlockingQueue<>();
  private static SelfSigned own;
  private static int https;
  private static int tls;
  private static int plain;

  @BeforeAll
  static void serve() throws Exception {
    own = SelfSigned.create(directory, "service");
    PemKeyCertOptions certificate =
        new PemKeyCertOptions()
            .setCertPath(own.certificate().toString())
            .setKeyPath(own.key().toString());
    https =
        await(
                VERTX
                    .createHttpServer(
                        new HttpServerOptions()
                            .setSsl(true)
                            .setSni(true)
                            .setKeyCertOptions(certificate))
                    .requestHandler(
                        request -> {
                          NAMES.add(
                              request.connection().indicatedServerName()
                                  + " "
                                  + request.getHeader("Host"));
                          request.response().end();
                        })
                    .listen(0, "127.0.0.1"))
            .actualPort();
    NetServerOptions options = new NetServerOptions().setSsl(true).setKeyCertOptions(certificate);
    tls =
        await(VERTX.createNetServer(options).connectHandler(socket -> {}).listen(0, "127.0.0.1"))
            .actualPort();
    plain =
        await(
                VERTX
                    .createNetServer()
                    .connectHandler(
                        socket -> socket.end(io.vertx.core.buffer.Buffer.buffer("hello\n")))
                    .listen(0, "127.0.0.1"))
            .actualPort();
  }

  @AfterAll
  static void stop() throws Exception {
    await(VERTX.close());
  }

  private static ProbeResult http(Probe.Tls with) throws Exception {
    URI url = URI.create("https://127.0.0.1:" + https + "/");
    return first(new Probe.Http(url, 0, "GET", Map.of(), with, timing(9000, 9000, 1)));
  }

  private static ProbeResult tcp(int port, Probe.Tls with) throws Exception {
    return first(new Probe.Tcp("127.0.0.1", port, false, with, timing(9000, 9000, 1)));
  }

  private static ProbeResult first(Probe probe) throws Exception {
    ProberRig rig = ProberRig.start(VERTX, probe);
    ProbeResult result = rig.next();
    rig.stop();
    return result;
  }

  private static Probe.Tls trusting(Path ca) {
    return new Probe.Tls(ca, true, null);
  }

  @Test
  void aCertificateOfNobodyKnownIsRefusedInASentence() throws Exception {
    assertThat(http(Probe.Tls.DEFAULT)).isEqualTo(ProbeResult.fail(UNTRUSTED));
    assertThat(tcp(tls, Probe.Tls.DEFAULT)).isEqualTo(ProbeResult.fail(UNTRUSTED));
  }

  @Test
  void anAuthorityOfOnesOwnIsTrusted() throws Exception {
    assertThat(http(trusting(own.certificate()))).isEqualTo(ProbeResult.pass());
    assertThat(tcp(tls, trusting(own.certificate()))).isEqualTo(ProbeResult.pass());
  }

  @Test
  void withoutVerifyingAnyCertificateWillDo() throws Exception {
    Probe.Tls none = new Probe.Tls(null, false, null);
    assertThat(http(none)).isEqualTo(ProbeResult.pass());
    assertThat(tcp(tls, none)).isEqualTo(ProbeResult.pass());
  }

  @Test
  void aNameIsAnnouncedAndExpected() throws Exception {
    NAMES.clear();
    Probe.Tls named = new Probe.Tls(own.certificate(), false, "api.example.org");
    assertThat(http(named)).isEqualTo(ProbeResult.pass());
    assertThat(NAMES).contains("api.example.org 127.0.0.1:" + https);
    Probe.Tls verified = new Probe.Tls(own.certificate(), true, "api.example.org");
    assertThat(http(verified).reason()).startsWith("TLS failed: the service's certificate is for");
    assertThat(tcp(tls, verified).reason())
        .startsWith("TLS failed: the service's certificate is for another name");
  }

  @Test
  void aServiceThatSpeaksNoTlsIsSaidSo() throws Exception {
    assertThat(tcp(plain, Probe.Tls.DEFAULT).reason())
        .isEqualTo("TLS failed: the service does not speak TLS");
  }

  @Test
  void aFileWithAuthoritiesIsReadAnewAndStandsWhileItIsAway() throws Exception {
    Path ca = directory.resolve("ca.pem");
    SelfSigned other = SelfSigned.create(directory, "other");
    Files.copy(other.certificate(), ca);
    ProberRig rig =
        ProberRig.start(
            VERTX, new Probe.Tcp("127.0.0.1", tls, false, trusting(ca), timing(200, 200, 1)));
    rig.await(result -> UNTRUSTED.equals(result.reason()));
    Files.copy(own.certificate(), ca, StandardCopyOption.REPLACE_EXISTING);
    rig.await(ProbeResult::passed);
    Files.delete(ca);
    rig.forget();
    assertThat(rig.next()).isEqualTo(ProbeResult.pass());
    assertThat(rig.next()).isEqualTo(ProbeResult.pass());
    rig.stop();
    assertThat(tcp(tls, trusting(ca)).reason())
        .isEqualTo("the file " + ca + " (tls.ca) cannot be read: there is no such file");
  }
}
