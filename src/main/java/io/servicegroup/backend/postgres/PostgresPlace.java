package io.servicegroup.backend.postgres;

import io.servicegroup.backend.postgres.PostgresPool.Pace;
import io.servicegroup.bus.MemberNews;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Scheme;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.shareddata.Shareable;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One database as an agent reaches it: a pool of connections, and the notifications that arrive
 * through one of them. All parts of an agent that name the same database in the same way share it;
 * it ends with its last user. Used on a context of its own, because each of its users may end
 * before the others.
 */
final class PostgresPlace {

  private static final String PLACES = "postgresql";

  /**
   * One connection does for an agent; more are opened where work waits, since a beat must not wait
   * for a statement that waits for a lock.
   */
  private static final Pace SHARED = new Pace(Duration.ofMillis(100), Duration.ofSeconds(10));

  private static final Pace SEPARATE = new Pace(Duration.ZERO, null);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final Context context;
  private final PostgresPool pool;
  private final PostgresNotifications notifications;
  private final PostgresUser itself;
  private final List<Listener> listeners = new ArrayList<>();
  private Future<Boolean> listening;
  private volatile boolean seesWords;
  private volatile long seesWordsUntil;

  private PostgresPlace(Vertx vertx, PostgresClientOptions options, Pace pace) {
    this.vertx = vertx;
    this.context = ((VertxInternal) vertx).createEventLoopContext();
    PostgresConnector connector = new PostgresConnector(vertx, context, options.servers());
    this.itself = new PostgresUser(context, PostgresLimits.of(TIMEOUT, TIMEOUT), 2, false);
    this.notifications =
        options.pooled()
            ? PostgresNotifications.apart(
                vertx, context, options.sessionServers(), TIMEOUT, this::run)
            : PostgresNotifications.within(
                vertx, context, connector, TIMEOUT, this::listeningConnection, this::run);
    this.pool = new PostgresPool(vertx, this::onContext, connector, pace, notifications::distrust);
  }

  /** Creates a place that is not shared, and keeps its connections. */
  static PostgresPlace separate(Vertx vertx, BackendUri uri) {
    return new PostgresPlace(vertx, new PostgresClientOptions(uri), SEPARATE);
  }

  /**
   * The place that all users of a URI share. Each of them has to {@link Share#release} it once.
   *
   * @throws IllegalArgumentException where an option has an invalid value
   */
  static Share shared(Vertx vertx, BackendUri uri) {
    Map<String, String> options = new LinkedHashMap<>(uri.options());
    options.remove(Scheme.TIMEOUT.name());
    BackendUri reached =
        new BackendUri(uri.scheme(), uri.user(), uri.password(), uri.hosts(), uri.path(), options);
    return vertx
        .sharedData()
        .<String, Shared>getLocalMap(PLACES)
        .computeIfAbsent(reached.text(), first -> new Shared())
        .acquire(() -> new PostgresPlace(vertx, new PostgresClientOptions(uri), SHARED));
  }

  PostgresPool pool() {
    return pool;
  }

  /** Runs something on the place's context. */
  void onContext(Runnable work) {
    if (Vertx.currentContext() == context) {
      work.run();
    } else {
      context.runOnContext(nothing -> work.run());
    }
  }

  /**
   * Listens, through every loss of a connection, until the place is closed.
   *
   * @param user receives the payloads on its context
   * @return whether notifications arrive at first; completes on the place's context
   */
  Future<Boolean> listen(PostgresUser user, Consumer<String> payload) {
    Promise<Boolean> arrives = Promise.promise();
    onContext(
        () -> {
          listeners.add(new Listener(user, payload));
          if (listening == null) {
            listening = notifications.start(this::heard);
            listening.onSuccess(done -> pool.trim());
          }
          listening.map(first -> notifications.isListening()).onComplete(arrives);
        });
    return arrives.future();
  }

  boolean isListening() {
    return notifications.isListening();
  }

  /** Has everybody who listens look again. */
  void suspectLoss() {
    heard(PostgresNotifications.RESYNC);
  }

  /** Notes what a poll of this agent found of the rows' words, and for how long it goes on. */
  void sawWords(Optional<MemberNews> changed, Duration validity) {
    seesWordsUntil = System.nanoTime() + validity.toNanos();
    seesWords = true;
    changed.ifPresent(news -> heard(PostgresCatalogNews.payload(news)));
  }

  boolean seesWords() {
    return seesWords && seesWordsUntil - System.nanoTime() > 0;
  }

  private void heard(String payload) {
    List.copyOf(listeners).stream()
        .filter(listener -> !listener.user.isClosed())
        .forEach(
            listener ->
                listener.user.context().runOnContext(told -> listener.payload.accept(payload)));
  }

  /** Ends one user's share. */
  void leave(PostgresUser user) {
    onContext(
        () -> {
          listeners.removeIf(listener -> listener.user == user);
          pool.leave(user);
        });
  }

  /** The connection of everybody that listens now; empty where a pooler is in between. */
  private Future<Optional<PostgresConnection>> listeningConnection(Consumer<String> heard) {
    PostgresClientTask<Optional<PostgresConnection>> task =
        PostgresClientTask.ofConnection(
            vertx,
            itself,
            TIMEOUT,
            connection ->
                connection
                    .isDirect()
                    .compose(
                        direct ->
                            direct
                                ? connection.listen(heard).map(Optional.of(connection))
                                : Future.succeededFuture(Optional.empty())));
    pool.add(task);
    return task.result().onSuccess(listens -> pool.trim());
  }

  private Future<RowSet<Row>> run(String sql, Tuple args) {
    PostgresClientTask<RowSet<Row>> task =
        PostgresClientTask.of(
            vertx, itself, TIMEOUT, true, session -> session.preparedQuery(sql).execute(args));
    pool.add(task);
    return task.result();
  }

  /** Closes all connections; takes about a second at most. Never fails. */
  Future<Void> close() {
    Promise<Void> done = Promise.promise();
    onContext(
        () ->
            Future.join(pool.close(), notifications.stop())
                .<Void>mapEmpty()
                .otherwiseEmpty()
                .onComplete(done));
    return done.future();
  }

  private record Listener(PostgresUser user, Consumer<String> payload) {}

  /** One user's share of a place. */
  record Share(PostgresPlace place, Shared shared) {

    /** Ends it; the last one closes the place. Never fails. */
    Future<Void> release() {
      return shared.release();
    }
  }

  /** A place with the number of its users. */
  static final class Shared implements Shareable {

    private PostgresPlace place;
    private int users;

    private Shared() {}

    private synchronized Share acquire(Supplier<PostgresPlace> make) {
      if (users == 0) {
        place = make.get();
      }
      users++;
      return new Share(place, this);
    }

    private synchronized Future<Void> release() {
      return --users == 0 ? place.close() : Future.succeededFuture();
    }
  }
}
