package io.servicegroup.faults;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.backend.Technology;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.Services;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.HazelcastServer;
import io.servicegroup.testkit.ManagedProcess;
import io.servicegroup.testkit.MemcachedServer;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.RedisServer;
import io.servicegroup.testkit.ZooKeeperServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The command {@code migrate} from each store to another. */
@Timeout(300)
@Execution(ExecutionMode.CONCURRENT)
class MigrateStoresIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int PLAIN = 1_000;
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

  private Vertx vertx;

  @BeforeEach
  void open() {
    vertx = Vertx.vertx();
  }

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  private ServiceCatalog catalog(String uri) throws Exception {
    BackendUri parsed = BackendUri.parse(uri);
    ServiceCatalog catalog =
        Technology.of(parsed.scheme())
            .catalog(vertx, new AgentConfig.Catalog(parsed, AgentConfig.CreateTables.ALL));
    await(catalog.open());
    return catalog;
  }

  private void fill(String uri) throws Exception {
    ServiceCatalog catalog = catalog(uri);
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

  private List<Member> members(String uri) throws Exception {
    ServiceCatalog catalog = catalog(uri);
    List<Member> found = await(catalog.list(MemberFilter.ALL));
    await(catalog.close());
    return found;
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
      assertThat(finish(process, 0)).contains("Complete: all " + (PLAIN + ODD.size()));
    }
  }

  @Test
  void throughEachStoreAndBackNothingIsChanged() throws Exception {
    try (PostgresServer postgres = PostgresServer.create("fsync=off");
        BackendServer zookeeper = ZooKeeperServer.create();
        BackendServer memcached = MemcachedServer.create();
        BackendServer redis = RedisServer.create();
        BackendServer hazelcast = HazelcastServer.create()) {
      postgres.execute("CREATE DATABASE back");
      fill(postgres.uri());
      List<Member> before = members(postgres.uri());
      String from = postgres.uri();
      for (BackendServer store : List.of(zookeeper, memcached, redis, hazelcast)) {
        String to = store.uri();
        killAndFinish(from, to);
        assertThat(members(to)).isEqualTo(before);
        from = to;
      }
      String back = postgres.uri().replaceFirst("/postgres$", "/back");
      killAndFinish(from, back);
      assertThat(members(back)).isEqualTo(before);
      assertThat(members(postgres.uri())).as("the source").isEqualTo(before);
    }
  }

  @Test
  void aClusterOfNobodyIsNeitherATargetNorASource() {
    try (RedisServer redis = RedisServer.create()) {
      HazelcastAddresses nobody = new HazelcastAddresses();
      String cluster = nobody.next();
      String other = redis.uri();
      try (ManagedProcess process = migrate(other, cluster)) {
        String said = finish(process, 3);
        assertThat(said.lines().toList())
            .last()
            .asString()
            .as(said)
            .startsWith("--to: cannot reach hazelcast:");
      }
      try (ManagedProcess process = migrate(cluster, other)) {
        assertThat(finish(process, 3)).contains("--from: cannot reach hazelcast:");
      }
    }
  }

  @Test
  void whatIsCopiedIntoTheClusterOfAnAgentStaysThere() throws Exception {
    try (RedisServer redis = RedisServer.create()) {
      String from = redis.uri();
      String cluster = new HazelcastAddresses().next();
      fill(from);
      JsonObject config = Configs.observer(from);
      config.getJsonObject("liveness").put("backends", JsonArray.of(cluster));
      try (AgentProcess agent = AgentProcess.of(config).start();
          ManagedProcess process = migrate(from, cluster)) {
        assertThat(finish(process, 0)).contains("Complete: all " + (PLAIN + ODD.size()));
        assertThat(members(cluster)).isEqualTo(members(from));
        assertThat(agent.process().isAlive()).isTrue();
      }
    }
  }

  @Test
  void aSourceWithoutACatalogueGetsNone() {
    try (ZooKeeperServer zookeeper = ZooKeeperServer.create();
        RedisServer redis = RedisServer.create()) {
      for (int i = 0; i < 2; i++) {
        try (ManagedProcess process = migrate(zookeeper.uri() + "/mistyped", redis.uri())) {
          assertThat(finish(process, 3).lines().toList())
              .last()
              .asString()
              .startsWith("--from: zookeeper://")
              .contains("no agent has had its catalogue there");
        }
      }
    }
  }
}
