package io.servicegroup.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.bus.LocalMember;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberUpdate;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Probe;
import io.servicegroup.model.Reason;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.Status;
import io.servicegroup.model.Verdict;
import io.servicegroup.model.VersionRange;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RegistrationVerticleTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final MemberId H1 = new MemberId("compute", "h1");

  private final MemoryCatalog.Store store = new MemoryCatalog.Store();
  private final BlockingQueue<CatalogEvent> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<Conflict> conflicts = new LinkedBlockingQueue<>();
  private final BlockingQueue<LocalMember> started = new LinkedBlockingQueue<>();
  private final BlockingQueue<MemberId> stopped = new LinkedBlockingQueue<>();
  private Vertx vertx;

  @BeforeEach
  void startAgent() {
    vertx = Vertx.vertx();
    Topics.CATALOG.consume(vertx, events::add);
    Topics.CONFLICT.consume(vertx, conflicts::add);
    Topics.HEARTBEAT_START.serve(
        vertx,
        local -> {
          started.add(local);
          return Future.succeededFuture();
        });
    Topics.HEARTBEAT_STOP.serve(
        vertx,
        id -> {
          stopped.add(id);
          return Future.succeededFuture();
        });
  }

  @AfterEach
  void stopAgent() throws Exception {
    store.releaseReads();
    await(vertx.close());
  }

  @Test
  void joinsWhatIsConfiguredAndHasItBeatenFor() throws Exception {
    deploy(new AgentConfig.WatchOwn(), true, spec("h1"), spec("h2"));

    Set<MemberId> beating = Set.of(next(started).spec().id(), next(started).spec().id());
    assertThat(beating).containsExactlyInAnyOrder(H1, new MemberId("compute", "h2"));
    CatalogEvent joined = next(events);
    assertThat(joined.type()).isEqualTo(CatalogEvent.Type.JOINED);
    assertThat(joined.own()).isTrue();
    assertThat(joined.member().agent()).isEqualTo("agent-1");
    assertThat(joined.member().backends()).containsExactly("postgresql");
  }

  @Test
  void joinsOnceTheStoreIsBack() throws Exception {
    deploy(new AgentConfig.WatchOwn(), true);
    store.setAway(true);
    assertRefused(503, () -> await(Topics.JOIN.request(vertx, spec("h1"), PATIENCE)))
        .hasMessageContaining("catalog.uri");
    store.setAway(false);

    assertThat(await(Topics.JOIN.request(vertx, spec("h1"), PATIENCE)).created()).isTrue();
  }

  @Test
  void triesTheConfiguredServicesAgain() throws Exception {
    store.put(member("other", "h1", "nova-compute"));
    deploy(new AgentConfig.WatchOwn(), true, spec("h1"));

    Conflict clash = next(conflicts);
    assertThat(clash.id()).isEqualTo(H1);
    assertThat(clash.kind()).isEqualTo(Conflict.Kind.CLASH);
    store.remove(new MemberId("other", "h1"));
    assertThat(next(started).spec().id()).isEqualTo(H1);
  }

  @Test
  void failsToStartWithoutTheStoreAndMayBeTriedAgain() throws Exception {
    store.setAway(true);

    assertThatThrownBy(() -> deploy(new AgentConfig.WatchOwn(), true))
        .hasMessageContaining("catalog.uri")
        .hasMessageContaining("connection refused");
    store.setAway(false);
    deploy(new AgentConfig.WatchOwn(), true, spec("h1"));
    assertThat(next(started).spec().id()).isEqualTo(H1);
  }

  @Test
  void aSecondJoinIsANewIncarnation() throws Exception {
    deploy(new AgentConfig.WatchOwn(), true);
    Topics.Joined first = join("h1");
    Topics.Joined second = join("h1");

    assertThat(first.created()).isTrue();
    assertThat(second.created()).isFalse();
    assertThat(next(started).incarnation()).isEqualTo(first.view().member().incarnation());
    assertThat(next(started).incarnation()).isEqualTo(second.view().member().incarnation());
    assertThat(next(events).type()).isEqualTo(CatalogEvent.Type.JOINED);
    assertThat(next(events).type()).isEqualTo(CatalogEvent.Type.JOINED);
  }

  @Test
  void leavesWhatItServesOnly() throws Exception {
    deploy(new AgentConfig.WatchOwn(), true);
    join("h1");
    store.put(member("compute", "h2", "nova-compute"));

    await(Topics.LEAVE.request(vertx, H1, PATIENCE));
    assertThat(next(stopped)).isEqualTo(H1);
    assertThat(store.get(H1)).isNotNull();
    await(Topics.LEAVE.request(vertx, H1, PATIENCE));
    assertRefused(
            409, () -> await(Topics.LEAVE.request(vertx, new MemberId("compute", "h2"), PATIENCE)))
        .hasMessageContaining("agent-9");
    assertRefused(
        404, () -> await(Topics.LEAVE.request(vertx, new MemberId("compute", "nobody"), PATIENCE)));
  }

  @Test
  void deletesItsOwnAndOthers() throws Exception {
    deploy(new AgentConfig.WatchAll(), true);
    join("h1");
    store.put(member("compute", "h2", "nova-compute"));
    assertThat(next(events).member().id()).isEqualTo(H1);

    await(Topics.DELETE.request(vertx, H1, PATIENCE));
    await(Topics.DELETE.request(vertx, new MemberId("compute", "h2"), PATIENCE));

    assertThat(next(stopped)).isEqualTo(H1);
    CatalogEvent deleted = next(events);
    assertThat(deleted.type()).isEqualTo(CatalogEvent.Type.DELETED);
    assertThat(deleted.member().id()).isEqualTo(H1);
    assertThat(store.get(new MemberId("compute", "h2"))).isNull();
    assertRefused(404, () -> await(Topics.DELETE.request(vertx, H1, PATIENCE)));
    assertThat(conflicts).isEmpty();
  }

  @Test
  void updatesAndRefusesContradictions() throws Exception {
    deploy(new AgentConfig.WatchOwn(), true);
    join("h1");
    next(events);

    MemberView disabled = await(Topics.UPDATE.request(vertx, update("h1", true, "disk"), PATIENCE));
    assertThat(disabled.member().disabledReason()).isEqualTo("disk");
    CatalogEvent updated = next(events);
    assertThat(updated.type()).isEqualTo(CatalogEvent.Type.UPDATED);
    assertThat(updated.member().disabled()).isTrue();
    assertRefused(
            400, () -> await(Topics.UPDATE.request(vertx, update("h1", null, "why"), PATIENCE)))
        .hasMessageContaining("disabled: true");
    assertRefused(
            400, () -> await(Topics.UPDATE.request(vertx, update("h1", null, null), PATIENCE)))
        .hasMessageContaining("nothing to change");
    assertRefused(
        404, () -> await(Topics.UPDATE.request(vertx, update("nobody", true, null), PATIENCE)));
  }

  @Test
  void listsWithVerdictsFromTheEvaluator() throws Exception {
    deploy(new AgentConfig.WatchOwn(), true);
    join("h1");
    join("h2");
    Member h1 = store.get(H1);
    Verdict up = new Verdict(Status.UP, Reason.HEARTBEAT, Instant.EPOCH, null, false, null);
    Topics.STATUS_SNAPSHOT.serve(
        vertx,
        filter ->
            Future.succeededFuture(
                new Snapshot("epoch", 42, false, List.of(new MemberView(h1, up)))));

    Snapshot all = await(Topics.LIST.request(vertx, MemberFilter.ALL, PATIENCE));
    assertThat(all.epoch()).isEqualTo("epoch");
    assertThat(all.seq()).isEqualTo(42);
    assertThat(all.stale()).isFalse();
    assertThat(all.members().stream().map(view -> view.verdict().status()))
        .containsExactly(Status.UP, Status.UNKNOWN);
    MemberFilter onlyUp = new MemberFilter(null, Status.UP, null, null);
    assertThat(await(Topics.LIST.request(vertx, onlyUp, PATIENCE)).members()).hasSize(1);
  }

  @Test
  void listsWithoutAnEvaluator() throws Exception {
    deploy(new AgentConfig.WatchOwn(), true);
    join("h1");

    Snapshot all = await(Topics.LIST.request(vertx, MemberFilter.ALL, PATIENCE));

    assertThat(all.epoch()).isNull();
    assertThat(all.stale()).isTrue();
    assertThat(all.members().get(0).verdict()).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void answersFromMemoryWhileTheStoreIsAway() throws Exception {
    store.put(member("compute", "h2", "nova-compute"));
    deploy(new AgentConfig.WatchAll(), true);
    join("h1");
    store.setAway(true);

    Snapshot all = await(Topics.LIST.request(vertx, MemberFilter.ALL, PATIENCE));
    assertThat(all.stale()).isTrue();
    assertThat(all.members()).hasSize(2);
    MemberFilter nobody = new MemberFilter("nobody", null, null, null);
    assertThat(await(Topics.LIST.request(vertx, nobody, PATIENCE)).members()).isEmpty();
    assertThat(await(Topics.CATALOG_SNAPSHOT.request(vertx, null, PATIENCE)))
        .extracting(CatalogEvent::own)
        .containsExactlyInAnyOrder(true, false);
    assertRefused(503, () -> await(Topics.VERSIONS.request(vertx, MemberFilter.ALL, PATIENCE)));
    assertRefused(503, () -> await(Topics.DELETE.request(vertx, H1, PATIENCE)));
  }

  @Test
  void answersVersions() throws Exception {
    deploy(new AgentConfig.WatchOwn(), true);
    join("h1");

    assertThat(await(Topics.VERSIONS.request(vertx, MemberFilter.ALL, PATIENCE)))
        .containsExactly(new VersionRange("compute", "nova-compute", 1, 1));
  }

  @Test
  void publishesWhatItFollowsWhenItStartsAndWhatOthersChange() throws Exception {
    MemberId h2 = new MemberId("compute", "h2");
    store.put(member("compute", "h2", "nova-compute"));
    store.put(member("other", "h3", "nova-compute"));
    deploy(new AgentConfig.WatchGroups(Set.of("compute")), true);

    CatalogEvent known = next(events);
    assertThat(known.member().id()).isEqualTo(h2);
    assertThat(known.own()).isFalse();
    store.put(member("compute", "h4", "nova-compute"));
    store.notifyWatchers();
    assertThat(next(events).member().id()).isEqualTo(new MemberId("compute", "h4"));
    store.remove(h2);
    store.notifyWatchers();
    assertThat(next(events).type()).isEqualTo(CatalogEvent.Type.DELETED);
    assertThat(events).isEmpty();
  }

  @Test
  void pollsWhereTheStoreCannotTell() throws Exception {
    deploy(new AgentConfig.WatchAll(), false);

    store.put(member("compute", "h2", "nova-compute"));

    assertThat(next(events).member().id()).isEqualTo(new MemberId("compute", "h2"));
  }

  @Test
  void aMemberThatWasDeletedElsewhereIsNotBroughtBack() throws Exception {
    deploy(new AgentConfig.WatchOwn(), true);
    Incarnation incarnation = join("h1").view().member().incarnation();
    next(events);

    store.remove(H1);
    store.notifyWatchers();

    assertThat(next(events).type()).isEqualTo(CatalogEvent.Type.DELETED);
    assertThat(next(conflicts)).isEqualTo(new Conflict(H1, incarnation, Conflict.Kind.DELETED));
    store.notifyWatchers();
    await(Topics.LIST.request(vertx, MemberFilter.ALL, PATIENCE));
    assertThat(store.get(H1)).isNull();
    assertThat(conflicts).isEmpty();
  }

  @Test
  void aMemberThatAnotherAgentJoinedLaterIsGivenUp() throws Exception {
    deploy(new AgentConfig.WatchOwn(), true);
    Incarnation ours = join("h1").view().member().incarnation();
    next(events);

    Member theirs =
        await(new MemoryCatalog(vertx, store, true).join(spec("h1"), "agent-2", Set.of())).member();
    store.notifyWatchers();

    CatalogEvent joined = next(events);
    assertThat(joined.type()).isEqualTo(CatalogEvent.Type.JOINED);
    assertThat(joined.own()).isFalse();
    assertThat(joined.member().incarnation()).isEqualTo(theirs.incarnation());
    assertThat(next(conflicts)).isEqualTo(new Conflict(H1, ours, Conflict.Kind.SUPERSEDED));
  }

  @Test
  void joinsAgainWhereTheStoreLostTheJoin() throws Exception {
    deploy(new AgentConfig.WatchOwn(), true);
    join("h1");
    next(started);

    store.put(member("compute", "h1", "nova-compute", null, null));
    store.notifyWatchers();

    assertThat(next(started).spec().id()).isEqualTo(H1);
    assertThat(store.get(H1).agent()).isEqualTo("agent-1");
  }

  @Test
  void aSlowReadDoesNotUndoAWrite() throws Exception {
    deploy(new AgentConfig.WatchAll(), true);
    store.holdReads();
    store.notifyWatchers();
    while (store.heldReads() == 0) {
      // Each list is a round trip through the verticle's context, which starts the read.
      await(Topics.CATALOG_SNAPSHOT.request(vertx, null, PATIENCE));
    }

    join("h1");
    assertThat(next(events).type()).isEqualTo(CatalogEvent.Type.JOINED);
    store.releaseReads();
    store.put(member("compute", "h2", "nova-compute"));
    store.notifyWatchers();

    assertThat(next(events).member().id()).isEqualTo(new MemberId("compute", "h2"));
    assertThat(conflicts).isEmpty();
  }

  private void deploy(AgentConfig.Watch watch, boolean tells, ServiceSpec... services)
      throws Exception {
    MemoryCatalog catalog = new MemoryCatalog(vertx, store, tells);
    await(
        vertx.deployVerticle(
            new RegistrationVerticle(config(watch, services), "agent-1", catalog)));
  }

  private static AgentConfig config(AgentConfig.Watch watch, ServiceSpec... services) {
    BackendUri uri = BackendUri.parse("postgresql://127.0.0.1:1/none");
    return new AgentConfig(
        null,
        List.of(services),
        new AgentConfig.Catalog(uri, AgentConfig.CreateTables.ALL),
        new AgentConfig.Liveness(
            List.of(new AgentConfig.BuiltIn("postgresql", uri)),
            AgentConfig.VerdictRule.ALL,
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            Duration.ofMillis(50),
            Map.of(),
            null),
        watch,
        AgentConfig.Evaluate.ALWAYS,
        null,
        null);
  }

  private Topics.Joined join(String host) throws Exception {
    return await(Topics.JOIN.request(vertx, spec(host), PATIENCE));
  }

  private static ServiceSpec spec(String host) {
    return new ServiceSpec(
        new MemberId("compute", host), "nova-compute", 1, Map.of(), new Probe.None());
  }

  /** What another agent joined. */
  private static Member member(String group, String host, String binary) {
    return member(group, host, binary, new Incarnation(1, "other"), "agent-9");
  }

  private static Member member(
      String group, String host, String binary, Incarnation incarnation, String agent) {
    return new Member(
        new MemberId(group, host),
        binary,
        null,
        1,
        Map.of(),
        false,
        null,
        false,
        incarnation,
        agent,
        Set.of(),
        null);
  }

  private static MemberUpdate update(String host, Boolean disabled, String reason) {
    return new MemberUpdate(
        new MemberId("compute", host),
        Optional.ofNullable(disabled),
        Optional.ofNullable(reason),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T item = queue.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(item).as("nothing came in time").isNotNull();
    return item;
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static AbstractThrowableAssert<?, ?> assertRefused(int status, ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ServiceGroupException.class, refusal -> assertThat(refusal.status()).isEqualTo(status));
  }
}
