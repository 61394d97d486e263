package io.servicegroup.backend.zookeeper;

import java.io.IOException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;

/** A client's handle, which can be dropped without ending its session. */
final class ZooKeeperConnection extends ZooKeeper {

  /** Begins a session. */
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

  /** Goes on with a session, as if nothing had been seen of its servers. */
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

  /** Is somebody else beside who it is already. */
  void authenticate(byte[] digest) {
    addAuthInfo("digest", digest);
  }

  /** The greatest transaction that an answer has told of. */
  long zxid() {
    return cnxn.getLastZxid();
  }

  /** What another handle needs to go on with this one's session. */
  Credentials session() {
    return new Credentials(getSessionId(), getSessionPasswd());
  }

  /** Closes the connection and leaves the session to whoever goes on with it. Blocks. */
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

  /** A session that was granted. */
  record Credentials(long id, byte[] password) {}
}
