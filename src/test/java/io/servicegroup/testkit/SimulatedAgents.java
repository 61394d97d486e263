package io.servicegroup.testkit;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Agents as their database shows them: rows that join and beat, written directly, without a process
 * each. The tables must be there. While the database is away they miss their beats.
 */
public final class SimulatedAgents implements AutoCloseable {

  private static final String JOIN =
      """
      WITH service AS (
        INSERT INTO services (created_at, host, "binary", topic, report_count, disabled, deleted,
                              forced_down, version, uuid)
        VALUES (now() AT TIME ZONE 'utc', ?, ?, ?, 0, false, 0, false, 1, gen_random_uuid()::text)
        RETURNING id),
      member AS (
        INSERT INTO servicegroup_members (service_id, generation, incarnation, agent, backends,
                                          joined_count)
        SELECT id, g, g || '-51mu1a7ed', ?, ARRAY['postgresql'], 0
          FROM service, nextval('servicegroup_generation') g
        RETURNING service_id)
      SELECT service_id, pg_notify('servicegroup', 'catalog ' || service_id) FROM member
      """;
  private static final String BEAT =
      """
      UPDATE services SET report_count = report_count + 1,
             last_seen_up = clock_timestamp() AT TIME ZONE 'utc',
             updated_at = clock_timestamp() AT TIME ZONE 'utc'
       WHERE id = ANY (?)
      """;

  private final PostgresServer server;
  private final Map<String, Set<Integer>> rows = new ConcurrentHashMap<>();
  private final Set<String> silent = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "simulated agents");
            thread.setDaemon(true);
            return thread;
          });
  private Connection connection;

  /**
   * Begins to beat.
   *
   * @param server with the tables
   * @param interval from a beat to the next
   */
  public SimulatedAgents(PostgresServer server, Duration interval) {
    this.server = server;
    clock.scheduleAtFixedRate(this::beat, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Joins members and beats for them from now on.
   *
   * @param agent the id of the agent
   * @param group the members' group and binary
   * @param hosts their hosts
   */
  public void join(String agent, String group, List<String> hosts) {
    try (Connection own = server.connect();
        PreparedStatement join = own.prepareStatement(JOIN)) {
      for (String host : hosts) {
        join.setString(1, host);
        join.setString(2, group);
        join.setString(3, group);
        join.setString(4, agent);
        try (ResultSet id = join.executeQuery()) {
          id.next();
          rows.computeIfAbsent(agent, key -> ConcurrentHashMap.newKeySet()).add(id.getInt(1));
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("cannot join " + hosts + ": " + e.getMessage(), e);
    }
  }

  /**
   * Lets agents die: nothing is written for them any more.
   *
   * @param agents their ids
   */
  public void silence(Collection<String> agents) {
    silent.addAll(agents);
  }

  /**
   * Lets silenced agents beat again.
   *
   * @param agents their ids
   */
  public void revive(Collection<String> agents) {
    silent.removeAll(agents);
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  private void beat() {
    Integer[] living =
        rows.entrySet().stream()
            .filter(entry -> !silent.contains(entry.getKey()))
            .flatMap(entry -> entry.getValue().stream())
            .sorted()
            .toArray(Integer[]::new);
    try {
      if (connection == null) {
        connection = server.connect();
      }
      Array ids = connection.createArrayOf("integer", living);
      try (PreparedStatement beat = connection.prepareStatement(BEAT)) {
        beat.setArray(1, ids);
        beat.executeUpdate();
      }
    } catch (SQLException e) {
      // Away or failing on purpose: this beat is missed, the next one tries a new connection.
      connection = null;
    }
  }
}
