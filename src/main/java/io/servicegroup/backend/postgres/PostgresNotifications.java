package io.servicegroup.backend.postgres;

import io.servicegroup.backend.common.NotificationChannel;
import io.servicegroup.backend.common.NotificationTransport;
import io.servicegroup.backend.postgres.PostgresClientOptions.Server;
import io.servicegroup.runtime.Why;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Announces with NOTIFY and receives with LISTEN in one session, which usually serves beats and
 * polls as well. A transaction pooler ignores LISTEN silently, which the channel's test detects;
 * where a pooler is in between, a connection of its own listens, so that the test proves what it
 * should. Used on one context.
 */
final class PostgresNotifications implements NotificationTransport<PostgresNotificationConnection> {

  /** The payload by which the receiver is told that notifications may have been missed. */
  static final String RESYNC = "resync";

  private static final Duration RETRY = Duration.ofMillis(250);

  /**
   * The first pause where nothing arrives: one slow test does not prove a pooler, behind which
   * nothing will ever arrive.
   */
  private static final Duration RETRY_UNHEARD = Duration.ofSeconds(2);

  private static final Duration LONGEST_UNHEARD = Duration.ofSeconds(60);
  private static final Duration LEAST_ARRIVAL = Duration.ofSeconds(1);

  /**
   * How long others may use the connection that listens at a time: PostgreSQL delivers nothing
   * while a statement runs, which may wait for a lock. Then another connection listens.
   */
  private static final Duration LONGEST_USE = Duration.ofSeconds(1);

  /** The same where it has just been exceeded often: everything is slow, here or on the way. */
  private static final Duration LONGEST_USE_WHERE_SLOW = Duration.ofSeconds(10);

  private static final int MOVES = 3;
  private static final Duration MOVES_WITHIN = Duration.ofMinutes(1);

  private final Vertx vertx;
  private final Context context;
  private final PostgresConnector connector;
  private final Duration timeout;
  private final Duration arrival;

  /** Runs a statement on the path of the beats, which all agents' announcements take. */
  private final BiFunction<String, Tuple, Future<RowSet<Row>>> others;

  /** Takes a connection that others use too; null where this has a connection of its own. */
  private final Function<Consumer<String>, Future<Optional<PostgresConnection>>> shared;

  private final boolean possible;
  private final Queue<Long> moves = new ArrayDeque<>();
  private volatile NotificationChannel<PostgresNotificationConnection> channel;

  private PostgresNotifications(
      Vertx vertx,
      Context context,
      PostgresConnector connector,
      boolean possible,
      Duration timeout,
      Function<Consumer<String>, Future<Optional<PostgresConnection>>> shared,
      BiFunction<String, Tuple, Future<RowSet<Row>>> others) {
    this.vertx = vertx;
    this.context = context;
    this.connector = connector;
    this.possible = possible;
    this.timeout = timeout;
    this.arrival = timeout.compareTo(LEAST_ARRIVAL) < 0 ? LEAST_ARRIVAL : timeout;
    this.shared = shared;
    this.others = others;
  }

  /** Creates notifications with a connection of their own; impossible without a server for it. */
  static PostgresNotifications apart(
      Vertx vertx,
      Context context,
      List<Server> servers,
      Duration timeout,
      BiFunction<String, Tuple, Future<RowSet<Row>>> others) {
    PostgresConnector connector = new PostgresConnector(vertx, context, servers);
    return new PostgresNotifications(
        vertx, context, connector, !servers.isEmpty(), timeout, null, others);
  }

  /**
   * Creates notifications that arrive through a connection that others use too.
   *
   * @param connector whose connections these are
   * @param listens gives a connection that has begun to listen for the receiver; empty where a
   *     pooler is in between, so that one of its own is needed
   * @param others runs a statement on the path of the beats
   */
  static PostgresNotifications within(
      Vertx vertx,
      Context context,
      PostgresConnector connector,
      Duration timeout,
      Function<Consumer<String>, Future<Optional<PostgresConnection>>> listens,
      BiFunction<String, Tuple, Future<RowSet<Row>>> others) {
    return new PostgresNotifications(vertx, context, connector, true, timeout, listens, others);
  }

