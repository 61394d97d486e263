package io.servicegroup.backend.postgres;

import static io.servicegroup.catalog.Services.id;
import static io.servicegroup.catalog.Services.spec;
import static io.servicegroup.catalog.Services.update;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.AgentConfig.CreateTables;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.testkit.Members;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is remembered is written over nothing that somebody else wrote while it waited. */
@Timeout(120)
class PostgresWordsIT {

  private static final String JOIN =
      """
      UPDATE services SET version = 9;
      UPDATE servicegroup_members SET generation = generation + 1,
        incarnation = generation + 1 || '-def'
      """;

  private static final String WORD =
      """
      UPDATE services SET disabled = true, disabled_reason = 'later';
      INSERT INTO servicegroup_words (topic, host, spoken) VALUES ('compute', 'h1', 9000)
      ON CONFLICT (topic, host) DO UPDATE SET spoken = 9000
      """;

  @Started("fsync=off")
  private static PostgresServer server;

  @Started private static Vertx vertx;
  private ServiceCatalog catalog;
  private Member member;

  @BeforeEach
  void open() throws Exception {
    catalog =
        new PostgresTechnology()
            .catalog(
                vertx, new AgentConfig.Catalog(BackendUri.parse(server.uri()), CreateTables.ALL));
    await(catalog.open());
    server.execute("TRUNCATE services, servicegroup_members, servicegroup_words");
    member = await(catalog.join(spec("h1", 1), "agent-1", Set.of())).member();
  }

  @AfterEach
  void close() throws Exception {
    await(catalog.close());
  }

  /** What comes of a statement that had to wait for somebody else's transaction. */
  private <T> T after(String others, Supplier<Future<T>> write) throws Exception {
    Future<T> waiting;
    try (Connection other = server.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute(others);
      waiting = write.get();
      server.awaitBlocked();
      other.commit();
    }
    return await(waiting);
  }

  private Member remembered(long order) {
    return Members.like(member)
        .version(1)
        .disabled(false, null)
        .forcedDown(true)
        .lastSeenUp(null)
        .wordsOrder(order)
        .build();
  }

  @Test
  void aWordThatWasSaidMeanwhileStays() throws Exception {
    Member stored = after(WORD, () -> catalog.putBack(remembered(50)));

    assertThat(stored.forcedDown()).isFalse();
    assertThat(stored.disabledReason()).isEqualTo("later");
    assertThat(stored.wordsOrder()).isEqualTo(9000);
  }

  @Test
  void whatALifeThatBeganMeanwhileSaysStays() throws Exception {
    Member stored = after(JOIN, () -> catalog.putBack(remembered(50)));
    assertThat(stored.version()).isEqualTo(9);

    Member again = await(catalog.putBack(remembered(50)));
    assertThat(again.version()).isEqualTo(9);
    assertThat(again.forcedDown()).as("by the next read").isTrue();
    assertThat(again.wordsOrder()).isEqualTo(50);
  }

  /** As where a catalogue is copied while agents join the members. */
  @Test
  void aLifeThatBeganMeanwhileIsNotAdoptedOver() throws Exception {
    assertThat(after(JOIN, () -> catalog.adopt(remembered(50)))).isFalse();
    assertThat(await(catalog.find(member.id())).version()).isEqualTo(9);
    assertThat(await(catalog.find(member.id())).forcedDown()).isFalse();
  }

  @Test
  void whatABeatWroteMeanwhileKeepsNobodyFromBeingAdopted() throws Exception {
    String beat = "UPDATE services SET report_count = report_count + 1";
    assertThat(after(beat, () -> catalog.adopt(remembered(50)))).isTrue();
    assertThat(await(catalog.find(member.id())).forcedDown()).isTrue();
  }

  @Test
  void aWordThatWasConfirmedMeanwhileStays() throws Exception {
    String confirmed =
        """
        SELECT FROM services FOR UPDATE;
        UPDATE servicegroup_words SET spoken = 9000
        """;

    Member stored = after(confirmed, () -> catalog.putBack(remembered(50)));

    assertThat(stored.forcedDown()).isFalse();
    assertThat(stored.wordsOrder()).isEqualTo(9000);
  }

  @Test
  void anIncarnationThatBeganMeanwhileIsNotRemoved() throws Exception {
    assertThat(after(JOIN, () -> catalog.removeAgain(remembered(50)))).isFalse();
    assertThat(await(catalog.find(List.of(member.id())))).hasSize(1);
    assertThat(await(catalog.removal(member))).isEmpty();
  }

  @Test
  void aMemberWithALaterWordIsNotRemoved() throws Exception {
    assertThat(after(WORD, () -> catalog.removeAgain(remembered(50)))).isFalse();
    assertThat(await(catalog.find(List.of(member.id())))).hasSize(1);
  }

