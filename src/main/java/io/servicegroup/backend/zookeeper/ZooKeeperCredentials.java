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
 * The user and password, present and former. ZooKeeper stores with each node who may use it: after
 * a change of the password some nodes admit the old password and others the new one, until an
 * operator has changed the ACLs of all. Sessions therefore authenticate with both. Thread-safe.
 */
final class ZooKeeperCredentials {

  /**
   * The number of passwords that are remembered; more changes are unlikely before an operator has
   * changed the ACLs.
   */
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
   * Reads user and password again, where they come from a file or a reload. Blocks.
   *
   * @return the new credentials, with which a session authenticates in addition; empty where
   *     nothing changed
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

  /** The credentials of a session in tooz's scheme, the present ones last. */
  synchronized List<byte[]> digests() {
    return known.stream().map(ZooKeeperCredentials::octets).toList();
  }

  /** The ACL of created nodes, which is the one of tooz's nodes. */
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
