package io.servicegroup.backend.zookeeper;

import java.io.IOException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;

/**
 * One connection of a session: ZooKeeper's client object, extended so that it can be closed without
 * ending its session.
 */
final class ZooKeeperConnection extends ZooKeeper {

  /** Connects and begins a session. */
  ZooKeeperConnection(ZooKeeperOptions options, Watcher watcher) throws IOException {
    super(
        options.servers(),
        options.timeoutMillis(),
        watcher,
        false,
        options.addresses(),
        options.client());
    authenticate(options);
  }

  /**
   * Connects and continues a session without telling the servers the newest transaction that the
   * session has seen: servers that were restored from an older state refuse a client that has seen
   * more than they have.
   */
  ZooKeeperConnection(ZooKeeperOptions options, Watcher watcher, Credentials session)
      throws IOException {
    super(
        options.servers(),
        options.timeoutMillis(),
        watcher,
        session.id(),
        session.password(),
        false,
        options.addresses(),
        options.client());
    authenticate(options);
  }

  private void authenticate(ZooKeeperOptions options) {
    options.credentials().renew();
    options.credentials().digests().forEach(this::authenticate);
  }

  /** Adds credentials to those of the session. */
  void authenticate(byte[] digest) {
    addAuthInfo("digest", digest);
  }

  /** The newest transaction that an answer contained. */
  long zxid() {
    return cnxn.getLastZxid();
  }

  /** The credentials with which another connection continues this session. */
  Credentials session() {
    return new Credentials(getSessionId(), getSessionPasswd());
  }

  /**
   * Closes the connection without ending the session, which another connection continues. Blocks.
   */
  void abandon() {
    cnxn.disconnect();
  }

  /** Ends the session. Blocks. */
  @Override
  public synchronized void close() {
    try {
      super.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The id and password of a session. */
  record Credentials(long id, byte[] password) {}
}
