package io.servicegroup.backend.zookeeper;

import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Secrets;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.server.auth.DigestAuthenticationProvider;

/**
 * A user and password, as they are now and as they were: ZooKeeper keeps with each node who may use
 * it, so that after a change of the password some nodes are the old one's and others the new one's,
 * until an operator has set them all. Thread-safe.
 */
final class ZooKeeperCredentials {

  /** Nobody changes a password so often before the nodes of the oldest are forgotten. */
  private static final int KEPT = 4;

  private final BackendUri uri;
  private final List<String> known = new ArrayList<>();

  ZooKeeperCredentials(BackendUri uri) {
    this.uri = uri;
    of(uri).ifPresent(known::add);
  }

  private static Optional<String> of(BackendUri uri) {
    return uri.user() == null || uri.password() == null
        ? Optional.empty()
        : Optional.of(uri.user() + ":" + uri.password());
  }

  /**
   * Reads them again, where they came from a file or a reload. Blocks.
   *
   * @return what a session is to authenticate with beside what it has, where that is new
   */
  synchronized Optional<byte[]> renew() {
    Optional<String> now = of(Secrets.present(uri)).filter(text -> !text.equals(newest()));
    now.ifPresent(
        text -> {
          known.remove(text);
          known.add(text);
          if (known.size() > KEPT) {
            known.remove(0);
          }
        });
    return now.map(ZooKeeperCredentials::octets);
  }

  private String newest() {
    return known.isEmpty() ? null : known.get(known.size() - 1);
  }

  /** What a session authenticates with, as tooz does; the present ones last. */
  synchronized List<byte[]> digests() {
    return known.stream().map(ZooKeeperCredentials::octets).toList();
  }

  /** Who may do what with the nodes that are created: the same as with tooz's nodes. */
  synchronized List<ACL> acl() {
    return known.isEmpty()
        ? Ids.OPEN_ACL_UNSAFE
        : List.of(new ACL(Perms.ALL, new Id("digest", hash(newest()))));
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String hash(String credentials) {
    try {
      return DigestAuthenticationProvider.generateDigest(credentials);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }
}
