package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.DOWN;
import static io.servicegroup.faults.Timing.LATEST_DOWN;
import static io.servicegroup.faults.Timing.PATIENCE;
import static io.servicegroup.faults.Timing.REPORT;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.Journal;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.SimulatedAgents;
import io.servicegroup.testkit.TcpProxy;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Two agents on one PostgreSQL: the <em>sidecar</em> beats for 20 members, the <em>observer</em>,
 * behind a proxy, watches everybody. Something breaks, during which one other member really dies.
 * Nobody else may change.
 */
final class FalseAlarms implements AutoCloseable {

  private static final int MEMBERS = 20;

  final PostgresServer server = PostgresServer.create("fsync=off");
  private final TcpProxy proxy = TcpProxy.to(server.port());
  private final AgentProcess observer =
      AgentProcess.of(Configs.observer(PostgresServer.uriAt(proxy.port())));
  private final AgentProcess sidecar;
  private final SimulatedAgents others;
  private int victims;
  private int seenMark;
  private int ownMark;

  /** Starts both, the sidecar with an interval of its own, and waits until all are up. */
  FalseAlarms(Duration reportInterval) {
    JsonObject config = Configs.sidecar(server.uri(), "compute", Configs.names("host", MEMBERS));
    config.getJsonObject("liveness").put("report_interval", reportInterval.toMillis() + "ms");
    sidecar = AgentProcess.of(config);
    observer.start();
    sidecar.start();
    observer.await(0, MEMBERS, change -> change.status().equals("UP"), PATIENCE);
    sidecar.await(0, MEMBERS, change -> change.status().equals("UP"), PATIENCE);
    others = new SimulatedAgents(server, REPORT);
    seenMark = observer.changes().mark();
    ownMark = sidecar.changes().mark();
  }

  Result databaseStopped(Duration time) throws Exception {
    return run(
        "database stopped",
        () -> {
          server.stop();
          pass(time);
          server.start();
          return "";
        });
  }

  Result databaseHung(Duration time) throws Exception {
    return run(
        "database hung",
        () -> {
          server.pause();
          pass(time);
          server.resume();
          return "";
        });
  }

  Result databaseRestarted(int times) throws Exception {
    return run(
        "database restarted",
        () -> {
          for (int i = 0; i < times; i++) {
            server.restart();
            pass(REPORT);
          }
          return ", " + times + " times";
        });
  }

  Result observerPaused(Duration time) throws Exception {
    return run(
        "observer stopped (SIGSTOP)",
        () -> {
          observer.process().signal("STOP");
          pass(time);
          observer.process().signal("CONT");
          return "";
        });
  }

  Result observerHung(Duration time) throws Exception {
    return run(
        "observer's connection hung",
        () -> {
          proxy.hang();
          pass(time);
          proxy.pass();
          return "";
        });
  }

  Result observerCutOff(Duration time) throws Exception {
    return run(
        "observer's connection refused",
        () -> {
          proxy.refuse();
          pass(time);
          proxy.pass();
          return "";
        });
  }

  Result rowHeld(Duration time) throws Exception {
    return whileTransaction(
        "a row held by somebody else",
        "SELECT id FROM services WHERE topic = 'compute' AND host = 'host-7' FOR UPDATE",
        time);
  }

  Result indexBuilt(Duration time) throws Exception {
    return whileTransaction(
        "an index being built", "CREATE INDEX services_version_idx ON services (version)", time);
  }

  /** Lets beats fail for two of every four seconds until so many statements failed. */
  Result beatsFail(int failures) throws Exception {
    return run(
        "failing beats",
        () -> {
          server.execute(FAILING_BEATS);
          Duration limit = REPORT.multipliedBy(4L * failures + 60);
          long end = System.nanoTime() + limit.toNanos();
          while (failed() < failures && System.nanoTime() < end) {
            pass(REPORT);
          }
          long failed = failed();
          if (failed < failures) {
            throw new IllegalStateException("only " + failed + " beats failed in " + limit);
          }
          server.execute("DROP TRIGGER failing ON services; DROP FUNCTION failing()");
          return ", " + failed + " attempts (a failed one is repeated at once)";
        });
  }

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

  private long failed() {
    return server.number("SELECT last_value FROM failures");
  }

  private Result whileTransaction(String scenario, String sql, Duration time) throws Exception {
    return run(
        scenario,
        () -> {
          try (Connection connection = server.connect();
              Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(sql);
            pass(time);
            connection.rollback();
          }
          return "";
        });
  }

  /** The fault: causes it, lets time pass, ends it. */
  private interface Fault {
    String run() throws SQLException;
  }

  /**
   * Counts from where the scenario before stopped counting, so that nothing falls between two, and
   * until whoever was heard last before the fault's end would have been declared down.
   */
  private Result run(String scenario, Fault fault) throws SQLException {
    String victim = "victim-" + ++victims;
    String member = "others/" + victim;
    Journal<Change> seen = observer.changes();
    int joined = seen.mark();
    others.join(victim, "others", List.of(victim));
    observer.await(joined, 1, change -> change.is(member, "UP"), PATIENCE);
    int silenced = seen.mark();
    others.silence(Set.of(victim));
    long started = System.nanoTime();
    String detail = fault.run();
    long ended = System.nanoTime();
    List<Change> found =
        seen.await(silenced, 1, change -> change.is(member, "DOWN"), DOWN.multipliedBy(4));
    Duration since = Duration.ofNanos(System.nanoTime() - ended);
    Duration rest = LATEST_DOWN.plus(REPORT).minus(since);
    pass(rest.compareTo(REPORT) > 0 ? rest : REPORT);
    List<Change> wrong = new ArrayList<>(seen.since(seenMark));
    seenMark += wrong.size();
    // Once up when it joined, once down when it died; a second time would be wrong.
    removeFirst(wrong, change -> change.is(member, "UP"));
    removeFirst(wrong, change -> change.is(member, "DOWN"));
    List<Change> own = sidecar.changes().since(ownMark);
    ownMark += own.size();
    wrong.addAll(own);
    return result(scenario + detail, Duration.ofNanos(ended - started), wrong, found, ended);
  }

  private static void removeFirst(List<Change> changes, Predicate<Change> expected) {
    changes.stream().filter(expected).findFirst().ifPresent(changes::remove);
  }

  private static Result result(
      String scenario, Duration lasted, List<Change> wrong, List<Change> found, long ended) {
    List<String> faults = new ArrayList<>();
    if (!wrong.isEmpty()) {
      faults.add("changes of members that lived: " + wrong);
    }
    if (found.isEmpty()) {
      faults.add("the member that died was not found");
    } else if (found.get(0).after(ended).compareTo(DOWN.multipliedBy(2)) > 0) {
      faults.add("the member that died was found too late");
    }
    String counted =
        "fault of %.1f s, %d false status changes, the dead member found %s"
            .formatted(
                lasted.toMillis() / 1000.0,
                wrong.size(),
                found.isEmpty()
                    ? "never"
                    : "%.1f s after its end"
                        .formatted(found.get(0).after(ended).toMillis() / 1000.0));
    return new Result(scenario, counted, faults);
  }

  /** Time in which the changes are left to come. */
  private void pass(Duration time) {
    observer.changes().during(time);
  }

  @Override
  public void close() {
    others.close();
    sidecar.close();
    observer.close();
    proxy.close();
    server.close();
  }
}
