package io.servicegroup.backend.postgres;

import static io.servicegroup.catalog.Services.assertRefused;
import static io.servicegroup.catalog.Services.id;
import static io.servicegroup.catalog.Services.spec;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.catalog.MemberLockedException;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.ServiceCatalog.Joined;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.AgentConfig.CreateTables;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Probe;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.servicegroup.testkit.TcpProxy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many joins in one statement, on a path that is slow and among rows that others hold. */
@Timeout(120)
class PostgresJoinsIT {

  @Started private static PostgresServer server;
  private Vertx vertx;
  private TcpProxy proxy;
  private ServiceCatalog catalog;

  @BeforeEach
  void open() throws Exception {
    vertx = Vertx.vertx();
    proxy = TcpProxy.to(server.port());
    catalog =
        new PostgresTechnology()
            .catalog(
                vertx,
                new AgentConfig.Catalog(
                    BackendUri.parse(server.uri(proxy.port())), CreateTables.ALL));
    await(catalog.open());
    server.execute("TRUNCATE services, servicegroup_members, servicegroup_words");
  }

  @AfterEach
  void close() throws Exception {
    await(catalog.close());
    proxy.close();
    await(vertx.close());
  }

  private static List<ServiceSpec> specs(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> spec("h" + i, 1)).toList();
  }

  /** As a table is while a fleet joins: PostgreSQL does not know how many rows it has. */
  @Test
  void namedMembersOfATableWithoutStatisticsAreLookedUpInTheIndex() throws Exception {
    server.execute(
        "INSERT INTO services (host, \"binary\", topic, report_count, deleted)"
            + " SELECT 'h' || i, 'b', 'compute', 0, 0 FROM generate_series(1, 5000) i");
    List<String> statements =
        List.of(
            new PostgresCatalogSql(new PostgresWordsSql(true, false)).find,
            PostgresLivenessSql.LOOK_UP,
            PostgresJoinSql.KNOWN);
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute("PREPARE named (text[], text[]) AS " + sql);
        StringBuilder plan = new StringBuilder();
        try (ResultSet lines =
            statement.executeQuery(
                "EXPLAIN EXECUTE named ('{%s}', '{%s}')"
                    .formatted(
                        String.join(",", Collections.nCopies(300, "compute")),
                        IntStream.range(4000, 4300)
                            .mapToObj(i -> "h" + i)
                            .collect(Collectors.joining(","))))) {
          while (lines.next()) {
            plan.append(lines.getString(1)).append('\n');
          }
        }
        assertThat(plan.toString()).doesNotContain("Seq Scan on services");
        statement.execute("DEALLOCATE named");
      }
    }
  }

  @Test
  void twoThousandNeedAFewRoundTrips() throws Exception {
    for (int time = 0; time < 2; time++) {
      proxy.delay(Duration.ofMillis(50));
      long started = System.nanoTime();
      List<Future<Joined>> joins = new ArrayList<>();
      for (int from = 0; from < 2000; from += 500) {
        joins.addAll(catalog.join(specs(from, from + 500), "agent-1", Set.of(), 0));
        await(Future.all(joins));
      }
      // One by one they would take more than 100 s on both of the connections.
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(30));
      proxy.pass();
    }
    assertThat(server.number("SELECT count(*) FROM servicegroup_members")).isEqualTo(2000);
    assertThat(server.number("SELECT count(DISTINCT incarnation) FROM servicegroup_members"))
        .isEqualTo(2000);
  }

  @Test
  void aRowThatSomebodyElseHoldsKeepsNobodyElse() throws Exception {
    await(Future.all(catalog.join(specs(0, 20), "agent-1", Set.of(), 0)));
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("SELECT FROM services WHERE host = 'h7' FOR UPDATE");

      List<Future<Joined>> joins = catalog.join(specs(0, 30), "agent-2", Set.of(), 0);

      assertThatThrownBy(() -> await(joins.get(7))).isInstanceOf(MemberLockedException.class);
      for (Future<Joined> join : joins) {
        assertThat(join.succeeded()).isEqualTo(join != joins.get(7));
      }
      connection.rollback();
    }
    assertThat(await(catalog.join(specs(7, 8), "agent-2", Set.of(), 0).get(0)).created()).isFalse();
  }

  /** A row that is being made is no row yet, but has the name. */
  @Test
  void aRowThatSomebodyElseIsMakingKeepsNobodyElse() throws Exception {
    await(Future.all(catalog.join(specs(0, 50), "agent-1", Set.of(), 0)));
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(
          "INSERT INTO services (host, topic, \"binary\", deleted) VALUES"
              + " ('h77', 'compute', 'nova-compute', 0), ('h78', 'compute', 'nova-compute', 0)");
      long started = System.nanoTime();

      List<Future<Joined>> joins = catalog.join(specs(0, 100), "agent-2", Set.of(), 0);

      await(Future.all(joins.subList(0, 50)));
      assertThat(Duration.ofNanos(System.nanoTime() - started))
          .as("those that have a row")
          .isLessThan(Duration.ofSeconds(2));
      assertThatThrownBy(() -> await(joins.get(77))).isInstanceOf(MemberLockedException.class);
      assertThatThrownBy(() -> await(joins.get(78))).isInstanceOf(MemberLockedException.class);
      await(Future.join(joins).otherwiseEmpty());
      assertThat(joins.stream().filter(Future::succeeded)).hasSize(98);
      assertThat(Duration.ofNanos(System.nanoTime() - started))
          .as("all others")
          .isLessThan(Duration.ofSeconds(6));
      connection.rollback();
    }
    await(Future.all(catalog.join(specs(77, 79), "agent-2", Set.of(), 0)));
  }

  @Test
  void whatOneOfThemSaysIsRefusedToThatOneOnly() throws Exception {
    List<ServiceSpec> specs = new ArrayList<>(specs(0, 20));
    for (int odd : new int[] {3, 12}) {
      specs.set(
          odd,
          new ServiceSpec(
              id("h" + odd), "nova-compute", 1, Map.of("note", "a\u0000b"), new Probe.None()));
    }

    List<Future<Joined>> joins = catalog.join(specs, "agent-1", Set.of(), 0);

    await(Future.join(joins).otherwiseEmpty());
    assertRefused(400, () -> await(joins.get(3))).hasMessageContaining("compute/h3");
    assertRefused(400, () -> await(joins.get(12))).hasMessageContaining("compute/h12");
    assertThat(joins.stream().filter(Future::succeeded)).hasSize(18);
    assertThat(server.number("SELECT count(*) FROM services")).isEqualTo(18);
  }
}
