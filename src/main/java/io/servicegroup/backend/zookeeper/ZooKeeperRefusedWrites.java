package io.servicegroup.backend.zookeeper;

import io.servicegroup.bus.Concerns;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.zookeeper.KeeperException.Code;

/**
 * Members whose nodes the agent's user may not write: named for each group, and tried again once in
 * each interval. Used on one context.
 */
final class ZooKeeperRefusedWrites {

  private final Concerns concerns;
  private final long pauseNanos;
  private final Map<MemberId, Refused> refused = new HashMap<>();

  /**
   * Makes one that knows of nobody.
   *
   * @param concerns where the groups are named
   * @param pause for how long nothing is tried again
   */
  ZooKeeperRefusedWrites(Concerns concerns, Duration pause) {
    this.concerns = concerns;
    this.pauseNanos = pause.toNanos();
  }

  private record Refused(Throwable failure, long atNanos) {}

  /** What the servers said of a member a moment ago, or null where it is to be tried. */
  Throwable lately(MemberId id) {
    Refused last = refused.get(id);
    return last == null || System.nanoTime() - last.atNanos() > pauseNanos ? null : last.failure();
  }

  /** It could be written, or needed not be. */
  void allowed(MemberId id) {
    if (refused.remove(id) != null
        && refused.keySet().stream().noneMatch(other -> other.group().equals(id.group()))) {
      concerns.settle(subject(id));
    }
  }

  /** Of others nothing is to be said any more. */
  void retain(Set<MemberId> present) {
    List.copyOf(refused.keySet()).stream()
        .filter(id -> !present.contains(id))
        .forEach(this::allowed);
  }

  /** It could not be written; says so where a right is missing. */
  void failed(MemberId id, Throwable failure) {
    if (ZooKeeperClient.is(failure, Code.NOAUTH)) {
      refused.put(id, new Refused(failure, System.nanoTime()));
      concerns.raise(
          subject(id),
          ("%s is not allowed (%s): %s does not beat there. The node's ACL has"
                  + " to let the user of this backend's URI create and delete")
              .formatted(subject(id), ZooKeeperClient.text(failure), id));
    }
  }

  private static String subject(MemberId id) {
    return "writing to group " + id.group();
  }
}
