package io.servicegroup.backend.postgres;

import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static io.servicegroup.testkit.Eventually.succeeds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.config.BackendUri;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests the connections that the parts of an agent share. */
@Timeout(120)
class PostgresSharedIT {

  private static final Duration BOUND = Duration.ofSeconds(20);
  private static final String PID = "SELECT pg_backend_pid()";
  private static final String OURS =
      "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'servicegroup%'";

  @Started private static PostgresServer server;

  private final List<PostgresClient> clients = new ArrayList<>();
  private Vertx vertx;

  @BeforeEach
  void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterEach
  void close() {
    clients.forEach(client -> await(client.close()));
    await(vertx.close());
  }

  private PostgresClient client(Duration statement) {
    return opened(
        PostgresClient.shared(vertx, BackendUri.parse(server.uri()), 1, BOUND, statement));
  }

  private PostgresClient client() {
    return client(BOUND);
  }

  private PostgresClient opened(PostgresClient client) {
    clients.add(client);
    return client;
  }

  private static Future<Integer> pid(PostgresClient client) {
    return client.query(PID, Tuple.tuple()).map(rows -> rows.iterator().next().getInteger(0));
  }

  private static Future<RowSet<Row>> sleep(PostgresClient client, double seconds) {
    return client.query("SELECT pg_sleep($1)", Tuple.of(seconds));
  }

  private static String setting(PostgresClient client, String name) {
    return await(
        client.run(
            session ->
                session
                    .query("SHOW " + name)
                    .execute()
                    .map(rows -> rows.iterator().next().getString(0))));
  }

  @Test
  void clientsOfOnePlaceShareAConnection() {
    PostgresClient one = client();
    PostgresClient other =
        opened(
            PostgresClient.shared(
                vertx, BackendUri.parse(server.uri() + "?timeout=30"), 1, BOUND, BOUND));

    assertThat(await(pid(one))).isEqualTo(await(pid(other)));
    assertThat(server.number(OURS)).isEqualTo(1);
    await(one.close());
    assertThat(await(pid(other))).isPositive();
    assertThatThrownBy(() -> await(pid(one))).hasMessageContaining("closed");
    await(other.close());
    succeeds("no connection", () -> server.number(OURS), count -> count == 0);
    assertThat(await(pid(client()))).isPositive();
  }

  @Test
  void whoWaitsForLongGetsAnotherConnection() {
    PostgresClient one = client();
    PostgresClient other = client();
    int first = await(pid(one));
    Future<?> sleeping = sleep(one, 3);

    assertThat(await(pid(other))).isNotEqualTo(first);
    assertThat(sleeping.isComplete()).as("the first sleeps").isFalse();
    await(sleeping);
    succeeds("one connection", () -> server.number(OURS), count -> count == 1);
    assertThat(await(pid(other))).as("the first one is kept").isEqualTo(first);
  }

  /** A path became slow: what others wait for less patiently does not cost them the connection. */
  @Test
  void whoGivesUpEarlyKeepsTheConnectionForTheOthers() {
    PostgresClient one = client();
    PostgresClient hasty = hasty(Duration.ofMillis(300), BOUND);
    int first = await(pid(one));

    assertThatThrownBy(() -> await(sleep(hasty, 1))).hasMessageContaining("within 300 ms");
    succeeds("the connection is free again", () -> await(pid(one)), pid -> pid == first);
    assertThat(await(pid(hasty))).isEqualTo(first);
  }

  @Test
  void aConnectionIsGivenUpWhereItsStatementsShouldHaveEnded() {
    PostgresClient one = client();
    PostgresClient hasty = hasty(Duration.ofMillis(300), Duration.ofMillis(900));
    int first = await(pid(one));
    server.pause();
    try {
      assertThatThrownBy(() -> await(sleep(hasty, 1))).hasMessageContaining("within 300 ms");
      assertThatThrownBy(() -> await(sleep(hasty, 1))).hasMessageContaining("within 300 ms");
    } finally {
      server.resume();
    }
    succeeds("another connection", () -> await(pid(one)), pid -> pid != first);
  }

  private PostgresClient hasty(Duration bound, Duration statement) {
    return opened(
        PostgresClient.shared(vertx, BackendUri.parse(server.uri()), 1, bound, statement));
  }

