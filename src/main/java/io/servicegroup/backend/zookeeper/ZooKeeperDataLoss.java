package io.servicegroup.backend.zookeeper;

import io.servicegroup.backend.zookeeper.ZooKeeperClient.Found;

/**
 * Detects that the servers lost their data, by two facts that are impossible otherwise: the root of
 * tooz's tree is another node than before, or the number of the newest transaction fell.
 */
final class ZooKeeperDataLoss {

  private Root root;
  private long zxid;

  /**
   * Takes what a poll found.
   *
   * @param found the root of tooz's tree, or null
   * @param newest the number of the newest transaction
   * @return whether data was lost since the previous poll
   */
  boolean isShownBy(Found found, long newest) {
    Root now = found == null ? null : new Root(found.stat().getCzxid(), found.stat().getCtime());
    boolean lost = root != null && (!root.equals(now) || newest < zxid);
    root = now;
    zxid = newest;
    return lost;
  }

  /**
   * The root node. Its creation time is compared too, because servers that begin with empty data
   * count transactions from the start and may create the root with the same number.
   */
  private record Root(long czxid, long ctime) {}
}
