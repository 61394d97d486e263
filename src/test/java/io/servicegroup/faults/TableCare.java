package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.PATIENCE;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Eventually;
import io.servicegroup.testkit.Journal;
import io.servicegroup.testkit.PostgresServer;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** What many beating members do to the table they share. */
final class TableCare {

  private static final String SIZE = "SELECT pg_total_relation_size('services')";
  private static final String UPDATES =
      "SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'services'";
  private static final String HOT_UPDATES =
      "SELECT n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'services'";

  private TableCare() {}

  static Result run(int members, Duration time) throws SQLException {
    // An automatic ANALYZE holds a snapshot, for which updates find no room in their page.
    try (PostgresServer server =
            PostgresServer.create("fsync=off", "autovacuum_analyze_threshold=1000000000");
        AgentProcess sidecar =
            AgentProcess.of(
                    Configs.sidecar(server.uri(), "compute", Configs.names("host", members)))
                .start();
        Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      sidecar.await(0, members, change -> change.status().equals("UP"), PATIENCE);
      int mark = sidecar.changes().mark();
      statement.execute("LISTEN servicegroup");
      // What vacuum leaves of the rows as they were joined is the size to compare with.
      server.execute("VACUUM services");
      long size = server.number(SIZE);
      // The first beats after it find their pages as the joins left them.
      long warm = server.number(UPDATES) + 3L * members;
      Eventually.await("three beats of each", () -> server.number(UPDATES) >= warm);
      long updates = server.number(UPDATES);
      long hotUpdates = server.number(HOT_UPDATES);
      pass(sidecar.changes(), time);
      long beats = server.number(UPDATES) - updates;
      double hotShare = 100.0 * (server.number(HOT_UPDATES) - hotUpdates) / beats;
      double growth = (double) server.number(SIZE) / size;
      List<String> faults = new ArrayList<>();
      check(hotShare >= 95, "less than 95 % of the updates were HOT", faults);
      check(growth <= 2, "the table more than doubled", faults);
      long expected = members * time.toSeconds() * 8 / 10;
      check(beats >= expected, "expected at least " + expected + " beats", faults);
      List<String> heard = notifications(connection, 1);
      check(heard.isEmpty(), "notified: " + heard, faults);
      check(
          sidecar.changes().since(mark).isEmpty(),
          "changed: " + sidecar.changes().since(mark),
          faults);
      // That nothing was heard means something only where something can be heard.
      sidecar.send("DELETE", "/v1/groups/compute/members/host-1", new JsonObject());
      List<String> control = notifications(connection, 5_000);
      check(!control.isEmpty(), "a deletion was not notified either", faults);
      return new Result(
          members + " members beating",
          "%d beats in %d s, %.2f %% HOT, table %d kB grown %.2f times, %d notifications"
              .formatted(beats, time.toSeconds(), hotShare, size / 1024, growth, heard.size()),
          faults);
    }
  }

  private static void pass(Journal<?> journal, Duration time) {
    journal.during(time);
  }

  private static void check(boolean good, String fault, List<String> faults) {
    if (!good) {
      faults.add(fault);
    }
  }

  private static List<String> notifications(Connection connection, int timeoutMillis)
      throws SQLException {
    List<String> payloads = new ArrayList<>();
    PGNotification[] heard = connection.unwrap(PGConnection.class).getNotifications(timeoutMillis);
    for (PGNotification notification : heard) {
      payloads.add(notification.getParameter());
    }
    return payloads;
  }
}
