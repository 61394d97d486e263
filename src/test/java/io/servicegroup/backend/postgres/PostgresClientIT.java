package io.servicegroup.backend.postgres;

import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static io.servicegroup.testkit.Eventually.succeeds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.config.BackendUri;
import io.servicegroup.testkit.PgBouncer;
import io.servicegroup.testkit.Ports;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.servicegroup.testkit.TcpProxy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client between faults: nothing of it lasts longer than it may. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PostgresClientIT {

  private static final Duration BOUND = Duration.ofMillis(1500);

  private static final String STILL_SLEEPING =
      "SELECT count(*)::text FROM pg_stat_activity"
          + " WHERE state = 'active' AND query LIKE '%pg_sleep(100)%' AND pid <> pg_backend_pid()";

  @Started private static PostgresServer server;
  @Started private static Vertx vertx;
  private final List<AutoCloseable> opened = new ArrayList<>();

  @BeforeAll
  static void startServer() {
    PostgresClient warmUp = create(server.uri(), 1, Duration.ofSeconds(20));
    await(ask(warmUp, "SELECT 1"));
    await(warmUp.close());
  }

  @AfterEach
  void closeClients() throws Exception {
    for (AutoCloseable closeable : opened) {
      closeable.close();
    }
  }

  private static PostgresClient create(String uri, int connections, Duration bound) {
    return PostgresClient.create(vertx, BackendUri.parse(uri), connections, bound);
  }

  private PostgresClient client(String uri) {
    PostgresClient client = create(uri, 1, BOUND);
    opened.add(() -> await(client.close()));
    return client;
  }

  private TcpProxy proxy() {
    TcpProxy proxy = TcpProxy.to(server.port());
    opened.add(0, proxy);
    return proxy;
  }

  private static Future<RowSet<Row>> ask(PostgresClient client, String sql) {
    return client.query(sql, Tuple.tuple());
  }

  private static String value(PostgresClient client, String sql) {
    return await(ask(client, sql)).iterator().next().getString(0);
  }

  private static long millis(Future<?> failing) {
    long started = System.nanoTime();
    assertThatThrownBy(() -> await(failing)).isInstanceOf(Exception.class);
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
  }

  @Test
  void whatRunsOutOfTimeEndsOnTheServerToo() {
    PostgresClient client = client(server.uri());
    assertThat(millis(ask(client, "SELECT pg_sleep(100)"))).isBetween(1000L, 10_000L);
    assertThat(value(client, "SELECT 'next'")).isEqualTo("next");
    awaitNoSleeper(client);
  }

  private static String eventually(PostgresClient client, String sql) {
    return succeeds("an answer", () -> value(client, sql));
  }

  private static void awaitNoSleeper(PostgresClient client) {
    succeeds("no sleeper", () -> value(client, STILL_SLEEPING), "0"::equals);
  }

  /** The path that notifies swallows what it is given at first. */
  @Test
  void aTestThatIsLateOnceIsNoEndOfListening() throws Exception {
    PostgresClient other = client(server.uri());
    AtomicInteger swallowed = new AtomicInteger(2);
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    PostgresNotifications listener =
        PostgresNotifications.apart(
            vertx,
            vertx.getOrCreateContext(),
            new PostgresClientOptions(BackendUri.parse(server.uri())).sessionServers(),
            Duration.ofMillis(300),
            (sql, args) ->
                swallowed.getAndDecrement() > 0
                    ? Future.succeededFuture()
                    : other.query(sql, args));
    opened.add(0, () -> await(listener.stop()));

    assertThat(await(listener.start(heard::add))).isFalse();
    assertThat(listener.isListening()).isFalse();
    // It missed something, and hears again.
    assertThat(next(heard)).isEqualTo("resync");
    assertThat(listener.isListening()).isTrue();
    await(other.query("SELECT pg_notify('servicegroup', 'news')", Tuple.tuple()));
    assertThat(next(heard)).isEqualTo("news");
  }

  /** Behind the pooler another server is the primary now; the one that listens stays up. */
  @Test
  void whereAnnouncementsGoElsewhereNothingIsHeardAnyMore() {
    server.execute("CREATE DATABASE elsewhere");
    BackendUri uri = BackendUri.parse(server.uri());
    AtomicReference<PostgresClient> primary = new AtomicReference<>(client(server.uri()));
    PostgresNotifications listener =
        PostgresNotifications.apart(
            vertx,
            vertx.getOrCreateContext(),
            new PostgresClientOptions(uri).sessionServers(),
            Duration.ofMillis(300),
            (sql, args) -> primary.get().query(sql, args));
    opened.add(0, () -> await(listener.stop()));
    assertThat(await(listener.start(payload -> {}))).isTrue();

    primary.set(client(server.uri().replaceAll("/postgres$", "/elsewhere")));
    succeeds("it is deaf", listener::isListening, listening -> !listening);
  }

  @Test
  void whoeverWaitsForALockKeepsTheConnection() {
    PostgresClient client = client(server.uri());
    PostgresClient other = create(server.uri(), 1, Duration.ofSeconds(60));
    opened.add(() -> await(other.close()));
    await(ask(other, "CREATE TABLE locked (id int)"));
    String before = value(client, "SELECT pg_backend_pid()::text");
    await(
        other.run(
            holder ->
                holder
                    .begin()
                    .compose(
                        transaction ->
                            holder
                                .query("LOCK TABLE locked")
                                .execute()
                                .compose(locked -> lockedOut(client))
                                .compose(once -> lockedOut(client))
                                .compose(twice -> transaction.rollback()))));
    assertThat(value(client, "SELECT pg_backend_pid()::text")).isEqualTo(before);
  }

  private static Future<Void> lockedOut(PostgresClient client) {
    return ask(client, "SELECT FROM locked")
        .transform(
            tried -> tried.failed() ? Future.succeededFuture() : Future.failedFuture("not locked"));
  }

  /** As a server that has no place for anybody, or a balancer without servers. */
  @Test
  void whoIsRefusedTriesEverMoreSeldom() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    try (ServerSocket refusing = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread accepting =
          new Thread(
              () -> {
                try {
                  while (true) {
                    refusing.accept().close();
                    attempts.incrementAndGet();
                  }
                } catch (IOException e) {
                  // The test is over.
                }
              });
      accepting.start();
      PostgresClient client =
          client(
              "postgresql://u:p@127.0.0.1:%d/db?sslmode=disable"
                  .formatted(refusing.getLocalPort()));
      long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
      while (System.nanoTime() < end) {
        assertThatThrownBy(() -> await(ask(client, "SELECT 1")))
            .hasMessageContaining("127.0.0.1:" + refusing.getLocalPort());
        await(vertx.timer(20, TimeUnit.MILLISECONDS));
      }
    }
    assertThat(attempts.get()).isBetween(2, 10);
  }

  @Test
  void aTransactionLeftOpenIsRolledBack() {
    PostgresClient client = client(server.uri());
    assertThatThrownBy(
            () ->
                await(
                    client.run(
                        connection ->
                            connection
                                .begin()
                                .compose(
                                    begun ->
                                        connection.query("CREATE TABLE half (n int)").execute())
                                .compose(done -> Future.failedFuture("given up")))))
        .hasMessage("given up");
    assertThat(value(client, "SELECT to_regclass('half')::text")).isNull();
  }

  @Test
  void aHungServerIsGivenUpAndFoundAgain() {
    TcpProxy proxy = proxy();
    PostgresClient client = client(PostgresServer.uriAt(proxy.port()));
    assertThat(value(client, "SELECT 'a'")).isEqualTo("a");
    proxy.hang();
    assertThat(millis(ask(client, "SELECT 'b'"))).isLessThan(10_000);
    assertThat(millis(ask(client, "SELECT 'while connecting'"))).isLessThan(10_000);
    proxy.pass();
    assertThat(eventually(client, "SELECT 'c'")).isEqualTo("c");
  }

  @Test
  void aServerThatRestartsIsFoundAgain() {
    TcpProxy proxy = proxy();
    PostgresClient client = client(PostgresServer.uriAt(proxy.port()));
    assertThat(value(client, "SELECT 'a'")).isEqualTo("a");
    proxy.refuse();
    assertThat(millis(ask(client, "SELECT 'b'"))).isLessThan(10_000);
    proxy.pass();
    assertThat(eventually(client, "SELECT 'c'")).isEqualTo("c");
  }

  @Test
  void closingDoesNotWaitForAHungServer() {
    TcpProxy proxy = proxy();
    PostgresClient client = client(PostgresServer.uriAt(proxy.port()));
    assertThat(value(client, "SELECT 'a'")).isEqualTo("a");
    proxy.hang();
    Future<RowSet<Row>> hanging = ask(client, "SELECT 'b'");
    long started = System.nanoTime();
    await(client.close());
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
    millis(hanging);
    millis(ask(client, "SELECT 'closed'"));
  }

  @Test
  void noConnectionIsLeftBehind() {
    PostgresClient client = client(server.uri() + "?sslmode=prefer");
    String mine = "SELECT count(*)::text FROM pg_stat_activity WHERE datname IS NOT NULL";
    for (int i = 0; i < 5; i++) {
      ask(client, "SELECT pg_sleep(100)").onComplete(nothing -> {});
      assertThat(eventually(client, mine)).isNotNull();
    }
    assertThat(Integer.parseInt(eventually(client, mine))).isLessThan(5);
  }

  @Test
  void theFirstHostThatIsPrimaryIsTaken() {
    TcpProxy hung = proxy();
    hung.hang();
    String hosts =
        "127.0.0.1:%d,127.0.0.1:%d,127.0.0.1:%d"
            .formatted(Ports.free(), hung.port(), server.port());
    PostgresClient client = client(server.uri().replace("127.0.0.1:" + server.port(), hosts));
    assertThat(eventually(client, "SELECT 'primary'")).isEqualTo("primary");
  }

  @Test
  void aHostThatSaysNothingLeavesTimeForTheNext() {
    TcpProxy hung = proxy();
    hung.hang();
    String hosts = "127.0.0.1:%d,127.0.0.1:%d".formatted(hung.port(), server.port());
    PostgresClient client =
        PostgresClient.create(
            vertx,
            BackendUri.parse(server.uri().replace("127.0.0.1:" + server.port(), hosts)),
            1,
            Duration.ofSeconds(5));
    assertThat(value(client, "SELECT 'next'")).isEqualTo("next");
    await(client.close());
  }

  @Test
  void aWrongPasswordIsNamedButNotPrinted() {
    PostgresClient client = client(server.uri().replace(PostgresServer.PASSWORD, "wr0ng"));
    assertThatThrownBy(() -> await(ask(client, "SELECT 1")))
        .hasMessageContaining("password authentication failed")
        .hasMessageContaining("127.0.0.1:" + server.port())
        .hasMessageNotContaining("wr0ng");
  }

  @Test
  void anUnknownSslModeIsRefused() {
    assertThatThrownBy(() -> client(server.uri() + "?sslmode=perhaps"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("verify-full");
  }

  @Test
  void encryptionIsNotGivenUpSilently() {
    PostgresClient client = client(server.uri() + "?sslmode=require");
    assertThatThrownBy(() -> await(ask(client, "SELECT 1"))).hasMessageContaining("SSL");
  }

  @Test
  void notificationsArriveAlsoAfterTheConnectionWasLost() throws InterruptedException {
    BlockingQueue<String> payloads = new LinkedBlockingQueue<>();
    TcpProxy proxy = proxy();
    PostgresClient client = client(PostgresServer.uriAt(proxy.port()));
    assertThat(await(client.listen(payloads::add))).isTrue();
    server.execute("SELECT pg_notify('servicegroup', 'liveness 1')");
    assertThat(next(payloads)).isEqualTo("liveness 1");
    proxy.cut();
    assertThat(next(payloads)).isEqualTo("resync");
    server.execute("SELECT pg_notify('servicegroup', 'liveness 2')");
    assertThat(next(payloads)).isEqualTo("liveness 2");
  }

  @Test
  void throughATransactionPoolerNothingIsBoundToASession() throws InterruptedException {
    try (PgBouncer pooler = PgBouncer.start(server, 2)) {
      PostgresClient pooled = client(pooler.uri());
      PostgresClient other = client(pooler.uri());
      for (int i = 0; i < 100; i++) {
        Future<RowSet<Row>> first = pooled.query("SELECT $1::text", Tuple.of("a" + i));
        Future<RowSet<Row>> second = other.query("SELECT $1::int + 1", Tuple.of(i));
        assertThat(await(first).iterator().next().getString(0)).isEqualTo("a" + i);
        assertThat(await(second).iterator().next().getInteger(0)).isEqualTo(i + 1);
      }
      assertThat(await(pooled.listen(payload -> {}))).isFalse();
      assertThat(millis(ask(pooled, "SELECT pg_sleep(100)"))).isLessThan(10_000);
      assertThat(eventually(pooled, "SELECT 'a'")).isEqualTo("a");
      awaitNoSleeper(pooled);

      BlockingQueue<String> payloads = new LinkedBlockingQueue<>();
      PostgresClient direct = client(pooler.uri() + "&listen=127.0.0.1:" + server.port());
      assertThat(await(direct.listen(payloads::add))).isTrue();
      await(ask(direct, "SELECT pg_notify('servicegroup', 'liveness 3')"));
      assertThat(next(payloads)).isEqualTo("liveness 3");
    }
  }

  @Test
  void aPoolerThatRefusesASessionIsToldWhatToSet() {
    try (PgBouncer pooler = PgBouncer.start(server, 2)) {
      PostgresClient client = client(pooler.uri().replace("pooled=true", "pooled=false"));
      assertThatThrownBy(() -> await(ask(client, "SELECT 1")))
          .hasMessageContaining("set pooled=true");
    }
  }

  @Test
  void aPoolerThatIsTakenForAServerIsFoundOut() {
    try (PgBouncer pooler = PgBouncer.start(server, 2)) {
      // listen= leads to the pooler itself, which takes LISTEN and delivers nothing.
      PostgresClient fooled =
          client(pooler.uri() + "&listen=" + BackendUri.parse(pooler.uri()).hosts().get(0));
      assertThat(await(fooled.listen(payload -> {}))).isFalse();
    }
  }

  /**
   * LISTEN and the notification that tests it would run in one session of the pooler by chance, if
   * they came from one connection: that one would arrive, and no other.
   */
  @Test
  void aPoolerThatIsTakenForAServerDoesNotPassTheTestWithItsOwnConnection() throws Exception {
    try (PgBouncer pooler = PgBouncer.tolerant(server, 2)) {
      BackendUri taken = BackendUri.parse(pooler.uri().replace("?pooled=true", ""));
      PostgresClient fooled = PostgresClient.shared(vertx, taken, 1, BOUND, BOUND);
      opened.add(() -> await(fooled.close()));
      BlockingQueue<String> payloads = new LinkedBlockingQueue<>();
      boolean arrives = await(fooled.listen(payloads::add));
      server.execute("SELECT pg_notify('servicegroup', 'liveness 3')");

      String heard = payloads.poll(2, TimeUnit.SECONDS);
      assertThat(arrives).as("what others announce arrived: %s", heard).isEqualTo(heard != null);
    }
  }
}
