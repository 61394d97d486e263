package io.servicegroup.backend.postgres;

import io.servicegroup.backend.postgres.PostgresClientOptions.Server;
import io.servicegroup.runtime.OnContext;
import io.servicegroup.runtime.Why;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * Finds the server that is the primary now, beginning with the last one, and connects to it. Used
 * on one context.
 */
final class PostgresConnector {

  /**
   * The bound of an attempt where there is only one server. It may exceed the bound of the work
   * that needs the connection: later work then finds it.
   */
  private static final Duration ONLY_ATTEMPT = Duration.ofSeconds(3);

  private static final String PROTOCOL_VIOLATION = "08P01";
  private static final Duration SHORTEST_ATTEMPT = Duration.ofMillis(300);
  private static final Duration LONGEST_ATTEMPT = Duration.ofSeconds(5);

  /** Asks a server whether it is read-only, which only a primary is not. */
  static final String IS_READ_ONLY = "SHOW transaction_read_only";

  private final Vertx vertx;
  private final Context context;
  private final List<Server> servers;
  private int preferred;

  PostgresConnector(Vertx vertx, Context context, List<Server> servers) {
    this.vertx = vertx;
    this.context = context;
    this.servers = servers;
  }

  /**
   * The bound of one attempt: a server that does not answer must not use up the time in which
   * another one would.
   */
  private static Duration share(Duration timeout, int servers) {
    Duration share = timeout.multipliedBy(9).dividedBy(10L * servers);
    Duration least = share.compareTo(SHORTEST_ATTEMPT) < 0 ? SHORTEST_ATTEMPT : share;
    return least.compareTo(LONGEST_ATTEMPT) > 0 ? LONGEST_ATTEMPT : least;
  }

  /**
   * Connects to the primary.
   *
   * @param timeout the time that is shared among the servers
   * @param limits of the new session
   * @return the connection; fails with a message that names every server that was tried, with its
   *     reason
   */
  Future<PostgresConnection> connect(Duration timeout, PostgresLimits limits) {
    Duration bound = servers.size() < 2 ? ONLY_ATTEMPT : share(timeout, servers.size());
    return new Search(bound, limits).connect(0, "", null);
  }

  /**
   * Begins the next search with another server than this one, which hung or is no longer the
   * primary.
   */
  void distrust(String server) {
    if (servers.get(preferred).name().equals(server)) {
      preferred = (preferred + 1) % servers.size();
    }
  }

  String description() {
    return String.join(",", servers.stream().map(Server::name).toList());
  }

  /**
   * The reason of a failure. A refused startup parameter comes from a pooler, not from PostgreSQL.
   */
  private static String reason(Throwable failure) {
    boolean pooler =
        failure instanceof PgException refused && PROTOCOL_VIOLATION.equals(refused.getSqlState());
    return pooler
        ? Why.of(failure)
            + " (a pooler such as PgBouncer refuses settings of a session: with one in transaction"
            + " mode set pooled=true in the URI)"
        : Why.of(failure);
  }

  private static boolean otherWayMayHelp(Throwable failure) {
    return !(failure instanceof ConnectException
        || failure instanceof UnknownHostException
        || failure instanceof TimeoutException
        || failure instanceof StandbyException);
  }

  /** Reads the answer to {@link #IS_READ_ONLY}. */
  static boolean isReadOnly(RowSet<Row> answer) {
    return "on".equals(answer.iterator().next().getString(0));
  }

  /** One search for the primary. */
  private final class Search {

    private final Duration bound;
    private final PostgresLimits limits;

    Search(Duration bound, PostgresLimits limits) {
      this.bound = bound;
      this.limits = limits;
    }

    private Future<PostgresConnection> connect(int tried, String messages, Throwable last) {
      if (tried == servers.size()) {
        return Future.failedFuture(new VertxException(messages, last, true));
      }
      int index = (preferred + tried) % servers.size();
      Server server = servers.get(index);
      return connect(server, 0)
          .onSuccess(connection -> preferred = index)
          .recover(
              failure -> {
                String message = server.name() + ": " + reason(failure);
                return connect(
                    tried + 1, messages.isEmpty() ? message : messages + "; " + message, failure);
              });
    }

    private Future<PostgresConnection> connect(Server server, int way) {
      return PostgresConnection.open(vertx, context, server.ways().get(way), limits, bound)
          .compose(this::requirePrimary)
          .recover(
              failure ->
                  way + 1 < server.ways().size() && otherWayMayHelp(failure)
                      ? connect(server, way + 1)
                      : Future.failedFuture(failure));
    }

    private Future<PostgresConnection> requirePrimary(PostgresConnection connection) {
      Future<RowSet<Row>> asked = connection.driver().query(IS_READ_ONLY).execute();
      return OnContext.within(vertx, bound.toMillis(), asked)
          .compose(
              rows ->
                  isReadOnly(rows)
                      ? Future.<PostgresConnection>failedFuture(new StandbyException())
                      : Future.succeededFuture(connection))
          .recover(failure -> connection.abort().transform(done -> Future.failedFuture(failure)));
    }
  }

  private static final class StandbyException extends VertxException {
    private static final long serialVersionUID = 1;

    StandbyException() {
      super("is read-only (a standby?)", true);
    }
  }
}
