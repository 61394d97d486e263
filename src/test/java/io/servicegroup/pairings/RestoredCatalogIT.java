package io.servicegroup.pairings;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Status;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.HazelcastServer;
import io.servicegroup.testkit.MemcachedServer;
import io.servicegroup.testkit.PairedAgent;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.RedisServer;
import io.servicegroup.testkit.ZooKeeperServer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A catalogue is restored from a backup that is three lives old, under agents that run on: nobody
 * is down for it, and nobody has to be restarted.
 */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class RestoredCatalogIT {

  private static final Duration DOWN_TIME = Duration.ofSeconds(4);

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"postgresql", "redis", "memcached", "zookeeper", "hazelcast"})
  void everybodyIsUpAfterARestore(String catalog) throws Exception {
    String other = catalog.equals("redis") ? "memcached" : "redis";
    try (BackendServer store = start(catalog);
        BackendServer elsewhere = start(other);
        Fleet same = new Fleet(new Pairing(store, store));
        Fleet apart = new Fleet(new Pairing(store, elsewhere))) {
      List<Fleet> fleets = List.of(same, apart);
      for (Fleet fleet : fleets) {
        fleet.join();
      }
      List<StoreBackup> backups = new ArrayList<>();
      for (Fleet fleet : fleets) {
        backups.add(StoreBackup.of(store, fleet.group));
      }
      for (int i = 0; i < 3; i++) {
        for (Fleet fleet : fleets) {
          fleet.join();
        }
      }

      for (Fleet fleet : fleets) {
        fleet.awaitLife(fleet.joined);
        fleet.mark = fleet.observer.changes().mark();
      }
      for (StoreBackup backup : backups) {
        backup.restore();
      }
      long end = System.nanoTime() + DOWN_TIME.plusSeconds(3).toNanos();

      for (Fleet fleet : fleets) {
        fleet.awaitNewLife(end);
      }
      while (System.nanoTime() < end) {
        same.observer.pause();
      }
      for (Fleet fleet : fleets) {
        fleet.requireUp();
      }
    }
  }

  private static BackendServer start(String scheme) {
    return switch (scheme) {
      case "postgresql" -> PostgresServer.create("fsync=off");
      case "redis" -> RedisServer.create();
      case "memcached" -> MemcachedServer.create();
      case "zookeeper" -> ZooKeeperServer.create();
      default -> HazelcastServer.create();
    };
  }

  /** A member beside one agent, watched by another. */
  private final class Fleet implements AutoCloseable {

    private final String group;
    private final PairedAgent observer;
    private final PairedAgent sidecar;
    private Incarnation joined;
    private int mark;

    Fleet(Pairing pairing) throws Exception {
      group = pairing.toString();
      observer = agent(pairing, "observer", "[" + group + "]");
      sidecar = agent(pairing, "sidecar", "own");
    }

    private PairedAgent agent(Pairing pairing, String host, String watched) throws Exception {
      String yaml =
          """
          agent: {host: %s}
          catalog: {uri: "%s"}
          liveness:
            backends: ["%s"]
            report_interval: 1s
            service_down_time: %ds
            poll_interval: 500ms
          watch: %s
          http: {port: 0}
          """
              .formatted(
                  host,
                  pairing.catalogUri(),
                  pairing.livenessUri(),
                  DOWN_TIME.toSeconds(),
                  watched);
      return PairedAgent.start(yaml);
    }

    void join() throws Exception {
      JsonObject body =
          new JsonObject()
              .put("host", "one")
              .put("binary", "worker-" + group)
              .put("probe", new JsonObject().put("type", "none"));
      String answer = sidecar.send("POST", path(), body).body();
      joined = Incarnation.parse(new JsonObject(answer).getString("incarnation"));
      await(group + ": UP", () -> isUp(observer));
    }

    void awaitLife(Incarnation life) {
      await(group + ": its life", () -> life(observer), life::equals);
    }

    void awaitNewLife(long end) {
      await(
          group + ": a new life that is up",
          Duration.ofNanos(end - System.nanoTime()),
          () -> member(observer) + " " + observer.changes().since(mark),
          seen -> life(observer).isNewerThan(joined) && isUp(observer) && isUp(sidecar));
    }

    void requireUp() throws Exception {
      for (PairedAgent agent : List.of(observer, sidecar)) {
        assertThat(agent.changes().since(0))
            .as(group)
            .filteredOn(change -> change.status() == Status.DOWN)
            .isEmpty();
      }
      assertThat(isUp(observer) && isUp(sidecar)).as(group).isTrue();
      assertThat(sidecar.send("GET", "/health", null).statusCode()).as(group).isEqualTo(200);
      assertThat(sidecar.send("GET", "/health", null).body()).contains(group + "/one");
    }

    private boolean isUp(PairedAgent agent) {
      return "UP".equals(member(agent).getString("status"));
    }

    private Incarnation life(PairedAgent agent) {
      return Incarnation.parse(member(agent).getString("incarnation", "1-none"));
    }

    private JsonObject member(PairedAgent agent) {
      try {
        return new JsonObject(agent.send("GET", path() + "/one", null).body());
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    private String path() {
      return "/v1/groups/" + group + "/members";
    }

    @Override
    public void close() {
      sidecar.close();
      observer.close();
    }
  }
}
