package io.servicegroup.backend.postgres;

import io.servicegroup.backend.common.Canary;
import io.servicegroup.liveness.AdaptiveTimeout;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Watch;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Reads what changed, in one statement that also proves that a beat could have been written: it
 * takes the lock that a beat takes, on the primary, and finds what was written before.
 */
final class PostgresLivenessPoller {

  private static final String STALLED = "stalled ";

  private final PostgresClient client;
  private final PostgresLivenessMembers own;
  private final LivenessSettings settings;
  private final BooleanSupplier hearing;
  private final PostgresLivenessSilence silence;
  private final AdaptiveTimeout pollTimeout;
  private final PostgresLivenessRows rows = new PostgresLivenessRows();
  private final PostgresLivenessWords words = new PostgresLivenessWords();
  private final Duration wordsValidity;
  private final String pollOnly;
  private final String pollAndWriteCanary;
  private final Canary canary = new Canary();
  private final PostgresServerClock serverClock = new PostgresServerClock(System::nanoTime);
  private boolean lost;
  private final PostgresLivenessHorizon horizon;
  private Set<MemberId> lookedFor = Set.of();
  private SqlConnection session;
  private long readEverythingNanos;

  /**
   * Makes a poller that has read nothing yet.
   *
   * @param hearing tells whether news arrives by itself
   */
  PostgresLivenessPoller(
      PostgresClient client,
      PostgresLivenessMembers own,
      LivenessSettings settings,
      BooleanSupplier hearing) {
    this.client = client;
    this.own = own;
    this.hearing = hearing;
    this.settings = settings;
    this.horizon = new PostgresLivenessHorizon(settings.reportInterval(), System::nanoTime);
    this.pollTimeout =
        new AdaptiveTimeout(AdaptiveTimeout.half(settings.pollInterval()), settings.longestCall());
    this.silence = new PostgresLivenessSilence(settings);
    this.wordsValidity = settings.reportInterval().multipliedBy(2).plus(settings.pollInterval());
    this.pollOnly = PostgresLivenessSql.poll(settings, false);
    this.pollAndWriteCanary = PostgresLivenessSql.poll(settings, true);
  }

  Future<Observation> poll() {
    long number = own.beginPoll();
    return pollTimeout
        .call(
            bound ->
                client.run(
                    bound,
                    connection ->
                        lookUp(connection)
                            .compose(found -> read(connection))
                            .compose(seen -> observe(connection, seen, number))))
        .onFailure(failure -> horizon.forget());
  }

  /**
   * Removes canaries of killed agents. It is the first statement on this client, so its bound
   * includes making a connection.
   */
  Future<Void> removeStaleCanaries() {
    return query(PostgresLivenessSql.REMOVE_STALE_CANARIES, Tuple.tuple()).mapEmpty();
  }

  /** States that this agent is alive but cannot beat, for a limited time. */
  Future<Void> stalled(Duration validity) {
    String seconds = Double.toString(validity.toMillis() / 1000.0);
    return query(PostgresLivenessSql.STALLED, Tuple.of(stalledKey(settings.agent()), seconds))
        .mapEmpty();
  }

  /** Withdraws that statement. */
  Future<Void> resumed() {
    return query(PostgresLivenessSql.REMOVE_CANARY, Tuple.of(stalledKey(settings.agent())))
        .mapEmpty();
  }

  /** Which of the agents state that they are alive but cannot beat. */
  Future<Set<String>> stalledAmong(Set<String> agents) {
    String[] keys = agents.stream().map(PostgresLivenessPoller::stalledKey).toArray(String[]::new);
    return query(PostgresLivenessSql.STALLED_AMONG, Tuple.of(keys))
        .map(
            rows -> {
              Set<String> found = new HashSet<>();
              rows.forEach(row -> found.add(row.getString(0).substring(STALLED.length())));
              return found;
            });
  }

  private Future<RowSet<Row>> query(String sql, Tuple arguments) {
    return client.run(
        settings.longestCall(), connection -> connection.preparedQuery(sql).execute(arguments));
  }

  private static String stalledKey(String agent) {
    return STALLED + agent;
  }

  /** Removes this agent's canary. Never fails. */
  Future<Void> removeCanary() {
    return !canary.exists()
        ? Future.succeededFuture()
        : client
            .query(PostgresLivenessSql.REMOVE_CANARY, Tuple.of(settings.agent()))
            .<Void>mapEmpty()
            .otherwiseEmpty();
  }

