package io.servicegroup.backend.hazelcast;

import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A count that an agent writes with each poll and reads with the next: where it is not there any
 * more, or older, the cluster lost what it had been given. Used by one call at a time.
 */
final class HazelcastCanary {

  /** Longer than an evaluator is paused; short enough for those of agents that were killed. */
  static final long SECONDS = TimeUnit.HOURS.toSeconds(1);

  private final String key;
  private final String nonce = UUID.randomUUID() + " ";
  private long acknowledged;
  private long sent;
  private long sentNanos;
  private boolean lost;

  HazelcastCanary(String agent) {
    key = HazelcastEntry.canaryKey(agent);
  }

  String key() {
    return key;
  }

  boolean exists() {
    return sent > 0;
  }

  /** What is to be written now. */
  String next() {
    sent++;
    sentNanos = System.nanoTime();
    return nonce + sent;
  }

  /** What was given last was written. */
  void written() {
    acknowledged = sent;
  }

  /** Compares what is there with what must be; null where nothing is. */
  void read(String found) {
    boolean expired = System.nanoTime() - sentNanos > TimeUnit.SECONDS.toNanos(SECONDS);
    if (acknowledged > 0 && !expired && count(found) < acknowledged) {
      lost = true;
    }
  }

  private long count(String found) {
    // Nobody else writes this key: what begins with the nonce is ours.
    return found != null && found.startsWith(nonce)
        ? Long.parseLong(found.substring(nonce.length()))
        : -1;
  }

  /** Whether data was lost since this was asked last. */
  boolean takeLost() {
    boolean was = lost;
    lost = false;
    return was;
  }
}
