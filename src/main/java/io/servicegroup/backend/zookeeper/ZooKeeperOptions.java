package io.servicegroup.backend.zookeeper;

import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.runtime.HostNames;
import io.servicegroup.runtime.PemPair;
import io.servicegroup.runtime.Why;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ClientX509Util;
import org.apache.zookeeper.common.ZKConfig;

/** What a backend's URI says about its servers, in the words of ZooKeeper's client. */
final class ZooKeeperOptions {

  private static final String PEM = "PEM";

  /** A call that waits (only the end of a session does) waits no longer. */
  private static final int REQUEST_TIMEOUT_MILLIS = 2_000;

  /** The names of a large group are one answer, which the client takes up to 1 MB by default. */
  private static final int LARGEST_ANSWER_BYTES = 64 * 1024 * 1024;

  private final BackendUri uri;
  private final int timeoutMillis;
  private final ZooKeeperCredentials credentials;
  private PemPair pair;
  private Path keyStore;

  ZooKeeperOptions(LivenessSettings settings) {
    this(settings.uri(), settings.timeout());
  }

  ZooKeeperOptions(BackendUri uri, Duration timeout) {
    this.uri = uri;
    this.credentials = new ZooKeeperCredentials(uri);
    this.timeoutMillis = (int) Math.min(Integer.MAX_VALUE, timeout.toMillis());
  }

  String servers() {
    return uri.hosts().stream().map(BackendUri.Host::toString).collect(Collectors.joining(","));
  }

  /** Blocks. */
  ZooKeeperServers addresses() {
    return new ZooKeeperServers(uri.hosts());
  }

  int timeoutMillis() {
    return timeoutMillis;
  }

  /** The URI with its secrets masked. */
  String where() {
    return uri.toString();
  }

  /**
   * Why a first contact failed: where nobody answered in time, the client does not tell.
   *
   * @param bound for how long it was waited
   */
  String why(Throwable failure, Duration bound) {
    return failure instanceof TimeoutException ? silence(bound) : Why.of(failure);
  }

  private String silence(Duration bound) {
    List<String> unknown =
        uri.hosts().stream()
            .map(BackendUri.Host::name)
            .filter(name -> HostNames.ofThisMachine().lastKnown(name).isEmpty())
            .toList();
    if (unknown.size() == uri.hosts().size()) {
      return "the host name%s %s cannot be resolved"
          .formatted(unknown.size() == 1 ? "" : "s", String.join(", ", unknown));
    }
    return "no server answers within %d ms%s"
        .formatted(
            bound.toMillis(), isSecure() ? ", or one side refuses the other's certificate" : "");
  }

  private boolean isSecure() {
    return "true".equals(uri.options().get("use_ssl"));
  }

  /** What sessions authenticate with. */
  ZooKeeperCredentials credentials() {
    return credentials;
  }

  /** Reads the files of TLS, so it blocks. */
  ZKClientConfig client() throws IOException {
    ZKClientConfig config = new ZKClientConfig();
    config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
    config.setProperty(
        ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT, Integer.toString(REQUEST_TIMEOUT_MILLIS));
    config.setProperty(ZKConfig.JUTE_MAXBUFFER, Integer.toString(LARGEST_ANSWER_BYTES));
    if (isSecure()) {
      secure(config, uri.options());
    }
    return config;
  }

  private void secure(ZKClientConfig config, Map<String, String> options) throws IOException {
    config.setProperty(ZKClientConfig.SECURE_CLIENT, "true");
    config.setProperty(
        ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET, "org.apache.zookeeper.ClientCnxnSocketNetty");
    try (ClientX509Util names = new ClientX509Util()) {
      if (options.containsKey("ca")) {
        config.setProperty(names.getSslTruststoreLocationProperty(), options.get("ca"));
        config.setProperty(names.getSslTruststoreTypeProperty(), PEM);
      }
      if (options.containsKey("certfile")) {
        config.setProperty(names.getSslKeystoreLocationProperty(), keyStore(options));
        config.setProperty(names.getSslKeystoreTypeProperty(), PEM);
      }
    }
  }

  /** ZooKeeper's client wants key and certificate in one file. */
  private synchronized String keyStore(Map<String, String> options) throws IOException {
    if (!options.containsKey("keyfile")) {
      return options.get("certfile");
    }
    if (keyStore == null) {
      // Readable by nobody else, as temporary files of Java are.
      keyStore = Files.createTempFile("servicegroup-zookeeper-", ".pem");
    }
    if (pair == null) {
      Path certificate = Path.of(options.get("certfile"));
      pair = new PemPair("certfile", certificate, Path.of(options.get("keyfile")));
    }
    Files.write(keyStore, pair.text());
    return keyStore.toString();
  }

  /** Removes what was put together for TLS. Blocks. */
  void clean() throws IOException {
    if (keyStore != null) {
      Files.deleteIfExists(keyStore);
    }
  }
}
