package io.servicegroup.heartbeat.probe;

import io.netty.util.NetUtil;
import io.servicegroup.config.FileFault;
import io.servicegroup.model.Probe;
import io.servicegroup.runtime.Why;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * The TLS options of a probe. The file with the authorities is read again for each look; while it
 * cannot be read, its last contents are used. To be used on one context.
 */
final class ProbeTls {

  private static final int MAX_FILE = 1 << 20;

  private final FileThreads files;
  private final Probe.Tls tls;
  private final String name;
  private final int handshakeMillis;
  private byte[] read;
  private ClientSSLOptions options;

  /**
   * Makes the options of a probe.
   *
   * @param tls the configuration
   * @param host the host that the probe calls
   * @param handshakeMillis the time after which a handshake is given up
   */
  ProbeTls(FileThreads files, Probe.Tls tls, String host, int handshakeMillis) {
    this.files = files;
    this.tls = tls;
    this.name = tls.serverName() == null ? host : tls.serverName();
    this.handshakeMillis = handshakeMillis;
    this.options = tls.ca() == null ? build(null) : null;
  }

  /** The name that is announced to the service and that its certificate must have. */
  String name() {
    return name;
  }

  /** Whether the name may be announced, which an IP address may not. */
  boolean isAnnounced() {
    return !NetUtil.isValidIpV4Address(name) && !NetUtil.isValidIpV6Address(name);
  }

  /** The options with the authorities that are trusted now. */
  Future<ClientSSLOptions> options(Attempt attempt) {
    Path ca = tls.ca();
    if (ca == null) {
      return Future.succeededFuture(options);
    }
    attempt.waitsFor("the file " + ca + " (tls.ca) was not read");
    return files
        .run(() -> read(ca), () -> {})
        .map(this::take)
        .recover(
            failure ->
                options == null
                    ? Future.failedFuture(
                        new ProbeFailure(
                            "the file " + ca + " (tls.ca) cannot be read: " + why(failure)))
                    : Future.succeededFuture(options));
  }

  private static String why(Throwable failure) {
    return failure instanceof IOException unread ? FileFault.why(unread) : Why.of(failure);
  }

  private ClientSSLOptions take(byte[] content) {
    // The same object is returned while nothing changed, so that Vert.x reuses what it built from
    // it.
    if (options == null || !Arrays.equals(content, read)) {
      options = build(Buffer.buffer(content));
      read = content;
    }
    return options;
  }

  private static byte[] read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(MAX_FILE);
    }
  }

  private ClientSSLOptions build(Buffer authorities) {
    ClientSSLOptions built =
        new ClientSSLOptions()
            .setHostnameVerificationAlgorithm(tls.verify() ? "HTTPS" : "")
            .setTrustAll(!tls.verify());
    built.setSslHandshakeTimeout(handshakeMillis);
    built.setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
    if (authorities != null && tls.verify()) {
      built.setTrustOptions(new PemTrustOptions().addCertValue(authorities));
    }
    return built;
  }
}