  @Test
  void onesWorkRunsOneAfterTheOther() {
    PostgresClient one = client();
    List<Future<Integer>> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      sleep(one, 0.15);
      all.add(pid(one));
    }
    assertThat(await(Future.all(all)).<Integer>list()).containsOnly(await(all.get(0)));
    assertThat(server.number(OURS)).isEqualTo(1);
  }

  @Test
  void aFreshClientGetsANewConnectionEachTime() {
    PostgresClient one = client();
    PostgresClient fresh =
        opened(PostgresClient.fresh(vertx, BackendUri.parse(server.uri()), BOUND, BOUND));

    int first = await(pid(one));
    int second = await(pid(fresh));
    assertThat(second).isNotEqualTo(first);
    assertThat(await(pid(fresh))).isNotIn(first, second);
  }

  @Test
  void theServersLimitsAreThoseOfTheWork() {
    PostgresClient quick = client(Duration.ofSeconds(2));
    PostgresClient slow = client(Duration.ofSeconds(10));

    for (int i = 0; i < 2; i++) {
      assertThat(setting(quick, "statement_timeout")).isEqualTo("2s");
      assertThat(setting(quick, "lock_timeout")).isEqualTo("1400ms");
      assertThat(setting(slow, "statement_timeout")).isEqualTo("10s");
    }
    assertThat(server.number(OURS)).isEqualTo(1);
  }

  @Test
  void aQueryThatTheLimitsOfOthersEndIsRepeatedUnderItsOwn() {
    PostgresClient quick = client(Duration.ofMillis(500));
    PostgresClient slow = client();
    assertThat(setting(quick, "statement_timeout")).isEqualTo("500ms");

    await(sleep(slow, 1));

    assertThat(setting(slow, "statement_timeout")).isEqualTo("20s");
    assertThatThrownBy(
            () -> await(quick.run(session -> session.query("SELECT pg_sleep(1)").execute())))
        .hasMessageContaining("statement timeout");
  }

  @Test
  void whatIsAbandonedIsNobodyElses() {
    PostgresClient one = client();
    PostgresClient other = client();
    await(pid(one));
    Future<?> mine = sleep(one, 100);
    Future<?> theirs = sleep(other, 1);

    await(pid(opened(PostgresClient.fresh(vertx, BackendUri.parse(server.uri()), BOUND, BOUND))));
    one.abandon();

    assertThatThrownBy(() -> await(mine)).isInstanceOf(Exception.class);
    await(theirs);
    assertThat(await(pid(one))).isPositive();
  }

  @Test
  void answersArriveOnEachOnesOwnContext() throws Exception {
    for (int i = 0; i < 3; i++) {
      Context context = vertx.getOrCreateContext();
      CompletableFuture<Context> work = new CompletableFuture<>();
      CompletableFuture<Context> answer = new CompletableFuture<>();
      CompletableFuture<Context> result = new CompletableFuture<>();
      context.runOnContext(
          now -> {
            PostgresClient client = client();
            client
                .run(
                    session -> {
                      work.complete(Vertx.currentContext());
                      return session
                          .query("SELECT 1")
                          .execute()
                          .onComplete(done -> answer.complete(Vertx.currentContext()));
                    })
                .onComplete(done -> result.complete(Vertx.currentContext()));
          });
      assertThat(List.of(work.get(), answer.get(), result.get())).containsOnly(context);
    }
    assertThat(server.number(OURS)).isEqualTo(1);
  }

  @Test
  void theConnectionThatWorksHearsForEverybody() throws Exception {
    PostgresClient one = client();
    PostgresClient other = client();
    BlockingQueue<String> first = new LinkedBlockingQueue<>();
    BlockingQueue<String> second = new LinkedBlockingQueue<>();
    assertThat(await(one.listen(first::add))).isTrue();
    assertThat(await(other.listen(second::add))).isTrue();
    assertThat(server.number(OURS)).isEqualTo(1);

    server.execute("SELECT pg_notify('servicegroup', 'news')");
    assertThat(next(first)).isEqualTo("news");
    assertThat(next(second)).isEqualTo("news");

    server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE application_name LIKE 'servicegroup%'");
    assertThat(next(first)).isEqualTo("resync");
    assertThat(next(second)).isEqualTo("resync");
    assertThat(one.isListening()).isTrue();
    await(pid(one));
    assertThat(server.number(OURS)).isEqualTo(1);
  }

  /**
   * PostgreSQL tells a session nothing while a statement runs in it, such as one that waits.
   * Another connection listens then, everybody looks once, and one connection is left in the end.
   */
  @Test
  void newsArrivesWhileSomebodysStatementWaitsForALock() throws Exception {
    PostgresClient one = client();
    PostgresClient other = client();
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    assertThat(await(one.listen(heard::add))).isTrue();

    Future<?> waiting = sleep(other, 4);
    succeeds(
        "it runs",
        () -> server.number(OURS + " AND state = 'active' AND query LIKE '%pg_sleep%'"),
        running -> running == 1);
    server.execute("SELECT pg_notify('servicegroup', 'before')");
    assertThat(heard.poll(3, TimeUnit.SECONDS)).isEqualTo("resync");
    server.execute("SELECT pg_notify('servicegroup', 'after')");
    assertThat(heard.poll(1, TimeUnit.SECONDS)).isEqualTo("after");
    assertThat(one.isListening()).isTrue();

    assertThat(waiting.isComplete()).as("the statement ended").isFalse();
    await(waiting);
    succeeds("one connection", () -> server.number(OURS), count -> count == 1);
    assertThat(heard).isEmpty();
  }
}
