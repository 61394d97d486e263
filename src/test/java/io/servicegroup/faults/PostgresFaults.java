package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.REPORT;

import io.servicegroup.testkit.Eventually;
import io.servicegroup.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;

/** What only a database can do to beats. */
final class PostgresFaults {

  /** The sequence counts outside the transactions that are rolled back. */
  private static final String FAILING_BEATS =
      """
      CREATE SEQUENCE IF NOT EXISTS failures MINVALUE 0 START 0;
      SELECT setval('failures', 0);
      CREATE FUNCTION failing() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF extract(epoch FROM clock_timestamp())::bigint % 4 < 2 THEN
          PERFORM nextval('failures');
          RAISE EXCEPTION 'injected';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER failing BEFORE UPDATE ON services FOR EACH ROW EXECUTE FUNCTION failing()
      """;

  private final FalseAlarms fleet;
  private final PostgresServer server;

  PostgresFaults(FalseAlarms fleet) {
    this.fleet = fleet;
    this.server = (PostgresServer) fleet.site.catalog;
  }

  Result rowHeld(Duration time) throws Exception {
    return whileTransaction(
        "a row held by somebody else",
        "SELECT id FROM services WHERE topic = 'compute' AND host = 'host-7' FOR UPDATE",
        Expected.everywhere(0, 0),
        time);
  }

  /** The lock that beats need is the lock that the witness takes. */
  Result indexBuilt(Duration time) throws Exception {
    return whileTransaction(
        "an index being built",
        "CREATE INDEX services_version_idx ON services (version)",
        Expected.everywhere(1, 1),
        time);
  }

  /** Lets beats fail for two of every four seconds until so many statements failed. */
  Result beatsFail(int failures) throws Exception {
    return fleet.run(
        "failing beats",
        Expected.everywhere(0, 0),
        () -> {
          server.execute(FAILING_BEATS);
          Duration limit = REPORT.multipliedBy(4L * failures + 60);
          long failed = Eventually.await("failures", limit, this::failed, n -> n >= failures);
          server.execute("DROP TRIGGER failing ON services; DROP FUNCTION failing()");
          return ", " + failed + " attempts (a failed one is repeated at once)";
        });
  }

  private long failed() {
    return server.number("SELECT last_value FROM failures");
  }

  private Result whileTransaction(String scenario, String sql, Expected expected, Duration time)
      throws Exception {
    return fleet.run(
        scenario,
        expected,
        () -> {
          try (Connection connection = server.connect();
              Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(sql);
            fleet.pass(time);
            connection.rollback();
          }
          return "";
        });
  }
}
