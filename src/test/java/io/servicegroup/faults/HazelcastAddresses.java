package io.servicegroup.faults;

import io.servicegroup.testkit.Ports;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The addresses of a cluster of agents, each with a port of its own that all know. */
final class HazelcastAddresses {

  private static final int AGENTS = 3;

  private final List<Integer> ports = Stream.generate(Ports::free).limit(AGENTS).toList();
  private int given;

  /** The URI of one more agent. */
  String next() {
    int own = ports.get(given++);
    String hosts = ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    return "hazelcast://" + hosts + "/faults-" + ports.get(0) + "?mode=member&port=" + own;
  }
}
