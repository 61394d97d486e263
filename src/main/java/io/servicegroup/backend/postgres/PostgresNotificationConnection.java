package io.servicegroup.backend.postgres;

import io.servicegroup.backend.common.NotificationTransport;
import io.servicegroup.runtime.OnContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A connection that listens on the channel {@code servicegroup}. Where others use it too, it is
 * theirs to close, except when it turns out to be dead.
 */
final class PostgresNotificationConnection implements NotificationTransport.Connection {

  /** A connection that answered within this time needs no check. */
  private static final Duration RECENTLY = Duration.ofSeconds(15);

  /**
   * Asks a server whether it is read-only, and which one it is, for every user and in the same
   * words in every session: the moment at which it was started, and the database.
   */
  static final String WHICH =
      "SELECT current_setting('transaction_read_only'),"
          + " to_char(pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS')"
          + " || ' ' || current_database()";

  private final Vertx vertx;
  private final PostgresConnection connection;
  private final boolean shared;
  private final Ears ears;
  private final PostgresConnector connector;
  private final Duration timeout;
  private final Duration patience;

  /** Asks {@link #WHICH} on the path of the announcements. */
  private final Supplier<Future<RowSet<Row>>> announced;

  /**
   * Creates it.
   *
   * @param shared whether others use the connection too; it listens already then
   * @param ears receive what it hears
   * @param announced asks {@link #WHICH} on the path of the announcements
   */
  PostgresNotificationConnection(
      Vertx vertx,
      PostgresConnection connection,
      boolean shared,
      Ears ears,
      PostgresConnector connector,
      Duration timeout,
      Duration patience,
      Supplier<Future<RowSet<Row>>> announced) {
    this.vertx = vertx;
    this.connection = connection;
    this.shared = shared;
    this.ears = ears;
    this.connector = connector;
    this.timeout = timeout;
    this.patience = patience;
    this.announced = announced;
  }

  /** Receives payloads for whoever comes later; nobody misses anything before. */
  static final class Ears implements Consumer<String> {

    private Consumer<String> heard = payload -> {};

    @Override
    public void accept(String payload) {
      heard.accept(payload);
    }
  }

  String server() {
    return connection.server();
  }

  boolean isOn(PostgresConnection other) {
    return connection == other;
  }

  @Override
  public Future<Void> subscribe(Consumer<String> heard) {
    ears.heard = heard;
    return shared
        ? Future.succeededFuture()
        : OnContext.within(vertx, timeout.toMillis(), connection.listen(ears));
  }

  /**
   * Fails where nothing is announced at this server any more: it is no longer the primary, or the
   * announcements reach another server, which only a connection of its own can do. Another test
   * notification would find that too, but wakes every agent.
   */
  @Override
  public Future<Void> check() {
    if (shared && connection.answeredWithin(RECENTLY)) {
      return Future.succeededFuture(); // A beat or a poll succeeds on a primary only.
    }
    var asked = connection.driver().query(WHICH).execute();
    return OnContext.within(vertx, patience.toMillis(), asked)
        .compose(
            rows ->
                PostgresConnector.isReadOnly(rows)
                    ? distrusted(server() + " is no primary any more")
                    : checkAnnouncements(rows))
        .onFailure(failure -> endDead());
  }

  private Future<Void> checkAnnouncements(RowSet<Row> here) {
    if (shared) {
      return Future.succeededFuture();
    }
    return announced
        .get()
        .map(there -> which(there).equals(which(here)))
        .otherwise(true) // Who does not answer proves nothing; the next check asks again.
        .compose(
            same ->
                same
                    ? Future.succeededFuture()
                    : distrusted("announcements reach another server than " + server()));
  }

  private static String which(RowSet<Row> answer) {
    return answer.iterator().next().getString(1);
  }

  private Future<Void> distrusted(String why) {
    connector.distrust(server());
    return Future.failedFuture(new VertxException(why, true));
  }

  private void endDead() {
    if (shared && !connection.isClosed()) {
      connection.abort();
    }
  }

  @Override
  public boolean isClosed() {
    return connection.isClosed();
  }

  @Override
  public void onClosed(Runnable then) {
    connection.onClosed(then);
  }

  @Override
  public Future<Void> close() {
    if (!shared) {
      return connection.close();
    }
    ears.heard = payload -> {};
    connection.ignoreNotifications();
    return Future.succeededFuture();
  }
}
