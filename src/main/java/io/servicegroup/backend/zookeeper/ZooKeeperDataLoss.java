package io.servicegroup.backend.zookeeper;

import io.servicegroup.backend.zookeeper.ZooKeeperClient.Found;

/**
 * Tells servers that lost their data by what cannot happen to those that did not: the node above
 * all groups is another, or the number of the newest transaction fell.
 */
final class ZooKeeperDataLoss {

  private Root root;
  private long zxid;

  /**
   * Takes in what a poll found.
   *
   * @param found the node above all groups, or null
   * @param newest the number of the newest transaction
   * @return whether data were lost since the last time
   */
  boolean isShownBy(Found found, long newest) {
    Root now = found == null ? null : new Root(found.stat().getCzxid(), found.stat().getCtime());
    boolean lost = root != null && (!root.equals(now) || newest < zxid);
    root = now;
    zxid = newest;
    return lost;
  }

  /** Servers that begin anew count anew, so the number alone may be the same again. */
  private record Root(long czxid, long ctime) {}
}