  Future<Boolean> start(Consumer<String> payload) {
    if (!possible) {
      return Future.succeededFuture(false);
    }
    channel =
        new NotificationChannel<>(
            vertx,
            context,
            this,
            new NotificationChannel.Pace(RETRY, timeout, RETRY_UNHEARD, LONGEST_UNHEARD, arrival),
            payload,
            () -> payload.accept(RESYNC));
    return channel.start();
  }

  /** Whether notifications arrive at present. */
  boolean isListening() {
    return channel != null && channel.isListening();
  }

  /** Ends the session. Never fails. */
  Future<Void> stop() {
    return channel == null ? Future.succeededFuture() : channel.stop();
  }

  /**
   * Leaves a server that is no longer the primary, because nothing is announced there; on one
   * context.
   */
  void distrust(String server) {
    connector.distrust(server);
    if (channel != null) {
      channel.replace(
          connection -> connection.server().equals(server), server + " is no primary any more");
    }
  }

  @Override
  public Future<PostgresNotificationConnection> connect() {
    if (shared == null) {
      return connectApart();
    }
    PostgresNotificationConnection.Ears ears = new PostgresNotificationConnection.Ears();
    return shared
        .apply(ears)
        .compose(
            found ->
                found
                    .map(listens -> Future.succeededFuture(onShared(listens, ears)))
                    .orElseGet(this::connectApart));
  }

  /**
   * Connects for nothing but listening. Behind a transaction pooler, what arrives here is never
   * what only the session of its own announcement hears.
   */
  private Future<PostgresNotificationConnection> connectApart() {
    return connector
        .connect(timeout, PostgresLimits.of(timeout, timeout))
        .map(opened -> on(opened, false, new PostgresNotificationConnection.Ears()));
  }

  private PostgresNotificationConnection onShared(
      PostgresConnection listens, PostgresNotificationConnection.Ears ears) {
    listens.limitUse(this::longestUse, () -> move(listens));
    return on(listens, true, ears);
  }

  private PostgresNotificationConnection on(
      PostgresConnection opened, boolean isShared, PostgresNotificationConnection.Ears ears) {
    return new PostgresNotificationConnection(
        vertx,
        opened,
        isShared,
        ears,
        connector,
        timeout,
        arrival,
        () -> others.apply(PostgresNotificationConnection.WHICH, Tuple.tuple()));
  }

  private Duration longestUse() {
    long now = System.nanoTime();
    moves.removeIf(moved -> now - moved > MOVES_WITHIN.toNanos());
    return moves.size() < MOVES ? LONGEST_USE : LONGEST_USE_WHERE_SLOW;
  }

  /** Has another connection listen, after which everybody looks; a test is left to its end. */
  private void move(PostgresConnection busy) {
    if (isListening()) {
      moves.add(System.nanoTime());
      channel.replace(listens -> listens.isOn(busy), busy.server() + " runs a long statement");
    }
  }

  @Override
  public Future<?> announce(String payload) {
    return others.apply("SELECT pg_notify('servicegroup', $1)", Tuple.of(payload));
  }

  @Override
  public boolean isRefusal(Throwable failure) {
    return failure instanceof PgException;
  }

  @Override
  public String notArriving(boolean before, Throwable why) {
    if (why != null) {
      return "PostgreSQL %s: notifications are refused; news waits for the next poll: %s"
          .formatted(connector.description(), Why.of(why));
    }
    return (before
            ? "PostgreSQL %s: a notification sent to test the new connection did not arrive within"
                + " %d ms; news waits for the next poll until one does"
            : "PostgreSQL %s: notifications do not arrive (none within %d ms), as behind a"
                + " transaction pooler; news waits for the next poll. Behind a pooler set"
                + " pooled=true, and listen=HOST:PORT to hear at once")
        .formatted(connector.description(), arrival.toMillis());
  }

  @Override
  public String arriving() {
    return "PostgreSQL " + connector.description() + ": notifications arrive";
  }
}
