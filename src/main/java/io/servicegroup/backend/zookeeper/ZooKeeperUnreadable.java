package io.servicegroup.backend.zookeeper;

import io.servicegroup.bus.Concerns;
import io.servicegroup.model.MemberId;
import io.servicegroup.runtime.Backoff;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The members whose nodes this agent may not read. Nothing is concluded about them. */
final class ZooKeeperUnreadable {

  private final Concerns concerns;
  private final Map<String, Set<MemberId>> groups = new TreeMap<>();
  private final Backoff backoff =
      new Backoff(ZooKeeperListings.FIRST_PAUSE, ZooKeeperListings.LONGEST_PAUSE);
  private long dueNanos;

  ZooKeeperUnreadable(Concerns concerns) {
    this.concerns = concerns;
  }

  void add(MemberId id, String why) {
    groups.computeIfAbsent(id.group(), group -> new HashSet<>()).add(id);
    concerns.raise(
        subject(id),
        subject(id)
            + " may not be read, "
            + id.host()
            + " for one ("
            + why
            + "): they are not judged here. The ACLs of their nodes have to let the user of this"
            + " backend's URI read them");
  }

  void remove(MemberId id) {
    Set<MemberId> group = groups.get(id.group());
    if (group != null && group.remove(id) && group.isEmpty()) {
      groups.remove(id.group());
      concerns.settle(subject(id));
    }
  }

  private static String subject(MemberId id) {
    return "members of group " + id.group();
  }

  List<MemberId> all() {
    List<MemberId> all = new ArrayList<>();
    groups.values().forEach(all::addAll);
    return all;
  }

  /**
   * The members whose read is due for another attempt. The pauses grow, because nothing reports a
   * changed ACL.
   */
  List<MemberId> due() {
    long now = System.nanoTime();
    if (groups.isEmpty()) {
      backoff.succeeded();
      dueNanos = now;
      return List.of();
    }
    if (now - dueNanos < 0) {
      return List.of();
    }
    dueNanos = now + backoff.failed().toNanos();
    return all();
  }
}
