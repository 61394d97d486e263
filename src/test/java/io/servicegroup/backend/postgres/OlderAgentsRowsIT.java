package io.servicegroup.backend.postgres;

import static io.servicegroup.catalog.Services.disable;
import static io.servicegroup.catalog.Services.id;
import static io.servicegroup.catalog.Services.spec;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.AgentConfig.CreateTables;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.testkit.PostgresServer;
import io.vertx.core.Vertx;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Agents of two releases, and Nova, share one database. */
@Timeout(120)
class OlderAgentsRowsIT {

  /** As the release before words had an order says it. */
  private static final String OLDER_UPDATE =
      """
      WITH s AS (
        UPDATE services SET disabled = false, disabled_reason = NULL, forced_down = true,
          updated_at = now()
        WHERE topic = 'compute' AND host = 'h1' AND deleted = 0
        RETURNING *
      ), m AS (
        UPDATE servicegroup_members m SET metadata = metadata, changed = pg_current_xact_id()
        FROM s WHERE m.service_id = s.id RETURNING m.*
      ) SELECT count(*) FROM s LEFT JOIN m ON m.service_id = s.id
      """;

  private static final String NOVAS =
      """
      INSERT INTO services (created_at, updated_at, topic, host, "binary", report_count, deleted,
        last_seen_up) VALUES (now(), now(), 'scheduler', 'nova-1', 'nova-scheduler', 99, 0, now())
      """;

  private static Long generation(Member member) {
    return member.incarnation() == null ? null : member.incarnation().generation();
  }

  private static String wrote() throws Exception {
    try (InputStream in =
        OlderAgentsRowsIT.class.getResourceAsStream("/io/servicegroup/upgrade/postgresql.sql")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void whatTheyWroteIsReadAndTheirWordsAreNewOnes() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (PostgresServer server = PostgresServer.create("fsync=off")) {
      server.execute(wrote());
      server.execute(NOVAS);
      ServiceCatalog catalog =
          new PostgresTechnology()
              .catalog(
                  vertx, new AgentConfig.Catalog(BackendUri.parse(server.uri()), CreateTables.ALL));
      await(catalog.open());

      assertThat(await(catalog.list(MemberFilter.ALL)))
          .extracting(
              member ->
                  "%s %s %d %s %d"
                      .formatted(
                          member.id(),
                          member.binary(),
                          member.version(),
                          generation(member),
                          member.wordsOrder()))
          .containsExactly(
              "compute/h1 nova-compute 5 1 0",
              "compute/h2 nova-compute 7 2 0",
              "compute/h4 nova-compute 5 5 0",
              "other/h1 worker 0 3 0",
              "scheduler/nova-1 nova-scheduler 0 null 0");
      Member h1 = await(catalog.find(id("h1")));
      assertThat(h1.disabledReason()).isEqualTo("broken disk");
      assertThat(h1.metadata()).containsEntry("cores", 16).containsEntry("nothing", null);
      Member said = await(catalog.update(disable("h1", "again")));
      server.execute(OLDER_UPDATE);
      Member theirs = await(catalog.find(id("h1")));
      assertThat(theirs.forcedDown()).isTrue();
      assertThat(theirs.disabled()).isFalse();
      assertThat(theirs.wordsOrder()).as("left as it was").isEqualTo(said.wordsOrder());
      Member again = await(catalog.join(spec("h1", 6), "agent-2", Set.of("postgresql"))).member();
      assertThat(again.uuid()).isEqualTo(h1.uuid());
      assertThat(again.incarnation().isNewerThan(h1.incarnation())).isTrue();

      await(catalog.delete(id("h2")));
      server.execute(
          """
          INSERT INTO services (topic, host, "binary", version, uuid, report_count, disabled,
            forced_down, deleted) VALUES ('compute', 'h2', 'nova-compute', 1,
            gen_random_uuid()::text, 0, false, false, 0)
          """);
      assertThat(await(catalog.find(id("h2"))).wordsOrder()).isPositive();
      await(catalog.close());
    } finally {
      await(vertx.close());
    }
  }
}
