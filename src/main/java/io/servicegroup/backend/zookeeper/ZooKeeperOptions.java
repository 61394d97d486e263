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
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ClientX509Util;
import org.apache.zookeeper.common.ZKConfig;

/** Translates a backend's URI into the configuration of ZooKeeper's client. */
final class ZooKeeperOptions {

  private static final String PEM = "PEM";

  /** The bound of the client's blocking calls; only closing a session is one. */
  private static final int REQUEST_TIMEOUT_MILLIS = 2_000;

  /**
   * The largest answer that the client accepts. All names of a group are one answer, and the
   * client's default is 1 MB.
   */
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

  /** Resolves the servers' addresses. Blocks. */
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
   * The reason why a first contact failed; where no server answered in time, the client gives none.
   *
   * @param bound how long the agent waited
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
    return uri.get(ZooKeeperTechnology.TLS);
  }

  /** The credentials of sessions. */
  ZooKeeperCredentials credentials() {
    return credentials;
  }

  /** The client's configuration. Blocks, because it reads the files of TLS. */
  ZKClientConfig client() throws IOException {
    ZKClientConfig config = new ZKClientConfig();
    config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
    config.setProperty(
        ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT, Integer.toString(REQUEST_TIMEOUT_MILLIS));
    config.setProperty(ZKConfig.JUTE_MAXBUFFER, Integer.toString(LARGEST_ANSWER_BYTES));
    if (isSecure()) {
      secure(config);
    }
    return config;
  }

  private void secure(ZKClientConfig config) throws IOException {
    config.setProperty(ZKClientConfig.SECURE_CLIENT, "true");
    config.setProperty(
        ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET, "org.apache.zookeeper.ClientCnxnSocketNetty");
    try (ClientX509Util names = new ClientX509Util()) {
      Optional<Path> authority = uri.find(ZooKeeperTechnology.AUTHORITY);
      if (authority.isPresent()) {
        config.setProperty(names.getSslTruststoreLocationProperty(), authority.get().toString());
        config.setProperty(names.getSslTruststoreTypeProperty(), PEM);
      }
      if (uri.isGiven(ZooKeeperTechnology.CERTIFICATE)) {
        config.setProperty(names.getSslKeystoreLocationProperty(), keyStore());
        config.setProperty(names.getSslKeystoreTypeProperty(), PEM);
      }
    }
  }

  /** Joins key and certificate into one file, as ZooKeeper's client requires. */
  private synchronized String keyStore() throws IOException {
    if (keyStore == null) {
      // Java creates temporary files that only their owner can read.
      keyStore = Files.createTempFile("servicegroup-zookeeper-", ".pem");
    }
    if (pair == null) {
      pair =
          new PemPair(
              ZooKeeperTechnology.CERTIFICATE.name(),
              uri.get(ZooKeeperTechnology.CERTIFICATE),
              uri.get(ZooKeeperTechnology.CERTIFICATE_KEY));
    }
    Files.write(keyStore, pair.text());
    return keyStore.toString();
  }

  /** Removes the joined file of TLS. Blocks. */
  void clean() throws IOException {
    if (keyStore != null) {
      Files.deleteIfExists(keyStore);
    }
  }
}
