package io.servicegroup.backend.postgres;

import io.servicegroup.backend.postgres.PostgresClientOptions.Way;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Secrets;
import io.servicegroup.runtime.OnContext;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.spi.PgDriver;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.vertx.sqlclient.spi.ConnectionFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to one server. It can be closed in any state without the driver's help, because it
 * owns its sockets.
 */
final class PostgresConnection {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresConnection.class);
  private static final Duration GOODBYE = Duration.ofMillis(500);
  private static final String APPLICATION_NAME = "application_name";
  private static final String CANCEL =
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
          + " WHERE application_name = $1 AND usename = current_user";

  private final Vertx vertx;
  private final Context context;
  private final Way way;
  private final String applicationName;
  private final PostgresClientSockets sockets;
  private final ConnectionFactory<PgConnectOptions> factory;
  private final Map<Context, SqlConnection> sessions = new HashMap<>();
  private final List<Runnable> whenClosed = new ArrayList<>();
  private PgConnection driver;
  private PostgresLimits limits;
  private long uses;
  private long answeredNanos;
  private boolean inUse;
  private UseLimit useLimit;
  private long useTimer;
  private boolean listens;
  private boolean overdue;
  private boolean closed;

  private PostgresConnection(
      Vertx vertx, Context context, Way way, PostgresLimits limits, Duration bound) {
    this.limits = limits;
    this.vertx = vertx;
    this.context = context;
    this.way = way;
    this.applicationName =
        PostgresClientOptions.APPLICATION
            + (way.pooled() ? "-" + UUID.randomUUID().toString().substring(0, 8) : "");
    this.sockets = new PostgresClientSockets(vertx);
    this.factory =
        PgDriver.INSTANCE.createConnectionFactory(
            sockets, new NetClientOptions().setConnectTimeout((int) bound.toMillis()));
  }

  /** Connects within the bound. A failed attempt leaves no open socket. */
  static Future<PostgresConnection> open(
      Vertx vertx, Context context, Way way, PostgresLimits limits, Duration bound) {
    return Secrets.now(vertx, way.uri())
        .compose(
            uri -> open(new PostgresConnection(vertx, context, way, limits, bound), uri, bound));
  }

  private static Future<PostgresConnection> open(
      PostgresConnection connection, BackendUri uri, Duration bound) {
    Way way = connection.way;
    // The copy constructor of the driver's options does not copy this setting.
    PgConnectOptions options = new PgConnectOptions(way.options()).setUseLayer7Proxy(way.pooled());
    options.addProperty(APPLICATION_NAME, connection.applicationName);
    if (!way.pooled()) {
      connection.limits.settings().forEach(options::addProperty);
    }
    if (uri.user() != null) {
      options.setUser(uri.user());
    }
    if (uri.password() != null) {
      options.setPassword(uri.password());
    }
    var connecting = connection.factory.connect(connection.context, options);
    return OnContext.within(connection.vertx, bound.toMillis(), connecting)
        .map(
            opened -> {
              connection.driver = PgConnection.cast(opened);
              // A server that crashes sends a long notice to every connection; its loss is logged
              // once elsewhere.
              connection.driver.noticeHandler(
                  notice -> LOG.debug("{} says: {}", way.server(), notice.getMessage()));
              connection.driver.exceptionHandler(
                  failure -> LOG.debug("connection to {}", way.server(), failure));
              connection.driver.closeHandler(nothing -> connection.ended());
              return connection;
            })
        .recover(failure -> connection.destroy().transform(done -> Future.failedFuture(failure)));
  }

  PgConnection driver() {
    return driver;
  }

  String server() {
    return way.server();
  }

  boolean isClosed() {
    return closed;
  }

  /** Whether it receives notifications. */
  boolean listens() {
    return listens;
  }

  /** The number of works that used it so far. */
  long uses() {
    return uses;
  }

  /** The connection as the users on a context see it; always the same object. */
  SqlConnection session(Context user) {
    return sessions.computeIfAbsent(
        user, first -> new PostgresSession(driver, context, user, () -> overdue));
  }

  /** Lends it to work, with the limits that the work needs; null where any will do. */
  void use(PostgresLimits needed) {
    uses++;
    overdue = false;
    inUse = true;
    if (useLimit != null) {
      watchUse(useLimit);
    }
    if (needed != null && !needed.equals(limits) && !way.pooled()) {
      limits = needed;
      // The driver keeps the order of statements, so that nobody needs to wait for this one.
      driver
          .query(needed.sql())
          .execute()
          .onFailure(failure -> LOG.debug("{} keeps its limits", way.server(), failure));
    }
  }

  /** The work that uses it ran out of time: it gets no further answers. */
  void overdue() {
    overdue = true;
  }

  /** The limits of its session at present. */
  PostgresLimits limits() {
    return limits;
  }

  private void watchUse(UseLimit limit) {
    long use = uses;
    useTimer =
        vertx.setTimer(
            limit.longest().get().toMillis(),
            passed -> {
              if (inUse && uses == use && !closed && useLimit == limit) {
                limit.exceeded().run();
              }
            });
  }

  /** Notes that the server answered, which ends the use. */
  void answered() {
    answeredNanos = System.nanoTime();
    inUse = false;
    vertx.cancelTimer(useTimer);
  }

  boolean answeredWithin(Duration time) {
    return uses > 0 && System.nanoTime() - answeredNanos <= time.toNanos();
  }

  /**
   * Sets what runs where one work uses the connection for too long: PostgreSQL delivers no
   * notification while a statement runs. Holds for later uses, until it ignores notifications.
   *
   * @param longest the longest use, asked at the beginning of each
   * @param exceeded is run once for each such use
   */
  void limitUse(Supplier<Duration> longest, Runnable exceeded) {
    useLimit = new UseLimit(longest, exceeded);
  }

  /**
   * Whether the server itself is at the other end. A pooler names a process of its own making to
   * its clients, because it has to find their sessions when they cancel a statement.
   */
  Future<Boolean> isDirect() {
    return driver
        .query("SELECT pg_backend_pid()")
        .execute()
        .map(rows -> rows.iterator().next().getInteger(0) == driver.processId());
  }

  /** Begins to receive notifications. */
  Future<Void> listen(Consumer<String> heard) {
    driver.notificationHandler(notification -> heard.accept(notification.getPayload()));
    return driver
        .query("LISTEN servicegroup")
        .execute()
        .onSuccess(done -> listens = true)
        .mapEmpty();
  }

  /** Goes on receiving, for nobody. */
  void ignoreNotifications() {
    listens = false;
    useLimit = null;
    driver.notificationHandler(ignored -> {});
  }

  /** Adds what runs when the connection ends for any reason. */
  void onClosed(Runnable then) {
    whenClosed.add(then);
  }

  private void ended() {
    closed = true;
    whenClosed.forEach(Runnable::run);
    whenClosed.clear();
  }

  /** Ends the session in good order and closes. Takes at most half a second. Never fails. */
  Future<Void> close() {
    closed = true;
    return OnContext.within(vertx, GOODBYE.toMillis(), driver.close()).transform(done -> destroy());
  }

  /** Cancels the running statement where the server answers, and closes. Never fails. */
  Future<Void> abort() {
    closed = true;
    if (way.pooled()) {
      return destroy().compose(nothing -> cancelThroughPooler());
    }
    return OnContext.within(vertx, GOODBYE.toMillis(), driver.cancelRequest())
        .transform(done -> destroy());
  }

  /**
   * Cancels a statement behind a pooler. A cancel request crashes a PgBouncer before 1.20 (its
   * issues 801 and 904), and closing the connection leaves the statement waiting for its lock. So
   * another connection finds the session by its application name, which is unique here, and cancels
   * it.
   */
  private Future<Void> cancelThroughPooler() {
    return open(vertx, context, way, limits, GOODBYE)
        .compose(
            other ->
                OnContext.within(
                        vertx,
                        GOODBYE.toMillis(),
                        other.driver.preparedQuery(CANCEL).execute(Tuple.of(applicationName)))
                    .eventually(other::close))
        .<Void>mapEmpty()
        .otherwise(
            failure -> {
              LOG.debug("a statement on {} may still be running", server(), failure);
              return null;
            });
  }

  private Future<Void> destroy() {
    sockets.destroy();
    Promise<Void> done = Promise.promise();
    factory.close(done);
    return done.future().otherwiseEmpty();
  }

  private record UseLimit(Supplier<Duration> longest, Runnable exceeded) {}
}
