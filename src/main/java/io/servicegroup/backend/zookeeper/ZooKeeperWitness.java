package io.servicegroup.backend.zookeeper;

import io.servicegroup.backend.zookeeper.ZooKeeperClient.Found;

/**
 * Tells servers that lost their data by what cannot happen to those that did not: the node above
 * all groups is another, or the number of the newest transaction fell.
 */
final class ZooKeeperWitness {

  private static final long UNKNOWN = -1;

  private long root = UNKNOWN;
  private long zxid = UNKNOWN;

  /**
   * Takes in what a poll found.
   *
   * @param found the node above all groups, or null
   * @param newest the number of the newest transaction
   * @return whether data were lost since the last time
   */
  boolean lost(Found found, long newest) {
    long now = found == null ? UNKNOWN : found.stat().getCzxid();
    boolean lost = root != UNKNOWN && (now != root || newest < zxid);
    root = now;
    zxid = newest;
    return lost;
  }
}
