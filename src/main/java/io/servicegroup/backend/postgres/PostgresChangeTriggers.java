package io.servicegroup.backend.postgres;

import io.servicegroup.config.BackendUri;
import io.servicegroup.runtime.Why;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The triggers that announce changes of members in {@code services}, whoever makes them. They are
 * optional: where they are missing, somebody may change a member without an announcement, and the
 * catalogue is read more often.
 */
final class PostgresChangeTriggers {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresChangeTriggers.class);

  /** The script that creates them where {@code services} is not Nova's. */
  static final String SCRIPT = "V005__announced.sql";

  /** The version of the schema in which they exist, unless {@code services} is Nova's. */
  static final int VERSION = 5;

  /** SQL that tells whether all of them exist and are enabled. */
  static final String ENABLED =
      """
      (SELECT count(*) = 5 FROM pg_trigger
        WHERE tgrelid = to_regclass('services') AND tgenabled IN ('O', 'A')
          AND tgname IN ('servicegroup_updated_row', 'servicegroup_updated',
            'servicegroup_inserted', 'servicegroup_deleted', 'servicegroup_truncated'))
      """;

  /**
   * Lets the creation wait for transactions that write into the table only briefly, because all
   * beats wait behind it.
   */
  private static final String BRIEFLY = "SET LOCAL lock_timeout = '200ms'";

  private final PostgresClient client;
  private final BackendUri uri;

  PostgresChangeTriggers(PostgresClient client, BackendUri uri) {
    this.client = client;
    this.uri = uri;
  }

  /**
   * Creates them where they are missing and {@code services} is not Nova's. Another agent tries
   * again where this one could not.
   *
   * @return never fails
   */
  Future<Void> create() {
    return client
        .run(this::create)
        .onSuccess(done -> LOG.info("{}: applied {}", uri, SCRIPT))
        .otherwise(
            failure -> {
              LOG.info(
                  "{}: only agents announce changes of services, so that the catalogue is read"
                      + " every report_interval; {} could not be applied: {}",
                  uri,
                  SCRIPT,
                  Why.of(failure));
              return null;
            });
  }

  private Future<Void> create(SqlConnection connection) {
    return connection
        .begin()
        .compose(
            transaction ->
                connection
                    .query(PostgresMigrations.LOCK)
                    .execute()
                    .compose(locked -> connection.query(BRIEFLY).execute())
                    .compose(set -> connection.query(PostgresScripts.read(SCRIPT)).execute())
                    .compose(created -> transaction.commit())
                    .recover(failure -> rolledBack(transaction, failure)));
  }

  private static Future<Void> rolledBack(Transaction transaction, Throwable failure) {
    return transaction.rollback().transform(done -> Future.failedFuture(failure));
  }
}
