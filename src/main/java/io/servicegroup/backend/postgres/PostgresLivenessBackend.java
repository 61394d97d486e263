package io.servicegroup.backend.postgres;

import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.AdaptiveTimeout;
import io.servicegroup.liveness.ClientPair;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.PartlyWritten;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Watch;
import io.servicegroup.runtime.ReconnectPause;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps beats as counts in the {@code services} table, which Nova's own services and readers share.
 * Beats, polls and the catalogue share a connection; whoever has to wait for it gets another, so
 * that a beat that waits for a lock does not delay a poll.
 */
final class PostgresLivenessBackend implements LivenessBackend {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresLivenessBackend.class);
  private static final String NEWS = "liveness ";
  private static final Duration FIRST_CONTACT = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final LivenessSettings settings;
  private final ClientPair<PostgresClient> beats;
  private final PostgresClient polls;
  private final PostgresLivenessWriter writer;
  private final PostgresLivenessPoller poller;
  private final String where;

  /** Null where the catalogue is in this database and has created the rows. */
  private final PostgresMirror mirror;

  private Runnable news = () -> {};
  private boolean asked;
  private boolean beaten;

  PostgresLivenessBackend(Vertx vertx, LivenessSettings settings) {
    BackendUri uri = settings.uri();
    this.vertx = vertx;
    this.settings = settings;
    this.where = uri.toString();
    ReconnectPause pause = ReconnectPause.upTo(settings.reportInterval());
    Duration half = settings.reportInterval().dividedBy(2);
    this.beats =
        new ClientPair<>(
            () -> beats(uri, settings.longestCall(), half).withPause(pause),
            PostgresClient::abandon);
    this.polls =
        PostgresClient.shared(
                vertx,
                uri,
                1,
                AdaptiveTimeout.half(settings.pollInterval()),
                settings.longestCall())
            .withPause(pause);
    this.writer = new PostgresLivenessWriter(beats, settings);
    this.poller =
        new PostgresLivenessPoller(
            polls, writer.members(), settings, () -> beats.first().isListening());
    this.mirror =
        settings.tables() == null
            ? null
            : new PostgresMirror(vertx, settings, writer.members()::forget);
  }

  /** The client for beats; the second is for those that the first has no answer to. */
  private PostgresClient beats(BackendUri uri, Duration bound, Duration statement) {
    boolean repeats = beaten;
    beaten = true;
    return repeats
        ? PostgresClient.fresh(vertx, uri, bound, statement)
        : PostgresClient.shared(vertx, uri, 1, bound, statement);
  }

  @Override
  public Future<Void> open(Runnable onNews) {
    news = onNews;
    return (mirror == null ? Future.<Void>succeededFuture() : mirror.open())
        .compose(made -> requireTables())
        .onSuccess(there -> begin());
  }

  private Future<Void> requireTables() {
    return beats
        .first()
        .run(
            FIRST_CONTACT,
            connection -> connection.preparedQuery(PostgresLivenessSql.TABLES).execute())
        .compose(
            rows ->
                rows.iterator().next().getBoolean(0)
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new VertxException(
                            where
                                + " has no tables of servicegroup: run the SQL that `schema`"
                                + " prints, or set catalog.create_tables",
                            true)));
  }

  /** Begins what no beat waits for: on a slow network each of these costs several round trips. */
  private void begin() {
    if (!asked) {
      asked = true;
      // A poll finds what was announced before LISTEN took effect.
      beats.first().listen(this::notified).onSuccess(arrives -> news.run()).onFailure(this::undone);
      poller.removeStaleCanaries().onFailure(this::undone);
    }
  }

  private void undone(Throwable failure) {
    LOG.debug("{}: what only hastens or tidies up did not work", where, failure);
  }

  private void notified(String payload) {
    if (payload.equals(PostgresNotifications.RESYNC)
        || (payload.startsWith(NEWS) && isWatched(payload.substring(NEWS.length())))) {
      news.run();
    }
  }

  /**
   * Whether a notification concerns a watched member. The group of an unknown row is only known
   * after the poll that the notification asks for.
   */
  private boolean isWatched(String serviceId) {
    return !settings.watch().equals(Watch.OWN) || writer.members().hasServiceId(serviceId);
  }

  @Override
  public void catalogued(CatalogEvent event) {
    if (event.type() == CatalogEvent.Type.DELETED) {
      writer.members().deleted(event.member().id());
    } else if (!settings.watch().covers(event.member().id(), event.own())) {
      writer.members().follows(event.member().id());
    }
    if (mirror != null) {
      mirror.catalogued(event);
    }
  }

  @Override
  public Future<Written> write(List<Heartbeat> members, List<Heartbeat> left) {
    if (mirror == null) {
      return beat(members, left);
    }
    mirror.removeDeleted();
    return mirrored().transform(rows -> beatOfThoseWithRows(members, left, rows.cause()));
  }

  /**
   * Writes the members' rows, but lets members that have a row wait only briefly for the others.
   */
  private Future<Void> mirrored() {
    Future<Void> written =
        mirror
            .write()
            .onFailure(
                failure -> {
                  if (PostgresErrors.isWithoutTable(failure)) {
                    mirror.lost();
                  }
                });
    Promise<Void> waited = Promise.promise();
    written.onSuccess(waited::tryComplete).onFailure(waited::tryFail);
    if (!written.isComplete()) {
      long timer =
          vertx.setTimer(
              settings.reportInterval().dividedBy(2).toMillis(),
              late -> waited.tryFail("their rows are still being written"));
      written.onComplete(done -> vertx.cancelTimer(timer));
    }
    return waited.future();
  }

  private Future<Written> beatOfThoseWithRows(
      List<Heartbeat> members, List<Heartbeat> left, Throwable withoutRows) {
    return beat(members, left)
        .onFailure(
            failure -> {
              if (PostgresErrors.isWithoutTable(failure)) {
                mirror.lost();
              }
            })
        .map(
            written ->
                new Written(
                    written.conflicts().stream().filter(one -> !isRepaired(one)).toList(),
                    written.seen()))
        .compose(
            written ->
                withoutRows == null
                    ? Future.succeededFuture(written)
                    : Future.failedFuture(
                        new PartlyWritten(
                            "some members' beats have no row yet: " + withoutRows.getMessage(),
                            written.conflicts())));
  }

  /**
   * Whether a conflict is repaired here: where the catalogue is elsewhere, a row that was deleted
   * in this database is made again, because only the catalogue ends a member.
   */
  private boolean isRepaired(Conflict conflict) {
    boolean repaired = conflict.kind() == Conflict.Kind.DELETED && mirror.has(conflict.id());
    if (repaired) {
      mirror.lost(conflict.id());
    }
    return repaired;
  }

  private Future<Written> beat(List<Heartbeat> members, List<Heartbeat> left) {
    return writer
        .write(members, left)
        .onFailure(this::suspectLoss)
        .onSuccess(
            written -> {
              boolean unheard = written.news() && !beats.first().isListening();
              if (unheard || writer.members().isDataLost()) {
                news.run();
              }
              if (mirror != null) {
                written.missing().forEach(mirror::lost);
              } else if (!written.missing().isEmpty()) {
                beats.first().suspectLoss();
              }
            })
        .map(written -> new Written(written.conflicts(), written.seen()));
  }

  @Override
  public Future<Observation> poll() {
    if (mirror != null) {
      mirror.removeDeleted();
    }
    return poller.poll().onFailure(this::suspectLoss);
  }

  /** A table that was dropped tells nobody, and the catalogue in this place makes it again. */
  private void suspectLoss(Throwable failure) {
    if (mirror == null && PostgresErrors.isWithoutTable(failure)) {
      beats.first().suspectLoss();
    }
  }

  @Override
  public Future<Void> stalled(Duration validity) {
    return poller.stalled(validity);
  }

  @Override
  public Future<Void> resumed() {
    return poller.resumed();
  }

  @Override
  public Future<Set<String>> stalledAmong(Set<String> agents) {
    return poller.stalledAmong(agents);
  }

  @Override
  public Future<Void> close() {
    return poller
        .removeCanary()
        .eventually(() -> Future.join(beats.close(PostgresClient::close), polls.close()))
        .eventually(() -> mirror == null ? Future.succeededFuture() : mirror.close())
        .otherwiseEmpty();
  }
}
