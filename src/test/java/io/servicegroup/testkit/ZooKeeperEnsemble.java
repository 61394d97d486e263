package io.servicegroup.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Three real ZooKeeper servers that elect a leader. Not thread-safe, except for connecting. */
public final class ZooKeeperEnsemble implements AutoCloseable {

  private static final int SIZE = 3;

  private final List<ZooKeeperServer> servers = new ArrayList<>();

  private ZooKeeperEnsemble() {}

  /**
   * Makes and starts an ensemble.
   *
   * @return the three running servers, with a leader
   */
  public static ZooKeeperEnsemble create() {
    ZooKeeperEnsemble ensemble = new ZooKeeperEnsemble();
    List<String> settings = new ArrayList<>(List.of("initLimit=20", "syncLimit=4"));
    for (int i = 1; i <= SIZE; i++) {
      settings.add("server.%d=127.0.0.1:%d:%d".formatted(i, Ports.free(), Ports.free()));
    }
    for (int i = 1; i <= SIZE; i++) {
      ensemble.servers.add(server(i, settings.toArray(String[]::new)));
    }
    ensemble.restart();
    return ensemble;
  }

  /** Starts all servers, none of which runs, on what they know; returns when they have a leader. */
  public void restart() {
    servers.forEach(ZooKeeperServer::launch);
    servers.forEach(server -> server.awaitLine("LEADER ELECTION TOOK"));
  }

  private static ZooKeeperServer server(int id, String... settings) {
    ZooKeeperServer server = ZooKeeperServer.prepare(Ports.free(), List.of(), settings);
    try {
      Files.createDirectories(server.data());
      Files.writeString(server.data().resolve("myid"), Integer.toString(id));
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * How an agent reaches it.
   *
   * @return a URI with all servers
   */
  public String uri() {
    return servers.stream()
        .map(server -> "127.0.0.1:" + server.port())
        .collect(Collectors.joining(",", "zookeeper://", ""));
  }

  /**
   * Finds the leader; only before one has died.
   *
   * @return the server that was elected
   */
  public ZooKeeperServer leader() {
    return servers.get(
        IntStream.range(0, SIZE)
            .filter(
                i ->
                    servers.get(i).log().since(0).stream()
                        .anyMatch(line -> line.contains("LEADING - LEADER ELECTION TOOK")))
            .findFirst()
            .orElseThrow());
  }

  /**
   * The servers.
   *
   * @return all three
   */
  public List<ZooKeeperServer> servers() {
    return List.copyOf(servers);
  }

  @Override
  public void close() {
    servers.forEach(ZooKeeperServer::close);
  }
}
