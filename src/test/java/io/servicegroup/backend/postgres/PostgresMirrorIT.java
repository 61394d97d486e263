package io.servicegroup.backend.postgres;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.config.AgentConfig.CreateTables;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessHarness;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.CatalogEvent.Type;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.Members;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Beats in PostgreSQL of members whose catalogue is elsewhere: their rows follow it. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PostgresMirrorIT {

  private static final MemberId ID = new MemberId("g", "h1");
  private static final String ROWS = "SELECT count(*) FROM services WHERE deleted = 0";

  private static final String SOMEBODY_ELSES =
      """
      INSERT INTO services (host, topic, uuid, disabled, disabled_reason, forced_down) VALUES
        ('h1', 'g', '11111111-0000-4000-8000-000000000001', true, 'disk', true)
      """;

  private static final String WORDS =
      "SELECT concat_ws('|', uuid, disabled, coalesce(disabled_reason, ''), forced_down)"
          + " FROM services";

  @Started("fsync=off")
  private static PostgresServer server;

  @Started private static Vertx vertx;
  private LivenessHarness agent;
  private LivenessHarness watcher;

  @BeforeEach
  void open() {
    server.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    agent = agent("agent-1", true).open();
    watcher = agent("agent-2", false).open();
  }

  @AfterEach
  void close() {
    agent.close();
    watcher.close();
  }

  private static LivenessHarness agent(String name, boolean watchOwn) {
    return agent(name, watchOwn, CreateTables.ALL);
  }

  private static LivenessHarness agent(String name, boolean watchOwn, CreateTables tables) {
    LivenessSettings settings =
        new LivenessSettings(
            "postgresql",
            name,
            BackendUri.parse(server.uri()),
            Duration.ofSeconds(4),
            Duration.ofSeconds(10),
            Duration.ofSeconds(4),
            watchOwn ? Watch.OWN : Watch.ALL,
            tables);
    return new LivenessHarness(vertx, settings, PostgresLivenessBackend::new);
  }

  private static Member member(long generation, boolean disabled) {
    return Members.of(ID)
        .binary("worker")
        .uuid("c7b2a2f0-0000-4000-8000-000000000001")
        .version(3)
        .disabled(disabled, null)
        .incarnation(generation, "abc")
        .agent("agent-1")
        .backends("postgresql")
        .build();
  }

  private static Heartbeat beat(long generation, State state) {
    return new Heartbeat(ID, new Incarnation(generation, "abc"), 1, state, null);
  }

  private void joined(long generation) {
    agent.catalogued(new CatalogEvent(Type.JOINED, member(generation, false), true));
    assertThat(agent.write(beat(generation, State.ALIVE))).isEmpty();
  }

  @Test
  void aMemberHasARowThatBeatsAndFollowsTheCatalogue() {
    joined(7);
    assertThat(watcher.poll().beats()).extracting(Beat::id).containsExactly(ID);

    agent.catalogued(new CatalogEvent(Type.UPDATED, member(7, true), true));
    assertThat(agent.write(beat(7, State.FAILED))).isEmpty();

    assertThat(server.ask("SELECT disabled || \"binary\" || version FROM services"))
        .isEqualTo("trueworker3");
    assertThat(watcher.poll().gone())
        .extracting(Absence::cause)
        .containsExactly(Absence.Cause.PROBE_FAILED);
  }

  @Test
  void aRowThatSomebodyRemovedIsMadeAgain() {
    joined(7);
    server.execute("DELETE FROM servicegroup_members; DELETE FROM services");

    assertThat(agent.write(beat(7, State.ALIVE))).isEmpty();
    assertThat(agent.write(beat(7, State.ALIVE))).isEmpty();

    assertThat(server.number(ROWS)).isEqualTo(1);
    assertThat(watcher.poll().beats()).extracting(Beat::id).containsExactly(ID);
  }

  @Test
  void aRowThatSomebodyElseMadeKeepsItsUuidAndItsOperatorsWords() {
    server.execute(SOMEBODY_ELSES);
    joined(7);
    assertThat(server.ask(WORDS)).isEqualTo("11111111-0000-4000-8000-000000000001|t|disk|t");

    agent.catalogued(new CatalogEvent(Type.UPDATED, member(7, true), true));
    agent.write(beat(7, State.ALIVE));
    agent.catalogued(new CatalogEvent(Type.UPDATED, member(7, false), true));
    agent.write(beat(7, State.ALIVE));

    assertThat(server.ask(WORDS)).isEqualTo("11111111-0000-4000-8000-000000000001|f||t");
  }

  /** The mirror has read the row, and waits for it when Nova speaks. */
  @Test
  void aWordThatIsSpokenBetweenReadAndWriteStays() throws Exception {
    server.execute(SOMEBODY_ELSES);
    server.execute(
        "UPDATE services SET disabled = false, disabled_reason = NULL, forced_down = false");
    Future<List<Conflict>> writing;
    try (Connection nova = server.connect();
        Statement statement = nova.createStatement()) {
      nova.setAutoCommit(false);
      statement.execute(
          "UPDATE services SET disabled = true, disabled_reason = 'fire', forced_down = true");
      agent.catalogued(new CatalogEvent(Type.JOINED, member(7, false), true));
      writing = agent.startWrite(beat(7, State.ALIVE));
      server.awaitBlocked();
      nova.commit();
    }
    await(writing);

    assertThat(server.ask(WORDS)).isEqualTo("11111111-0000-4000-8000-000000000001|t|fire|t");
    assertThat(server.ask("SELECT version FROM services")).isEqualTo("3");
  }

  /** The mirror has read the row of the life before, and waits for it when a newer one joins. */
  @Test
  void aNewerLifeThatJoinsMeanwhileKeepsWhatItSaid() throws Exception {
    joined(7);
    Future<List<Conflict>> writing;
    try (Connection other = server.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute(
          """
          UPDATE services SET version = 9;
          UPDATE servicegroup_members SET generation = 8, incarnation = '8-def'
          """);
      agent.catalogued(new CatalogEvent(Type.UPDATED, member(7, true), true));
      writing = agent.startWrite(beat(7, State.ALIVE));
      server.awaitBlocked();
      other.commit();
    }
    await(writing.otherwiseEmpty());

    assertThat(server.ask("SELECT version || '|' || disabled FROM services")).isEqualTo("9|false");
    assertThat(server.ask("SELECT incarnation FROM servicegroup_members")).isEqualTo("8-def");
  }

  /** A later life of the agent joins the member again. */
  private void restarted(long generation, boolean disabled) {
    agent.close();
    agent = agent("agent-1 again", true).open();
    agent.catalogued(new CatalogEvent(Type.JOINED, member(generation, disabled), true));
    agent.write(beat(generation, State.ALIVE));
  }

  @Test
  void whatTheMirrorSaidIsTakenBackAlsoAfterARestart() {
    agent.catalogued(new CatalogEvent(Type.JOINED, member(7, true), true));
    agent.write(beat(7, State.ALIVE));
    assertThat(server.ask("SELECT disabled FROM services")).isEqualTo("t");

    restarted(8, false);

    assertThat(server.ask("SELECT disabled FROM services")).isEqualTo("f");
  }

  @Test
  void withoutThePlaceToNoteItWhatTheMirrorSaidIsTakenBackUntilARestart() {
    agent.close();
    server.execute(
        "DROP TABLE servicegroup_mirrored; DELETE FROM servicegroup_schema WHERE version > 3");
    agent = agent("agent-3", true, CreateTables.NONE).open();
    for (boolean disabled : new boolean[] {true, false}) {
      agent.catalogued(new CatalogEvent(Type.JOINED, member(7, disabled), true));
      agent.write(beat(7, State.ALIVE));
      assertThat(server.ask("SELECT disabled::text FROM services")).isEqualTo("" + disabled);
    }
  }

  @Test
  void whatAnOperatorSaidInTheRowIsNotTakenBackByARestart() {
    agent.catalogued(new CatalogEvent(Type.JOINED, member(7, true), true));
    agent.write(beat(7, State.ALIVE));
    server.execute("UPDATE services SET disabled = false");
    agent.catalogued(new CatalogEvent(Type.UPDATED, member(7, false), true));
    agent.write(beat(7, State.ALIVE));
    server.execute("UPDATE services SET disabled = true, disabled_reason = 'fire'");

    restarted(8, false);
    assertThat(server.ask("SELECT disabled_reason FROM services")).isEqualTo("fire");

    server.execute("DELETE FROM services");
    server.execute(SOMEBODY_ELSES);
    restarted(9, false);
    assertThat(server.ask(WORDS)).isEqualTo("11111111-0000-4000-8000-000000000001|t|disk|t");
  }

  @Test
  void theCataloguesOwnRowIsLeftToIt() {
    server.execute(
        """
        INSERT INTO services (host, topic) VALUES ('h1', 'g');
        INSERT INTO servicegroup_members
          (service_id, generation, incarnation, agent, backends, joined_count)
        SELECT id, 7, '7-abc', 'agent-1', '{postgresql}', 0 FROM services
        """);

    agent.catalogued(new CatalogEvent(Type.UPDATED, member(7, true), true));
    assertThat(agent.write(beat(7, State.ALIVE))).isEmpty();
    assertThat(server.ask("SELECT disabled FROM services")).isEqualTo("f");
    assertThat(watcher.poll().beats()).extracting(Beat::id).containsExactly(ID);

    server.execute("DELETE FROM servicegroup_members; UPDATE services SET deleted = id");
    assertThat(agent.write(beat(7, State.ALIVE)))
        .extracting(Conflict::kind)
        .containsExactly(Conflict.Kind.DELETED);
    agent.write(beat(7, State.ALIVE));
    await("no row", () -> server.number(ROWS), rows -> rows == 0);
  }

  @Test
  void aRowOfAnotherProgramIsNotRemovedWithAMemberOfItsName() {
    server.execute(SOMEBODY_ELSES);

    watcher.catalogued(new CatalogEvent(Type.DELETED, member(7, false), false));
    watcher.poll();

    assertTheRowStays();
  }

  @Test
  void theRowOfADeletedMemberGoesThoughItsAgentIsDead() {
    joined(7);
    agent.close();

    watcher.catalogued(new CatalogEvent(Type.DELETED, member(7, false), false));

    await("no row", () -> server.number(ROWS), rows -> rows == 0);
  }

  @Test
  void aNewerIncarnationIsNotRemovedWithTheOneBefore() {
    joined(8);

    watcher.catalogued(new CatalogEvent(Type.DELETED, member(7, false), false));
    watcher.poll();
    watcher.write(List.of(), List.of(beat(7, State.ALIVE)));

    assertTheRowStays();
    assertThat(server.ask("SELECT state FROM servicegroup_members")).isEqualTo("alive");
  }

  /** The mirror has read the row of the older life, and waits for it when the newer one joins. */
  @Test
  void aNewerIncarnationThatJoinsMeanwhileIsNotRemovedWithTheOneBefore() throws Exception {
    joined(7);
    try (Connection other = server.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute(
          """
          UPDATE services SET version = version + 1;
          UPDATE servicegroup_members SET generation = 8, incarnation = '8-abc'
          """);
      watcher.catalogued(new CatalogEvent(Type.DELETED, member(7, false), false));
      server.awaitBlocked();
      other.commit();
    }
    watcher.poll();
    agent.write(beat(8, State.ALIVE));

    assertTheRowStays();
    assertThat(server.ask("SELECT incarnation FROM servicegroup_members")).isEqualTo("8-abc");
  }

  /** As after the start of an agent with many services. */
  @Test
  void manyRowsAreWrittenAtOnceAndOneThatSomebodyElseHoldsKeepsNobodyElse() throws Exception {
    server.execute("INSERT INTO services (host, topic) VALUES ('many-7', 'g')");
    server.execute(
        "INSERT INTO services (host, topic, \"binary\") VALUES ('many-9', 'h', 'worker')");
    List<Heartbeat> beats = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Member member = renamed(member(7, i % 2 == 0), "many-" + i);
      agent.catalogued(new CatalogEvent(Type.JOINED, member, true));
      beats.add(new Heartbeat(member.id(), member.incarnation(), 1, State.ALIVE, null));
    }
    Set<MemberId> expected = new HashSet<>();
    beats.forEach(beat -> expected.add(beat.id()));
    expected.remove(new MemberId("g", "many-9"));
    try (Connection nova = server.connect();
        Statement statement = nova.createStatement()) {
      nova.setAutoCommit(false);
      statement.execute("SELECT FROM services WHERE host = 'many-7' FOR UPDATE");

      assertThatThrownBy(() -> agent.write(beats, List.of())).hasMessageContaining("no row");

      Set<MemberId> others = new HashSet<>(expected);
      others.remove(new MemberId("g", "many-7"));
      assertThat(ids(watcher.poll().beats())).isEqualTo(others);
      nova.rollback();
    }
    agent.write(beats, List.of());
    assertThat(ids(watcher.poll().beats())).contains(new MemberId("g", "many-7"));
    assertThat(server.number("SELECT count(*) FROM services WHERE disabled AND topic = 'g'"))
        .isEqualTo(150);
    assertThat(server.ask("SELECT DISTINCT backends::text FROM servicegroup_members"))
        .isEqualTo("{postgresql}");
  }

  @Test
  void aRowThatSomebodyElseIsMakingKeepsNobodyElse() throws Exception {
    List<Heartbeat> beats = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Member member = renamed(member(7, false), "many-" + i);
      agent.catalogued(new CatalogEvent(Type.JOINED, member, true));
      beats.add(new Heartbeat(member.id(), member.incarnation(), 1, State.ALIVE, null));
    }
    try (Connection nova = server.connect();
        Statement statement = nova.createStatement()) {
      nova.setAutoCommit(false);
      statement.execute("INSERT INTO services (host, topic, deleted) VALUES ('many-7', 'g', 0)");
      await(
          "the rows of the others",
          Duration.ofSeconds(5),
          () -> {
            await(agent.startWrite(beats, List.of()).otherwiseEmpty());
            return server.number(ROWS);
          },
          rows -> rows >= 99);
      nova.rollback();
    }
    assertThat(agent.write(beats, List.of())).isEmpty();
    assertThat(server.number(ROWS)).isEqualTo(100);
  }

  private static Set<MemberId> ids(List<Beat> beats) {
    return beats.stream().map(Beat::id).collect(Collectors.toSet());
  }

  private static Member renamed(Member member, String host) {
    return Members.like(member)
        .id(new MemberId("g", host))
        .uuid(UUID.randomUUID().toString())
        .metadata(Map.of("note", "it's \"so\""))
        .disabled(member.disabled(), null)
        .forcedDown(false)
        .lastSeenUp(null)
        .wordsOrder(0)
        .build();
  }

  /** What was told before the deletion of another member, whose row is gone, was done before. */
  private void assertTheRowStays() {
    Member another = renamed(member(7, false), "another");
    try (LivenessHarness its = agent("its", true).open()) {
      its.catalogued(new CatalogEvent(Type.JOINED, another, true));
      its.write(new Heartbeat(another.id(), another.incarnation(), 1, State.ALIVE, null));
      assertThat(server.number(ROWS)).isEqualTo(2);

      watcher.catalogued(new CatalogEvent(Type.DELETED, another, false));
      await("one row", () -> server.number(ROWS), rows -> rows < 2);
    }
    assertThat(server.ask("SELECT host FROM services WHERE deleted = 0")).isEqualTo("h1");
  }
}