  /**
   * Looks up the rows of watched members of other agents. A member without a row is looked up again
   * whenever everything is read.
   */
  private Future<Void> lookUp(SqlConnection connection) {
    Set<MemberId> strangers = own.strangers();
    if (strangers.isEmpty() || (strangers.equals(lookedFor) && !isEverythingDue(connection))) {
      return Future.succeededFuture();
    }
    lookedFor = strangers;
    String[] groups = strangers.stream().map(MemberId::group).toArray(String[]::new);
    String[] hosts = strangers.stream().map(MemberId::host).toArray(String[]::new);
    return connection
        .preparedQuery(PostgresLivenessSql.LOOK_UP)
        .execute(Tuple.tuple().addArrayOfString(groups).addArrayOfString(hosts))
        .map(
            rows -> {
              for (Row row : rows) {
                // Polls report its changes from now on; its present state is read once with
                // everything.
                horizon.forget();
                own.found(
                    new MemberId(row.getString("topic"), row.getString("host")),
                    row.getInteger("id"));
              }
              return null;
            });
  }

  private boolean isEverythingDue(SqlConnection connection) {
    return !horizon.isKnown()
        || connection != session
        || System.nanoTime() - readEverythingNanos >= settings.reportInterval().toNanos();
  }

  private Future<Seen> read(SqlConnection connection) {
    long now = System.nanoTime();
    boolean everything = isEverythingDue(connection);
    // A recent beat of ours proves what a canary would, which is then not written.
    boolean writeCanary = !own.acknowledgedWithin(settings.reportInterval().toNanos());
    Tuple arguments =
        Tuple.of(
            watched(),
            everything ? null : horizon.from(),
            horizon.running(),
            horizon.runningOfRows());
    Canary.Round proof = writeCanary ? canary.begin() : null;
    if (proof != null) {
      arguments.addString(settings.agent());
      arguments.addString(canary.nonce());
      arguments.addLong(proof.count());
      arguments.addLong(proof.expected());
    }
    if (settings.watch() instanceof Watch.Groups) {
      arguments.addValue(own.serviceIds());
    }
    return connection
        .preparedQuery(writeCanary ? pollAndWriteCanary : pollOnly)
        .execute(arguments)
        .map(
            result -> {
              session = connection;
              if (everything) {
                readEverythingNanos = now;
              }
              if (proof != null) {
                proof.written();
              }
              return new Seen(result, everything);
            });
  }

  private Object watched() {
    if (settings.watch() instanceof Watch.Groups some) {
      return some.names().toArray(String[]::new);
    }
    return settings.watch().equals(Watch.OWN) ? own.serviceIds() : null;
  }

  private Future<Observation> observe(SqlConnection connection, Seen seen, long number) {
    PostgresLivenessRows.PollResult read = rows.read(seen.rows(), own, number);
    horizon.saw(read.snapshot());
    if (!serverClock.isSteady(read.clock())) {
      read.forgetAges();
    }
    lost |= own.takeDataLost() | read.dataLost();
    if (lost) {
      own.all().forEach(PostgresLivenessMember::forget);
    }
    silence.saw(read, seen.everything());
    if (PostgresLivenessSql.readsWords(settings)) {
      client.sawWords(words.saw(read.words(), seen.everything()), wordsValidity);
    }
    return unwitnessed(connection)
        .map(
            locked -> {
              // The flag is reset only here, because a failure before would have hidden the loss.
              boolean dataLost = lost;
              lost = false;
              return new Observation(
                  read.beats(),
                  List.of(),
                  read.gone(),
                  locked,
                  dataLost,
                  false,
                  read.ages(),
                  hearing.getAsBoolean() && silence.isCalm());
            });
  }

  private Future<List<MemberId>> unwitnessed(SqlConnection connection) {
    Integer[] suspects = silence.suspects();
    if (suspects.length == 0) {
      return Future.succeededFuture(List.of());
    }
    // Checked twice, because two agents that check at the same moment lock the row for each other.
    return locked(connection, suspects)
        .compose(once -> once.length == 0 ? Future.succeededFuture(once) : locked(connection, once))
        .map(silence::locked);
  }

  private static Future<Integer[]> locked(SqlConnection connection, Integer[] ids) {
    return connection
        .preparedQuery(PostgresLivenessSql.LOCKED)
        .execute(Tuple.of(ids))
        .map(result -> result.stream().map(row -> row.getInteger(0)).toArray(Integer[]::new));
  }

  private record Seen(RowSet<Row> rows, boolean everything) {}
}
