package io.servicegroup.backend.postgres;

import io.servicegroup.bus.Concerns;
import io.servicegroup.bus.FaultException;
import io.servicegroup.bus.Refusal;
import io.servicegroup.config.AgentConfig.CreateTables;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.EnumText;
import io.servicegroup.model.Fault;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the tables, or checks that they exist. Any number of agents may start at once, because an
 * advisory lock serialises them. An agent accepts tables of a later version, so that the agents of
 * a fleet can be upgraded one by one.
 */
final class PostgresMigrations {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresMigrations.class);

  private static final String ADDED = "tables of later versions";

  private static final Set<String> COLUMNS =
      Set.of(
          "id",
          "uuid",
          "host",
          "binary",
          "topic",
          "report_count",
          "disabled",
          "disabled_reason",
          "last_seen_up",
          "forced_down",
          "version",
          "created_at",
          "updated_at",
          "deleted_at",
          "deleted");

  private static final int OLDEST_SERVER = 130_000;
  private static final String INSUFFICIENT_PRIVILEGE = "42501";

  /** The lock's number is arbitrary, and unlikely to be used by another application. */
  static final String LOCK = "SELECT pg_advisory_xact_lock(7310317312650473)";

  private static final String FOUND =
      """
      SELECT current_setting('server_version_num')::integer AS server,
        current_setting('server_version') AS server_version,
        ARRAY(SELECT attname::text FROM pg_attribute
          WHERE attrelid = to_regclass('services') AND attnum > 0 AND NOT attisdropped) AS columns,
        NOT EXISTS (SELECT FROM unnest(ARRAY['schema', 'members', 'canaries', 'generation'])
          AS ours(name) WHERE to_regclass('servicegroup_' || name) IS NULL) AS ours,
        ARRAY(SELECT name FROM unnest(ARRAY[$ADDED]) AS added(name)
          WHERE to_regclass(name) IS NULL)::text[] AS absent,
        ARRAY(SELECT name FROM unnest(ARRAY[$ADDED]) AS added(name)
          WHERE to_regclass(name) IS NOT NULL AND NOT (
            has_table_privilege(to_regclass(name), 'SELECT')
            AND has_table_privilege(to_regclass(name), 'INSERT')
            AND has_table_privilege(to_regclass(name), 'UPDATE')
            AND has_table_privilege(to_regclass(name), 'DELETE')))::text[] AS forbidden
      """
          .replace("$ADDED", PostgresAddition.literals());

  private final PostgresClient client;
  private final BackendUri uri;
  private final CreateTables allowed;
  private final Concerns concerns;
  private final int wanted;

  /**
   * Creates it.
   *
   * @param concerns reports what this agent has to do without
   * @param wanted the version of the schema that the agent uses
   */
  PostgresMigrations(
      PostgresClient client, BackendUri uri, CreateTables allowed, Concerns concerns, int wanted) {
    this.wanted = wanted;
    this.concerns = concerns;
    this.client = client;
    this.uri = uri;
    this.allowed = allowed;
  }

  /**
   * Creates the missing tables and triggers that may be created; fails with a sentence where a
   * table is missing that an agent needs.
   *
   * @return the version of the tables
   */
  Future<Integer> apply() {
    return client
        .run(this::find)
        .compose(found -> tables(found).compose(version -> createTriggers(found).map(version)))
        .onSuccess(
            version -> {
              if (version >= wanted) {
                concerns.settle(ADDED);
              }
            })
        .recover(failure -> Future.failedFuture(explained(failure)));
  }

  private Future<Integer> tables(Found found) {
    if (isComplete(found)) {
      return Future.succeededFuture(
          with(found, "this user has no rights on " + String.join(", ", found.forbidden())));
    }
    if (found.isUsable() && allowed == CreateTables.NONE) {
      return Future.succeededFuture(with(found, "catalog.create_tables is none"));
    }
    requireAllowed(found);
    return client
        .run(this::migrate)
        .map(PostgresScripts.VERSIONS.size())
        .recover(
            failure ->
                found.isUsable() && isForbidden(failure)
                    ? Future.succeededFuture(with(found, "this user may not create tables"))
                    : Future.failedFuture(failure));
  }

  private Future<Void> createTriggers(Found found) {
    boolean made = found.hasServices() && found.version() >= PostgresChangeTriggers.VERSION;
    return made || allowed != CreateTables.ALL
        ? Future.succeededFuture()
        : new PostgresChangeTriggers(client, uri).create();
  }

  /**
   * Returns the version that this agent can use, and reports what it has to do without: later
   * versions add only optional tables.
   */
  private int with(Found found, String why) {
    int usable = found.usable();
    List<PostgresAddition> lacking = PostgresAddition.between(usable, wanted);
    if (lacking.isEmpty()) {
      return usable;
    }
    concerns.raise(
        ADDED,
        ("catalog.uri: %s lacks what later versions add (%s), and %s: %s; have a DBA run what the"
                + " command schema prints")
            .formatted(
                uri,
                lacking.stream().map(PostgresAddition::table).collect(Collectors.joining(", ")),
                why,
                lacking.stream()
                    .map(PostgresAddition::otherwise)
                    .collect(Collectors.joining(", and "))));
    return usable;
  }

  private static boolean isForbidden(Throwable failure) {
    return failure instanceof PgException refusal
        && INSUFFICIENT_PRIVILEGE.equals(refusal.getSqlState());
  }

  private Future<Found> find(SqlConnection connection) {
    return connection
        .query(FOUND)
        .execute()
        .map(rows -> rows.iterator().next())
        .compose(
            row ->
                Boolean.TRUE.equals(row.getBoolean("ours"))
                    ? connection
                        .query("SELECT coalesce(max(version), 0) FROM servicegroup_schema")
                        .execute()
                        .map(rows -> found(row, rows.iterator().next().getInteger(0)))
                    : Future.succeededFuture(found(row, 0)));
  }

  private Found found(Row row, int version) {
    if (row.getInteger("server") < OLDEST_SERVER) {
      throw refused(
          "is PostgreSQL " + row.getString("server_version") + "; needed is 13 or a later one");
    }
    Set<String> columns = Set.copyOf(Arrays.asList(row.getArrayOfStrings("columns")));
    List<String> absent = List.of(row.getArrayOfStrings("absent"));
    return new Found(
        columns,
        // A table that was dropped is created again, so the version counts as the one before it.
        PostgresAddition.before(version, absent),
        List.of(row.getArrayOfStrings("forbidden")));
  }

  private boolean isComplete(Found found) {
    if (found.hasServices() && !found.columns().containsAll(COLUMNS)) {
      Set<String> missing = new TreeSet<>(COLUMNS);
      missing.removeAll(found.columns());
      throw refused(
          "has a table services that is not Nova's: it lacks " + String.join(", ", missing));
    }
    return found.hasServices() && found.version() >= PostgresScripts.VERSIONS.size();
  }

  private void requireAllowed(Found found) {
    if (allowed == CreateTables.NONE) {
      throw refused(
          "lacks the table" + (found.hasServices() ? "s servicegroup_*" : " services"),
          "have a DBA run what the command schema prints, or set"
              + " catalog.create_tables to all or own");
    }
    if (allowed == CreateTables.OWN && !found.hasServices()) {
      throw refused(
          "has no table services",
          "name Nova's database in catalog.uri, or set" + " catalog.create_tables to all");
    }
  }

  private Future<Void> migrate(SqlConnection connection) {
    return connection
        .begin()
        .compose(
            transaction ->
                connection
                    .query(LOCK)
                    .execute()
                    .compose(locked -> find(connection))
                    .compose(found -> run(connection, missing(found)))
                    .compose(done -> transaction.commit()));
  }

  /** The files to run; none where another agent ran them while this one waited for the lock. */
  private List<String> missing(Found found) {
    List<String> files = new ArrayList<>();
    if (!found.hasServices()) {
      files.add(PostgresScripts.SERVICES);
    }
    files.addAll(
        PostgresScripts.VERSIONS.subList(
            Math.min(found.version(), PostgresScripts.VERSIONS.size()),
            PostgresScripts.VERSIONS.size()));
    return files;
  }

  private Future<Void> run(SqlConnection connection, List<String> files) {
    Future<Void> done = Future.succeededFuture();
    for (String file : files) {
      done =
          done.compose(before -> connection.query(PostgresScripts.read(file)).execute())
              .onSuccess(rows -> LOG.info("{}: applied {}", uri, file))
              .mapEmpty();
    }
    return done;
  }

  private Throwable explained(Throwable failure) {
    return isForbidden(failure)
        ? refused(
            "does not let this user make or read the tables ("
                + ((PgException) failure).getErrorMessage()
                + "): have a DBA run what the command schema prints and set catalog.create_tables:"
                + " none")
        : failure;
  }

  private FaultException refused(String why) {
    return new FaultException(Refusal.UNAVAILABLE, fault(why));
  }

  /** What would help is not allowed. */
  private FaultException refused(String why, String instead) {
    return FaultException.lacking(
        fault(why), new Fault("catalog.create_tables", EnumText.of(allowed), instead));
  }

  private Fault fault(String why) {
    return new Fault("catalog.uri", uri.toString(), uri + " " + why);
  }

  private record Found(Set<String> columns, int version, List<String> forbidden) {
    /** The version up to which this user has the rights on all tables. */
    int usable() {
      return PostgresAddition.before(version, forbidden);
    }

    boolean hasServices() {
      return !columns.isEmpty();
    }

    boolean isUsable() {
      return hasServices() && version >= 1;
    }
  }
}
