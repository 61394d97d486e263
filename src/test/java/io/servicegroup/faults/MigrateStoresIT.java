package io.servicegroup.faults;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.agent.StartException;
import io.servicegroup.catalog.CatalogCopy;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.Services;
import io.servicegroup.model.Member;
import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.HazelcastServer;
import io.servicegroup.testkit.ManagedProcess;
import io.servicegroup.testkit.MemcachedServer;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.RedisServer;
import io.servicegroup.testkit.Started;
import io.servicegroup.testkit.ZooKeeperServer;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The command {@code migrate} from each store to another. */
@Timeout(300)
@Execution(ExecutionMode.CONCURRENT)
class MigrateStoresIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int PLAIN = 300;
  private static final int AT_ONCE = 100;

  private static final List<String> ODD =
      List.of(
          "locks",
          "leader",
          "a/b",
          "...",
          ".a",
          "with space",
          "ünï-日本",
          "😀".repeat(255),
          "a:b",
          "%2F",
          "g+p",
          "t".repeat(255),
          "q'uo\"te\\",
          "{}",
          "a#b?c&d=e",
          "-",
          "\u00a0x");

  private static final int ALL = PLAIN + ODD.size();

  @Started("fsync=off")
  private static PostgresServer postgres;

  @Started private static ZooKeeperServer zookeeper;
  @Started private static MemcachedServer memcached;
  @Started private static RedisServer redis;
  @Started private static HazelcastServer hazelcast;
  private static final Migrations MIGRATIONS = new Migrations();

  @BeforeAll
  static void fill() throws Exception {
    postgres.execute("CREATE DATABASE back");
    fill(postgres.uri());
  }

  @AfterAll
  static void close() {
    MIGRATIONS.close();
  }

  private static void fill(String uri) throws Exception {
    ServiceCatalog catalog = MIGRATIONS.catalog(uri);
    for (int i = 0; i < ODD.size(); i++) {
      String odd = ODD.get(i);
      String other = ODD.get(ODD.size() - 1 - i);
      await(catalog.join(Services.spec(odd, other, "b" + i, i), "agent-1", Set.of("x")));
    }
    for (int from = 0; from < PLAIN; from += AT_ONCE) {
      List<Future<?>> joins = new ArrayList<>();
      for (int i = from; i < from + AT_ONCE; i++) {
        joins.add(catalog.join(Services.spec("host-" + i, i), "agent-" + i % 9, Set.of("x", "y")));
      }
      await(Future.all(joins));
    }
    await(catalog.update(Services.update("host-1", true, "a \"disk\", ü", true)));
    await(catalog.close());
  }

  private static ManagedProcess migrate(String from, String to) {
    List<String> command =
        AgentProcess.command(
            "migrate", "--from", from, "--to", to, "--set", "agent.start_timeout=6s");
    return ManagedProcess.start("migrate", new ProcessBuilder(command));
  }

  private static String finish(ManagedProcess process, int exit) {
    assertThat(process.awaitExit(PATIENCE)).as(process.tail()).isEqualTo(exit);
    return String.join("\n", process.output().since(0));
  }

  /** Killed in the middle, and started again. */
  private static void killAndFinish(String from, String to) {
    try (ManagedProcess process = migrate(from, to)) {
      process.output().await(0, 4, line -> line.contains(" members, "), PATIENCE);
      process.kill();
    }
    try (ManagedProcess process = migrate(from, to)) {
      assertThat(finish(process, 0)).contains("Complete: all " + ALL);
    }
  }

  private static void finishAtOnce(String from, String to) {
    CatalogCopy.Outcome outcome = MIGRATIONS.run(from, to);
    assertThat(outcome.members()).isEqualTo(ALL);
    assertThat(outcome.written()).isEqualTo(ALL);
    assertThat(outcome.different()).isEmpty();
  }

  @Test
  void throughEachStoreAndBackNothingIsChanged() {
    List<Member> before = MIGRATIONS.members(postgres.uri());
    String from = postgres.uri();
    for (BackendServer store : List.of(zookeeper, memcached, redis, hazelcast)) {
      String to = store.uri();
      if (store == memcached) {
        // What is written part by part, and has no transactions.
        killAndFinish(from, to);
      } else {
        finishAtOnce(from, to);
      }
      assertThat(MIGRATIONS.members(to)).isEqualTo(before);
      from = to;
    }
    String back = postgres.uri().replaceFirst("/postgres$", "/back");
    finishAtOnce(from, back);
    assertThat(MIGRATIONS.members(back)).isEqualTo(before);
    assertThat(MIGRATIONS.members(postgres.uri())).as("the source").isEqualTo(before);
  }

  @Test
  void aClusterOfNobodyIsNeitherATargetNorASource() {
    String cluster = new HazelcastAddresses().next();
    assertThatThrownBy(() -> MIGRATIONS.run(postgres.uri(), cluster))
        .isInstanceOf(StartException.class)
        .hasMessageStartingWith("--to: cannot reach hazelcast:");
    try (ManagedProcess process = migrate(cluster, postgres.uri())) {
      String said = finish(process, 3);
      assertThat(said.lines().toList())
          .last()
          .asString()
          .as(said)
          .startsWith("--from: cannot reach hazelcast:");
    }
  }

  @Test
  void whatIsCopiedIntoTheClusterOfAnAgentStaysThere() {
    String cluster = new HazelcastAddresses().next();
    JsonObject config = Configs.observer(postgres.uri());
    config.getJsonObject("liveness").put("backends", JsonArray.of(cluster));
    try (AgentProcess agent = AgentProcess.of(config).start();
        ManagedProcess process = migrate(postgres.uri(), cluster)) {
      assertThat(finish(process, 0)).contains("Complete: all " + ALL);
      assertThat(MIGRATIONS.members(cluster)).isEqualTo(MIGRATIONS.members(postgres.uri()));
      assertThat(agent.process().isAlive()).isTrue();
    }
  }

  @Test
  void aSourceWithoutACatalogueGetsNone() {
    String mistyped = zookeeper.uri() + "/mistyped";
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> MIGRATIONS.run(mistyped, postgres.uri()))
          .isInstanceOf(StartException.class)
          .hasMessageStartingWith("--from: zookeeper://")
          .hasMessageContaining("no agent has had its catalogue there");
    }
  }
}
