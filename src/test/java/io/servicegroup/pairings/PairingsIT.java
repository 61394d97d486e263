package io.servicegroup.pairings;

import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.HazelcastServer;
import io.servicegroup.testkit.MemcachedServer;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.RedisServer;
import io.servicegroup.testkit.ZooKeeperServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every catalogue with every liveness backend. One server of each technology serves all pairings,
 * several of which walk at a time; each test waits for one.
 */
@Timeout(300)
class PairingsIT {

  /** More only wait for each other. */
  private static final int AT_A_TIME = 3;

  private static final Map<String, Future<?>> WALKS = new LinkedHashMap<>();
  private static List<BackendServer> servers;
  private static ExecutorService walkers;

  @TempDir private static Path home;

  @BeforeAll
  static void startWalking() throws Exception {
    servers = new ArrayList<>();
    servers.add(PostgresServer.create("fsync=off", "max_connections=200"));
    servers.add(ZooKeeperServer.create());
    servers.add(MemcachedServer.create());
    servers.add(RedisServer.create());
    servers.add(HazelcastServer.create());
    walkers = Executors.newFixedThreadPool(AT_A_TIME);
    for (BackendServer catalog : servers) {
      for (BackendServer liveness : servers) {
        Pairing pairing = new Pairing(catalog, liveness);
        Path directory = Files.createDirectory(home.resolve(pairing.toString()));
        WALKS.put(pairing.toString(), walkers.submit(() -> walk(pairing, directory)));
      }
    }
  }

  private static Void walk(Pairing pairing, Path directory) throws Exception {
    try (PairingWalk walk = new PairingWalk(pairing, directory)) {
      walk.walk();
      return null;
    }
  }

  @AfterAll
  static void stop() throws Exception {
    walkers.shutdownNow();
    walkers.awaitTermination(60, TimeUnit.SECONDS);
    servers.forEach(BackendServer::close);
  }

  static Stream<String> pairings() {
    return WALKS.keySet().stream();
  }

  @ParameterizedTest(name = "catalogue and liveness: {0}")
  @MethodSource("pairings")
  void isWalkedFromEndToEnd(String pairing) throws Throwable {
    try {
      WALKS.get(pairing).get();
    } catch (ExecutionException e) {
      throw e.getCause();
    }
  }
}
