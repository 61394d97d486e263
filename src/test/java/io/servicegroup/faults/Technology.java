package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.DOWN;
import static io.servicegroup.faults.Timing.LATEST_DOWN;
import static io.servicegroup.faults.Timing.POLL;

import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.HazelcastServer;
import io.servicegroup.testkit.MemcachedServer;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.RedisServer;
import io.servicegroup.testkit.ZooKeeperServer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What keeps the beats of a fleet, and what the contract promises of it. */
enum Technology {
  /** Catalogue and beats in one server. */
  POSTGRESQL(Keeps.ALWAYS, LATEST_DOWN, Duration.ZERO),
  /** Session timeout, one tick of the tests' server, and half a second. */
  ZOOKEEPER(Keeps.ALWAYS, DOWN.plusMillis(500 + 500), Duration.ZERO),
  REDIS(Keeps.UNLESS_KILLED, LATEST_DOWN, Duration.ZERO),
  /** Has no way to tell: news is found by polling. */
  MEMCACHED(Keeps.NEVER, LATEST_DOWN, POLL),
  /** A cluster that is somebody else's, which keeps nothing. */
  HAZELCAST(Keeps.NEVER, LATEST_DOWN, Duration.ZERO),
  /** The agents are the cluster: there is no server. */
  HAZELCAST_MEMBER(Keeps.NEVER, Duration.ofSeconds(1), Duration.ZERO);

  /** When a server that comes back has what it knew. */
  private enum Keeps {
    ALWAYS,
    UNLESS_KILLED,
    NEVER
  }

  private final Keeps keeps;

  /** From SIGKILL of an agent to DOWN elsewhere, at most. */
  final Duration agentBound;

  /** From SIGKILL of a service to DOWN elsewhere, at most. */
  final Duration serviceBound;

  Technology(Keeps keeps, Duration agentBound, Duration newsDelay) {
    this.keeps = keeps;
    this.agentBound = agentBound;
    this.serviceBound = Duration.ofMillis(250).plus(newsDelay);
  }

  /** Those named; all where none is. */
  static List<Technology> named(List<String> names) {
    return Arrays.stream(values())
        .filter(technology -> names.isEmpty() || names.contains(technology.text()))
        .toList();
  }

  /** Every name, for command lines. */
  static List<String> names() {
    return Arrays.stream(values()).map(Technology::text).toList();
  }

  /** Its name on command lines. */
  String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Its name among an agent's backends: the scheme. */
  String backend() {
    return this == HAZELCAST_MEMBER ? HAZELCAST.text() : text();
  }

  /** Whether it says itself that an agent is gone, before its silence does. */
  boolean vouchesForAbsence() {
    return this == ZOOKEEPER || this == HAZELCAST_MEMBER;
  }

  boolean losesWhenStopped() {
    return keeps == Keeps.NEVER;
  }

  boolean losesWhenKilled() {
    return keeps != Keeps.ALWAYS;
  }

  /** From SIGKILL of an agent to DOWN elsewhere, at least: nobody may be declared down sooner. */
  Duration earliestDown() {
    return this == HAZELCAST_MEMBER ? Duration.ZERO : Timing.EARLIEST_DOWN;
  }

  /**
   * From the end of an outage to DOWN of who died in it, at most: everybody's whole time anew, and
   * as much again for coming back. ZooKeeper gives every session its whole time before that, and
   * the parts of an embedded cluster find each other first.
   */
  Duration foundAfterOutage() {
    return switch (this) {
      case ZOOKEEPER -> agentBound.plus(LATEST_DOWN);
      case HAZELCAST_MEMBER -> DOWN.multipliedBy(3);
      default -> DOWN.multipliedBy(2);
    };
  }

  /**
   * What agents tell while one of them is stopped and another was killed. Of a cluster of three
   * embedded members these are two: what only they kept is lost, and each merge of the parts may
   * look like another loss, which gives everybody time and tells nobody's end.
   */
  Expected whileTheObserverIsPaused() {
    return this == HAZELCAST_MEMBER
        ? Expected.everywhere(0, 1).losing(0, 5)
        : Expected.atTheObserver(0, 1);
  }

  /** A server of it. */
  BackendServer start() {
    return switch (this) {
      case POSTGRESQL -> PostgresServer.create("fsync=off");
      case ZOOKEEPER -> ZooKeeperServer.create();
      case REDIS -> RedisServer.create();
      case MEMCACHED -> MemcachedServer.create();
      case HAZELCAST -> HazelcastServer.create();
      case HAZELCAST_MEMBER ->
          throw new IllegalStateException(text() + " has no server of its own");
    };
  }
}
