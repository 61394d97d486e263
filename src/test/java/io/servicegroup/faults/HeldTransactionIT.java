package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.LATEST_DOWN;
import static io.servicegroup.faults.Timing.REPORT;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A transaction that somebody forgot to end: no dead row may be removed meanwhile, and each beat
 * walks past all of them. What is quicker than a beat still works, so that nothing seems wrong.
 */
class HeldTransactionIT {

  private static final int MEMBERS = 400;

  /** Dead versions of each row: enough for a beat of all to take longer than half an interval. */
  private static final int VERSIONS = 60;

  private static final int PARTS = 25;

  private static final Duration STARTED = Duration.ofSeconds(90);

  @Test
  void isNobodysDeath() throws Exception {
    try (PostgresServer server = PostgresServer.create("fsync=off");
        AgentProcess observer = AgentProcess.of(Configs.observer(server.uri()));
        AgentProcess sidecar =
            AgentProcess.of(
                Configs.sidecar(server.uri(), "compute", Configs.names("host", MEMBERS)))) {
      observer.start();
      sidecar.start();
      observer.await(0, MEMBERS, change -> change.status().equals("UP"), STARTED);
      sidecar.await(0, MEMBERS, change -> change.status().equals("UP"), STARTED);
      int seen = observer.changes().mark();
      int own = sidecar.changes().mark();
      try (Connection connection = server.connect();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        statement.execute("SELECT txid_current()");
        age(server);
        observer.changes().during(LATEST_DOWN.plus(REPORT));
        connection.rollback();
      }
      observer.changes().during(LATEST_DOWN);
      List<Change> changes = new ArrayList<>(observer.changes().since(seen));
      changes.addAll(sidecar.changes().since(own));
      assertThat(changes).isEmpty();
    }
  }

  private static void age(PostgresServer server) throws Exception {
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < VERSIONS * PARTS; i++) {
        // A few rows at a time, so that beats are slow and not locked out.
        statement.executeUpdate(
            "UPDATE services SET report_count = report_count WHERE mod(id, %d) = %d"
                .formatted(PARTS, i % PARTS));
      }
    }
  }
}
