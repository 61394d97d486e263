package io.servicegroup.backend.postgres;

import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessHarness;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.PostgresServer;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;

/** Agents whose backend is PostgreSQL, and what the catalogue does to its tables. */
final class PostgresLivenessRig {

  static final Duration REPORT_INTERVAL = Duration.ofSeconds(2);
  static final Duration POLL_INTERVAL = Duration.ofSeconds(2);

  private PostgresLivenessRig() {}

  static LivenessHarness agent(
      Vertx vertx, String agent, String uri, boolean watchOwn, String... groups) {
    return new LivenessHarness(
        vertx, settings(agent, uri, watchOwn, Set.of(groups)), PostgresLivenessBackend::new);
  }

  static LivenessSettings settings(String agent, String uri, boolean watchOwn, Set<String> groups) {
    return new LivenessSettings(
        "postgresql",
        agent,
        BackendUri.parse(uri),
        REPORT_INTERVAL,
        Duration.ofSeconds(10),
        POLL_INTERVAL,
        LivenessHarness.watch(watchOwn, groups));
  }

  static void createTables(PostgresServer server) {
    server.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    server.execute(resource("services.sql"));
    server.execute(resource("V001__members.sql"));
  }

  private static String resource(String name) {
    try (InputStream in = PostgresLivenessRig.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Does to the tables what a join does. */
  static Heartbeat join(PostgresServer server, String group, String host) {
    server.execute(
        """
        INSERT INTO services (host, "binary", topic, created_at)
        VALUES ('%2$s', 'bin-%1$s', '%1$s', now() AT TIME ZONE 'utc')
        ON CONFLICT DO NOTHING;
        INSERT INTO servicegroup_members
          (service_id, generation, incarnation, agent, backends, joined_count)
        SELECT id, g, g || '-abc', 'agent', '{postgresql}', report_count
          FROM services, nextval('servicegroup_generation') AS g
         WHERE topic = '%1$s' AND host = '%2$s' AND deleted = 0
        ON CONFLICT (service_id) DO UPDATE SET generation = excluded.generation,
          incarnation = excluded.incarnation, joined_count = excluded.joined_count,
          state = 'alive', state_reason = NULL, changed = pg_current_xact_id()
        """
            .formatted(group, host));
    String incarnation =
        server.ask(
            "SELECT incarnation FROM servicegroup_members JOIN services ON id = service_id"
                + " WHERE deleted = 0 AND topic = '%s' AND host = '%s'".formatted(group, host));
    return new Heartbeat(
        new MemberId(group, host), Incarnation.parse(incarnation), 1, State.ALIVE, null);
  }

  static Heartbeat in(State state, String reason, Heartbeat heartbeat) {
    return new Heartbeat(
        heartbeat.id(), heartbeat.incarnation(), heartbeat.count() + 1, state, reason);
  }
}
