package io.servicegroup.bench;

import io.servicegroup.testkit.HazelcastServer;
import io.servicegroup.testkit.MemcachedServer;
import io.servicegroup.testkit.Ports;
import io.servicegroup.testkit.RedisServer;
import io.servicegroup.testkit.ZooKeeperServer;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What can be measured: a backend, by the name that {@code scripts/bench} takes. */
enum Technology {
  POSTGRESQL,
  ZOOKEEPER,
  REDIS,
  MEMCACHED,
  /** Agents are clients of somebody else's cluster. */
  HAZELCAST,
  /** Agents are the cluster. */
  HAZELCAST_MEMBER;

  /**
   * Reads the command line.
   *
   * @param names of backends
   * @return those named; all where none is
   * @throws IllegalArgumentException where a name is none
   */
  static List<Technology> named(List<String> names) {
    List<String> known = Arrays.stream(values()).map(Technology::text).toList();
    names.stream()
        .filter(name -> !known.contains(name))
        .forEach(
            name -> {
              throw new IllegalArgumentException(
                  "\"" + name + "\" is no backend; there are " + String.join(", ", known));
            });
    return Arrays.stream(values())
        .filter(technology -> names.isEmpty() || names.contains(technology.text()))
        .collect(Collectors.toList());
  }

  /** Its name on command lines. */
  String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Its name among an agent's backends: the scheme. */
  String backend() {
    return this == HAZELCAST_MEMBER ? HAZELCAST.text() : text();
  }

  /** Whether an agent writes something each {@code report_interval}. */
  boolean beats() {
    return this != ZOOKEEPER && this != HAZELCAST_MEMBER;
  }

  /** Whether tooz has a driver for it. */
  boolean hasTooz() {
    return this == ZOOKEEPER || this == REDIS || this == MEMCACHED;
  }

  /** How many agents show what presence costs: a session is little, a cluster's member is much. */
  int idleAgents(int size) {
    if (this == HAZELCAST_MEMBER) {
      return 2;
    }
    return size == 1 ? 200 : 20;
  }

  /** Starts a server of it, with that server's defaults. */
  Stand start() {
    return switch (this) {
      case POSTGRESQL -> Stand.postgres();
      // The tick of ZooKeeper's own example: sessions of 4 to 40 s.
      case ZOOKEEPER -> Stand.of(this, ZooKeeperServer.create("tickTime=2000"));
      case REDIS ->
          Stand.of(
              this,
              Files.isExecutable(RedisServer.DEBIAN)
                  ? RedisServer.createDebian()
                  : RedisServer.create());
      case MEMCACHED -> Stand.of(this, MemcachedServer.create());
      case HAZELCAST -> Stand.of(this, HazelcastServer.create());
      case HAZELCAST_MEMBER -> Stand.embedded(this, Ports.free());
    };
  }
}
