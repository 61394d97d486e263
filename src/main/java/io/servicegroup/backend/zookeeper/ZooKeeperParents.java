package io.servicegroup.backend.zookeeper;

import io.servicegroup.backend.zookeeper.ZooKeeperClient.Found;
import java.util.HashMap;
import java.util.Map;

/**
 * Remembers the parent node of each member as it was when the member was last read, to tell a
 * removed member from a lost one. Each removal raises the version of the parent. A parent that is
 * another node than before, or is missing, shows that the servers came back without their data.
 *
 * <p>Not thread-safe.
 */
final class ZooKeeperParents {

  private final Map<String, Parent> read = new HashMap<>();

  /**
   * A member's parent when the member was read: the transaction that created it, and its version.
   */
  private record Parent(long czxid, int version) {
    boolean isLeftBy(Found now) {
      return now.stat().getCzxid() == czxid && now.stat().getVersion() > version;
    }
  }

  /** Takes the parent of a member that was read. */
  void saw(String path, Found group) {
    read.put(path, new Parent(group.stat().getCzxid(), group.stat().getVersion()));
  }

  /** Whether a missing member was removed, by its parent as it is now. */
  boolean wasRemoved(String path, Found now) {
    Parent then = read.get(path);
    boolean removed = now != null && (then == null || then.isLeftBy(now));
    if (removed) {
      read.remove(path);
    }
    return removed;
  }

  /** Forgets a member whose removal has been explained. */
  void forget(String path) {
    read.remove(path);
  }
}