  @Test
  void aTraceIsNotLeftBesideAMemberThatJoinedMeanwhile() throws Exception {
    Member deleted = await(catalog.delete(member.id()));
    String joins =
        """
        INSERT INTO services (topic, host, "binary", version, uuid, report_count, disabled,
          forced_down, deleted) VALUES ('compute', 'h1', 'nova-compute', 1, 'u', 0, false, false, 0);
        UPDATE servicegroup_words SET removed = false, spoken = spoken + 1
        """;

    after(joins, () -> catalog.trace(deleted.withWordsOrder(deleted.wordsOrder() + 500)));

    assertThat(server.number("SELECT count(*) FROM servicegroup_words WHERE removed")).isZero();
    assertThat(await(catalog.find(member.id())).wordsOrder()).isEqualTo(deleted.wordsOrder() + 1);
  }

  @Test
  void whatWasDeletedMeanwhileIsNotRestored() throws Exception {
    String deletes =
        """
        UPDATE services SET deleted = id;
        DELETE FROM servicegroup_members;
        UPDATE servicegroup_words SET spoken = 9000000000000, removed = true
        """;

    boolean restored = after(deletes, () -> catalog.restore(member.withUuid("another")));

    assertThat(restored).isFalse();
    assertThat(await(catalog.find(List.of(member.id())))).isEmpty();
    assertThat(server.number("SELECT spoken FROM servicegroup_words WHERE removed"))
        .isEqualTo(9_000_000_000_000L);
    assertThat(server.number("SELECT count(*) FROM servicegroup_members")).isZero();
  }

  /** The sequence of a database that came back older is behind the lives that are restored. */
  /** As where a DBA is yet to make a table, for which the agent looks again and again. */
  @Test
  void oldTracesAreLookedForOnceADayHoweverOftenTheTablesAreLookedAt() throws Exception {
    await(catalog.list(MemberFilter.ALL));
    await(catalog.open());
    server.execute(
        "INSERT INTO servicegroup_words (topic, host, spoken, removed)"
            + " VALUES ('compute', 'h2', 1000, true)");
    for (int reads = 0; reads < 5; reads++) {
      await(catalog.list(MemberFilter.ALL));
      await(catalog.open());
    }

    assertThat(server.number("SELECT count(*) FROM servicegroup_words WHERE removed")).isEqualTo(1);
  }

  /** {@code nova-manage db archive_deleted_rows} moves what was deleted into another table. */
  @Test
  void whatNovaDeletedAndArchivedWasRemoved() throws Exception {
    server.execute("CREATE TABLE shadow_services (LIKE services)");
    try {
      await(catalog.open());
      server.execute(
          """
          UPDATE services SET deleted = id;
          INSERT INTO shadow_services SELECT * FROM services;
          DELETE FROM services
          """);

      assertThat(await(catalog.removal(member))).hasValue(0);
      assertThat(await(catalog.restore(member))).isFalse();
      Member other = member.withUuid("22222222-0000-4000-8000-000000000002");
      assertThat(await(catalog.removal(other))).as("another of its name").isEmpty();
      assertThat(await(catalog.restore(other))).isTrue();
    } finally {
      server.execute("DROP TABLE shadow_services");
    }
    assertThat(await(catalog.removal(member))).as("without the archive").isEmpty();
  }

  /** As many as are not older than a month by the one in their middle, whatever time it is here. */
  @Test
  void aServerWhoseClockJumpedAheadEndsNoTraces() throws Exception {
    await(catalog.close());
    server.execute(
        """
        INSERT INTO servicegroup_words (topic, host, spoken, removed)
        SELECT 'compute', 'gone-' || i,
          (extract(epoch FROM now() - interval '90 days') * 1000)::bigint + i, true
        FROM generate_series(1, 5) i;
        INSERT INTO servicegroup_words (topic, host, spoken, removed) VALUES
          ('compute', 'old', 1000, true), ('compute', 'beyond', 9000000000000000000, true),
          ('compute', 'wrong', 32000000000000, true)
        """);

    await(catalog.open());
    await(catalog.list(MemberFilter.ALL));
    await(
        "six traces",
        () -> server.number("SELECT count(*) FROM servicegroup_words WHERE removed"),
        traces -> traces <= 6);

    assertThat(
            server.ask(
                "SELECT string_agg(host, ' ' ORDER BY host) FROM servicegroup_words WHERE removed"))
        .isEqualTo("gone-1 gone-2 gone-3 gone-4 gone-5 wrong");
  }

  @Test
  void aJoinIsNewerThanALifeThatWasRestoredAndDeleted() throws Exception {
    await(catalog.delete(member.id()));
    Incarnation life = new Incarnation(member.incarnation().generation() + 500, "abc");
    Member lived =
        Members.of(id("h2")).metadata(member.metadata()).incarnation(life).agent("agent-1").build();
    assertThat(await(catalog.restore(lived))).isTrue();
    await(catalog.update(update("h2", true, "why", null)));
    await(catalog.delete(id("h2")));

    Member joined = await(catalog.join(spec("h2", 1), "agent-2", Set.of())).member();

    assertThat(joined.incarnation().isNewerThan(life)).isTrue();
  }
}
