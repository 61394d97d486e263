package io.servicegroup.backend.postgres;

import io.servicegroup.liveness.Capability;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessBackendContract;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.PostgresServer;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The contract on PostgreSQL, where the catalogue's rows are what is beaten in. */
class PostgresLivenessContractIT extends LivenessBackendContract {

  private static final String JOIN =
      """
      WITH wanted AS (
        SELECT * FROM unnest(?::text[], ?::text[]) AS wanted(topic, host)
      ), added AS (
        INSERT INTO services AS s (host, "binary", topic)
        SELECT host, 'bin-' || md5(topic), topic FROM wanted
        ON CONFLICT (host, topic, deleted) DO UPDATE SET topic = s.topic
        RETURNING id, topic, host, report_count
      ), members AS (
        INSERT INTO servicegroup_members
          (service_id, generation, incarnation, agent, backends, joined_count)
        SELECT id, g, g || '-abc', 'writer', '{contract}', report_count
          FROM (SELECT *, nextval('servicegroup_generation') AS g FROM added) numbered
        ON CONFLICT (service_id) DO UPDATE SET generation = excluded.generation,
          incarnation = excluded.incarnation, joined_count = excluded.joined_count,
          state = 'alive', state_reason = NULL, changed = pg_current_xact_id()
        RETURNING service_id, incarnation
      )
      SELECT topic, host, incarnation FROM added JOIN members ON service_id = id
      """;

  private PostgresServer postgres;

  @Override
  protected BackendServer createServer() {
    postgres = PostgresServer.create();
    PostgresLivenessRig.createTables(postgres);
    return postgres;
  }

  @Override
  protected LivenessBackend create(Vertx forVertx, LivenessSettings settings) {
    return new PostgresLivenessBackend(forVertx, settings);
  }

  @Override
  protected Set<Capability> capabilities() {
    return Set.of(
        Capability.NEWS,
        Capability.ANSWERS_WRITES,
        Capability.ANY_NAME,
        Capability.SERVER,
        Capability.SURVIVES_RESTART);
  }

  /** As a standby that was behind: with the rows, without the beats. */
  @Override
  protected void empty() {
    postgres.execute("UPDATE services SET report_count = 0; TRUNCATE servicegroup_canaries");
  }

  @Override
  protected List<Member> catalogue(List<MemberId> ids) {
    Map<MemberId, Incarnation> joined = new HashMap<>();
    try (Connection connection = postgres.connect();
        PreparedStatement join = connection.prepareStatement(JOIN)) {
      join.setArray(1, array(connection, ids.stream().map(MemberId::group).toArray()));
      join.setArray(2, array(connection, ids.stream().map(MemberId::host).toArray()));
      ResultSet rows = join.executeQuery();
      while (rows.next()) {
        joined.put(
            new MemberId(rows.getString(1), rows.getString(2)),
            Incarnation.parse(rows.getString(3)));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return ids.stream().map(id -> member(id, joined.get(id))).toList();
  }

  private static java.sql.Array array(Connection connection, Object[] texts) throws SQLException {
    return connection.createArrayOf("text", texts);
  }

  @Override
  protected void uncatalogue(Member member) {
    postgres.execute(
        "UPDATE services SET deleted = id WHERE topic = '%s' AND host = '%s'"
            .formatted(member.id().group(), member.id().host()));
  }
}
