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
 * Remembers the members whose nodes this agent's user may not write. Each group of such members is
 * named in the log and in health, and a refused write is tried again once in each interval. Used on
 * one context.
 */
final class ZooKeeperRefusedWrites {

  private final Concerns concerns;
  private final long pauseNanos;
  private final Map<MemberId, Refused> refused = new HashMap<>();

  /**
   * Creates it without members.
   *
   * @param concerns names the groups in the log and in health
   * @param pause the time between two attempts to write a refused member
   */
  ZooKeeperRefusedWrites(Concerns concerns, Duration pause) {
    this.concerns = concerns;
    this.pauseNanos = pause.toNanos();
  }

  private record Refused(Throwable failure, long atNanos) {}

  /** The refusal of a member's write within the pause, or null where the write is to be tried. */
  Throwable lately(MemberId id) {
    Refused last = refused.get(id);
    return last == null || System.nanoTime() - last.atNanos() > pauseNanos ? null : last.failure();
  }

  /** Notes that a member's write succeeded or was not needed. */
  void allowed(MemberId id) {
    if (refused.remove(id) != null
        && refused.keySet().stream().noneMatch(other -> other.group().equals(id.group()))) {
      concerns.settle(subject(id));
    }
  }

  /** Forgets members that this agent no longer has. */
  void retain(Set<MemberId> present) {
    List.copyOf(refused.keySet()).stream()
        .filter(id -> !present.contains(id))
        .forEach(this::allowed);
  }

  /** Notes that a member's write failed; reports it where a right is missing. */
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
