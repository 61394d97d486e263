package io.servicegroup.liveness;

import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Values;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.Beat;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Sightings;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.Members;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EvaluationVerticleTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** With one event loop, so that what is published on it together arrives together. */
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

  private final BlockingQueue<StatusChange> changes = new LinkedBlockingQueue<>();
  private final BlockingQueue<BackendState> states = new LinkedBlockingQueue<>();

  @BeforeEach
  void consume() {
    Topics.STATUS.consume(vertx, changes::add);
    Topics.BACKEND.consume(vertx, states::add);
  }

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  @Test
  void publishesWhatTheEvaluatorDecides() throws Exception {
    deploy(Watch.ALL);
    catalog("a", false);
    see(0, beat("a", 1));
    see(1_000, beat("a", 2));
    StatusChange change = next(changes);
    assertThat(change.id()).isEqualTo(id("a"));
    assertThat(change.status()).isEqualTo(Status.UP);
    see(16_000);
    assertThat(next(changes).status()).isEqualTo(Status.DOWN);
    Snapshot snapshot = snapshot("g");
    assertThat(snapshot.seq()).isEqualTo(2);
    assertThat(snapshot.members()).hasSize(1);
    assertThat(snapshot("other").members()).isEmpty();
  }

  @Test
  void takesOverWhatTheCatalogueKnowsAlready() throws Exception {
    Topics.CATALOG_SNAPSHOT.serve(
        vertx,
        nothing ->
            Future.succeededFuture(
                List.of(new CatalogEvent(CatalogEvent.Type.JOINED, member("a", true), false))));
    deploy(Watch.ALL);
    StatusChange change = next(changes);
    assertThat(change.status()).isEqualTo(Status.DOWN);
    assertThat(change.backend()).isNull();
  }

  @Test
  void ignoresMembersThatAreNotWatched() throws Exception {
    deploy(Watch.OWN);
    Topics.CATALOG.publish(
        vertx, new CatalogEvent(CatalogEvent.Type.JOINED, member("other", true), false));
    Topics.CATALOG.publish(
        vertx, new CatalogEvent(CatalogEvent.Type.JOINED, member("own", true), true));
    assertThat(next(changes).id()).isEqualTo(id("own"));
    assertThat(changes).isEmpty();
  }

  @Test
  void followsItsOwnMembersWhicheverGroupsAreWatched() throws Exception {
    deploy(Watch.groups(Set.of("another")));
    Topics.CATALOG.publish(
        vertx, new CatalogEvent(CatalogEvent.Type.JOINED, member("other", true), false));
    Topics.CATALOG.publish(
        vertx, new CatalogEvent(CatalogEvent.Type.JOINED, member("own", true), true));
    assertThat(next(changes).id()).isEqualTo(id("own"));
    assertThat(changes).isEmpty();
  }

  @Test
  void showsMembersThatOnlyABackendKnowsWhereTheirGroupIsWatched() throws Exception {
    Beat present = new Beat(new MemberId("g", "t"), null, 0);
    deploy(Watch.groups(Set.of("g")));
    hold(present, new Beat(new MemberId("other", "t"), null, 0));
    StatusChange change = next(changes);
    assertThat(change.id()).isEqualTo(present.id());
    assertThat(change.binary()).isEqualTo("g");
    MemberView view = snapshot(null).members().get(0);
    assertThat(view.catalogued()).isFalse();
    assertThat(view.verdict().status()).isEqualTo(Status.UP);
    assertThat(snapshot(null).members()).hasSize(1);
    assertThat(changes).isEmpty();
  }

  @Test
  void showsNoMembersThatOnlyABackendKnowsWhereItsOwnAreWatched() throws Exception {
    deploy(Watch.OWN);
    hold(new Beat(new MemberId("g", "t"), null, 0));
    Topics.CATALOG.publish(
        vertx, new CatalogEvent(CatalogEvent.Type.JOINED, member("own", true), true));
    assertThat(next(changes).id()).isEqualTo(id("own"));
    assertThat(snapshot(null).members()).hasSize(1);
  }

  private void hold(Beat... held) {
    Topics.SIGHTINGS.publish(
        vertx, new Sightings("pg", 0, List.of(), List.of(held), List.of(), List.of()));
  }

  @Test
  void dropsMessagesOfBackendsThatAreNotConfiguredAndBodiesThatAreNone() throws Exception {
    deploy(Watch.ALL);
    catalog("a", false);
    vertx.eventBus().publish(Topics.SIGHTINGS.address(), new io.vertx.core.json.JsonObject());
    Topics.SIGHTINGS.publish(
        vertx, new Sightings("x", 0, List.of(beat("a", 1)), List.of(), List.of(), List.of()));
    see(0, beat("a", 1));
    see(1_000, beat("a", 2));
    assertThat(next(changes).backend()).isEqualTo("pg");
  }

  @Test
  void showsAMassSilenceWhileItIsHeld() throws Exception {
    deploy(Watch.ALL);
    Instant now = Instant.now();
    Topics.BACKEND.publish(vertx, new BackendState("pg", BackendState.State.REACHABLE, now, null));
    assertThat(next(states).massSilence()).isNull();
    Beat[] found = new Beat[6];
    Beat[] beats = new Beat[6];
    for (int i = 0; i < 6; i++) {
      catalog("m" + i, false);
      found[i] = beat("m" + i, 1);
      beats[i] = beat("m" + i, 2);
    }
    see(0, found);
    see(1_000, beats);
    see(16_000);
    assertThat(next(states).massSilence()).isEqualTo(new BackendState.MassSilence(6, 6, 15_000));
    see(31_000);
    assertThat(next(states).massSilence()).isNull();
    for (int i = 0; i < 12; i++) {
      next(changes);
    }
  }

  @Test
  void showsThatLossesInARowPostponeAVerdict() throws Exception {
    deploy(Watch.ALL);
    Topics.BACKEND.publish(
        vertx, new BackendState("pg", BackendState.State.REACHABLE, Instant.now(), null));
    assertThat(next(states).postponed()).isZero();
    catalog("alive", false);
    catalog("dead", false);
    lose(0, beat("alive", 1), beat("dead", 1));
    lose(1, beat("alive", 2), beat("dead", 2));
    for (int second = 2; second <= 75; second++) {
      lose(second, beat("alive", second + 1));
    }
    assertThat(next(states).postponed()).isEqualTo(1);
    lose(76, beat("alive", 77));
    assertThat(next(states).postponed()).isZero();
    StatusChange last = null;
    for (int i = 0; i < 3; i++) {
      last = next(changes);
    }
    assertThat(last.id()).isEqualTo(id("dead"));
    assertThat(last.status()).isEqualTo(Status.DOWN);
  }

  /** In each second the backend loses what it holds. */
  private void lose(int second, Beat... beats) {
    Topics.SIGHTINGS.publish(
        vertx,
        new Sightings(
            "pg",
            second % 2,
            List.of(beats),
            List.of(),
            List.of(),
            List.of(),
            false,
            second * 1_000L));
  }

  @Test
  void takesTheVoteOfABackendThatIsOutAndNotOfOneThatMissedAPoll() throws Exception {
    deployTwo();
    catalog("a", false, "pg", "zk");
    for (String backend : List.of("pg", "zk")) {
      see(backend, 0, beat("a", 1));
      see(backend, 1_000, beat("a", 2));
    }
    assertThat(next(changes).status()).isEqualTo(Status.UP);
    see("pg", 16_000);
    assertThat(next(changes).status()).isEqualTo(Status.DOWN);
    reach("pg", BackendState.State.UNREACHABLE);
    reach("pg", BackendState.State.REACHABLE);
    see("zk", 2_000, beat("a", 3));
    see("pg", 17_000);
    assertThat(snapshot("g").seq()).isEqualTo(2);
    reach("pg", BackendState.State.UNREACHABLE);
    StatusChange out = next(changes);
    assertThat(out.status()).isEqualTo(Status.UP);
    assertThat(out.backend()).isEqualTo("zk");
  }

  @Test
  void correctsItsOwnWordWhereItCrossedWithOneOfTheBackends() throws Exception {
    deploy(Watch.ALL);
    reach("pg", BackendState.State.REACHABLE);
    assertThat(next(states).state()).isEqualTo(BackendState.State.REACHABLE);
    Beat[] found = new Beat[6];
    Beat[] beats = new Beat[6];
    for (int i = 0; i < 6; i++) {
      catalog("m" + i, false);
      found[i] = beat("m" + i, 1);
      beats[i] = beat("m" + i, 2);
    }
    see(0, found);
    see(1_000, beats);
    vertx.runOnContext(
        both -> {
          see(16_000);
          reach("pg", BackendState.State.UNREACHABLE);
        });
    assertThat(next(states).state()).isEqualTo(BackendState.State.UNREACHABLE);
    assertThat(next(states).massSilence()).isNotNull();
    assertThat(next(states).state()).isEqualTo(BackendState.State.UNREACHABLE);
    assertThat(snapshot("g").stale()).isTrue();
  }

  @Test
  void believesASecondOutageOfABackendThatNeverSaidThatItWasBack() throws Exception {
    deploy(Watch.ALL);
    reach("pg", BackendState.State.UNREACHABLE);
    see(0);
    assertThat(snapshot("g").stale()).isFalse();
    reach("pg", BackendState.State.UNREACHABLE);
    assertThat(snapshot("g").stale()).isTrue();
  }

  private void deployTwo() throws Exception {
    BackendUri uri = BackendUri.parse("postgresql://127.0.0.1/x");
    deploy(
        Watch.ALL,
        Duration.ofMillis(100),
        new AgentConfig.BuiltIn("pg", uri),
        new AgentConfig.BuiltIn("zk", uri));
  }

  private void reach(String backend, BackendState.State state) {
    Topics.BACKEND.publish(vertx, new BackendState(backend, state, Instant.now(), null));
  }

  private void deploy(Watch watch) throws Exception {
    BackendUri uri = BackendUri.parse("postgresql://127.0.0.1/x");
    deploy(watch, Duration.ofSeconds(5), new AgentConfig.BuiltIn("pg", uri));
  }

  private void deploy(Watch watch, Duration reportInterval, AgentConfig.Backend... backends)
      throws Exception {
    BackendUri uri = BackendUri.parse("postgresql://127.0.0.1/x");
    AgentConfig config =
        new AgentConfig(
            new AgentConfig.Agent("h", TIMEOUT, TIMEOUT, true, Optional.empty()),
            List.of(),
            new AgentConfig.Catalog(uri, AgentConfig.CreateTables.ALL),
            new AgentConfig.Liveness(
                List.of(backends),
                AgentConfig.VerdictRule.ALL,
                reportInterval,
                Duration.ofSeconds(15),
                reportInterval.dividedBy(5),
                Map.of(),
                new AgentConfig.MassSilence(0.5, 5, Duration.ofSeconds(15))),
            watch,
            AgentConfig.Evaluate.ALWAYS,
            new AgentConfig.Http("127.0.0.1", 0, Optional.empty(), Optional.empty(), false),
            new AgentConfig.AgentCheck("127.0.0.1", Optional.empty()),
            AgentConfig.Logging.DEFAULT,
            Values.none());
    await(vertx.deployVerticle(new EvaluationVerticle(config)));
  }

  private void catalog(String host, boolean forced) {
    catalog(host, forced, "pg");
  }

  private void catalog(String host, boolean forced, String... backends) {
    Topics.CATALOG.publish(
        vertx, new CatalogEvent(CatalogEvent.Type.JOINED, member(host, forced, backends), false));
  }

  private void see(long clock, Beat... beats) {
    see("pg", clock, beats);
  }

  private void see(String backend, long clock, Beat... beats) {
    Topics.SIGHTINGS.publish(
        vertx, new Sightings(backend, clock, List.of(beats), List.of(), List.of(), List.of()));
  }

  private Snapshot snapshot(String group) throws Exception {
    return await(
        Topics.STATUS_SNAPSHOT.request(vertx, new MemberFilter(group, null, null, null), TIMEOUT));
  }

  private static MemberId id(String host) {
    return new MemberId("g", host);
  }

  private static Beat beat(String host, long count) {
    return new Beat(id(host), new Incarnation(1, "x"), count);
  }

  private static Member member(String host, boolean forced) {
    return member(host, forced, "pg");
  }

  private static Member member(String host, boolean forced, String... backends) {
    return Members.of(id(host))
        .binary("g")
        .uuid("uuid")
        .version(0)
        .forcedDown(forced)
        .incarnation(1, "x")
        .agent("agent-of-" + host)
        .backends(backends)
        .build();
  }
}
