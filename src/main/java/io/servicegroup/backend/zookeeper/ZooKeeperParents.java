package io.servicegroup.backend.zookeeper;

import io.servicegroup.backend.zookeeper.ZooKeeperClient.Found;
import java.util.HashMap;
import java.util.Map;

/**
 * The nodes above members, as they were when those were read last: a removal raises the version of
 * the node above. Where that is another node than it was, or none, the servers came back without
 * their data.
 *
 * <p>Not thread-safe.
 */
final class ZooKeeperParents {

  private final Map<String, Parent> read = new HashMap<>();

  /** The node above a member when that was read last. */
  private record Parent(long czxid, int version) {
    boolean isLeftBy(Found now) {
      return now.stat().getCzxid() == czxid && now.stat().getVersion() > version;
    }
  }

  /** A member was read. */
  void saw(String path, Found group) {
    read.put(path, new Parent(group.stat().getCzxid(), group.stat().getVersion()));
  }

  /** Whether a member that is not there was removed, by what is above it now. */
  boolean wasRemoved(String path, Found now) {
    Parent then = read.get(path);
    boolean removed = now != null && (then == null || then.isLeftBy(now));
    if (removed) {
      read.remove(path);
    }
    return removed;
  }

  /** What became of a member is known. */
  void forget(String path) {
    read.remove(path);
  }
}
