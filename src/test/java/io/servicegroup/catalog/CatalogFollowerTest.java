package io.servicegroup.catalog;

import static io.servicegroup.catalog.Services.assertRefused;
import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static io.servicegroup.testkit.Eventually.succeeds;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.MemberNews;
import io.servicegroup.bus.Topics;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.CatalogLoss;
import io.servicegroup.model.Concern;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.Status;
import io.servicegroup.model.Verdict;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.Members;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Tests what the registration finds by itself, and what it answers meanwhile. */
class CatalogFollowerTest extends RegistrationRig {

  @Test
  void listsWithVerdictsFromTheEvaluator() throws Exception {
    deploy(Watch.OWN, true);
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
  void asksNobodyForMoreThanTheOneMemberThatIsWanted() throws Exception {
    deploy(Watch.OWN, true);
    join("h1");
    join("h2");
    List<MemberFilter> asked = new CopyOnWriteArrayList<>();
    Topics.STATUS_SNAPSHOT.serve(
        vertx,
        filter -> {
          asked.add(filter);
          return Future.succeededFuture(new Snapshot("epoch", 42, false, List.of()));
        });

    Snapshot one = await(Topics.LIST.request(vertx, MemberFilter.of(H1), PATIENCE));

    assertThat(one.members()).singleElement().matches(view -> view.member().id().equals(H1));
    assertThat(asked).containsExactly(MemberFilter.of(H1));
  }

  @Test
  void listsWithoutAnEvaluator() throws Exception {
    deploy(Watch.OWN, true);
    join("h1");

    Snapshot all = await(Topics.LIST.request(vertx, MemberFilter.ALL, PATIENCE));

    assertThat(all.epoch()).isNull();
    assertThat(all.stale()).isTrue();
    assertThat(all.members().get(0).verdict()).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void answersFromMemoryWhileTheStoreIsAway() throws Exception {
    store.put(member("compute", "h2", "nova-compute"));
    deploy(Watch.ALL, true);
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
  void publishesWhatItFollowsWhenItStartsAndWhatOthersChange() throws Exception {
    MemberId h2 = new MemberId("compute", "h2");
    store.put(member("compute", "h2", "nova-compute"));
    store.put(member("other", "h3", "nova-compute"));
    deploy(Watch.groups(Set.of("compute")), true);

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
  void newsOfSomebodyElsesMemberIsNotRead() throws Exception {
    MemberId h2 = new MemberId("compute", "h2");
    deploy(Watch.OWN, true);
    join("h1");
    next(events);
    store.setTelling(Telling.OF_EVERYBODY);
    // Of this the agent learns with its next read.
    store.put(disabled(store.get(H1)));

    int before = store.reads();
    for (int i = 0; i < 5; i++) {
      store.notifyWatchers(MemberNews.of(Set.of(h2)));
      await(Topics.CATALOG_SNAPSHOT.request(vertx, null, PATIENCE));
    }
    assertThat(store.reads()).isEqualTo(before);
    store.notifyWatchers(MemberNews.of(Set.of(h2, H1)));
    assertThat(next(events).member().disabled()).isTrue();
  }

  @Test
  void newsOfAMemberOfAWatchedGroupIsRead() throws Exception {
    deploy(Watch.groups(Set.of("compute")), true);
    MemberId h2 = new MemberId("compute", "h2");
    store.put(member("compute", "h2", "nova-compute"));
    store.notifyWatchers(MemberNews.of(Set.of(h2)));

    assertThat(next(events).member().id()).isEqualTo(h2);
    store.remove(h2);
    store.notifyWatchers(MemberNews.of(Set.of(h2)));
    assertThat(next(events).type()).isEqualTo(CatalogEvent.Type.DELETED);
  }

  @Test
  void ofNewsThatNamesMembersOnlyTheseAreRead() throws Exception {
    store.setTelling(Telling.OF_EVERYBODY);
    deploy(Watch.ALL, true);
    int before = store.lists();
    for (String host : List.of("h2", "h3")) {
      MemberId id = new MemberId("compute", host);
      // Of this one the agent learns with its next read of all.
      store.put(member("compute", host + "-untold", "nova-compute"));
      store.put(member("compute", host, "nova-compute"));
      store.notifyWatchers(MemberNews.of(Set.of(id)));
      assertThat(next(events).member().id()).isEqualTo(id);
    }
    assertThat(store.lists()).isEqualTo(before);
    assertThat(events).isEmpty();
  }

  @Test
  void aMemberThatNewsNamesIsReadAgainAfterAWriteOfThisAgent() throws Exception {
    store.setTelling(Telling.OF_EVERYBODY);
    deploy(Watch.OWN, true);
    join("h1");
    next(events);
    int before = store.reads();
    store.holdReads();
    store.notifyWatchers(MemberNews.of(Set.of(H1)));
    await("a read is held", () -> store.heldReads() > 0);
    Incarnation joined = join("h1").view().member().incarnation();
    assertThat(next(events).member().incarnation()).isEqualTo(joined);

    store.releaseReads();
    await("the next read", () -> store.reads() >= before + 2);
    await(Topics.LIST.request(vertx, MemberFilter.ALL, PATIENCE));
    assertThat(events).isEmpty();
  }

  @Test
  void aMemberThatJoinsAfterASlowReadOfAllIsLearnedOfSoon() throws Exception {
    store.setTelling(Telling.OF_EVERYBODY);
    deploy(Watch.ALL, true);
    store.put(member("compute", "h1", "nova-compute"));
    store.holdReads();
    store.notifyWatchers();
    await("a read is held", () -> store.heldReads() > 0);
    await(vertx.timer(1, TimeUnit.SECONDS));
    store.releaseReads();
    assertThat(next(events).member().id()).isEqualTo(H1);

    long joined = System.nanoTime();
    MemberId id = new MemberId("compute", "h2");
    store.put(member("compute", "h2", "nova-compute"));
    store.notifyWatchers(MemberNews.of(Set.of(id)));
    assertThat(next(events).member().id()).isEqualTo(id);
    // A pause of four times the slow read would end three seconds after it.
    assertThat(Duration.ofNanos(System.nanoTime() - joined)).isLessThan(Duration.ofSeconds(2));
  }

  /** What nobody told of is found all the same, more seldom. */
  @Test
  void readsSeldomWhereAllWritersTell() throws Exception {
    reportInterval = Duration.ofMillis(200);
    store.setTelling(Telling.OF_EVERYBODY);
    deploy(Watch.ALL, true);
    store.put(member("compute", "h2", "nova-compute"));
    assertThat(next(events).member().id()).isEqualTo(new MemberId("compute", "h2"));
    store.put(member("compute", "h3", "nova-compute"));

    long started = System.nanoTime();
    assertThat(next(events).member().id()).isEqualTo(new MemberId("compute", "h3"));
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThan(Duration.ofSeconds(1));
  }

  @Test
  void readsAgainSoonAfterAReadThatFailed() throws Exception {
    reportInterval = Duration.ofMillis(200);
    store.setTelling(Telling.OF_EVERYBODY);
    deploy(Watch.ALL, true);
    store.setAway(true);
    store.notifyWatchers();
    succeeds(
        "an answer from memory",
        () -> await(Topics.LIST.request(vertx, MemberFilter.ALL, PATIENCE)).stale(),
        Boolean::booleanValue);
    store.put(member("compute", "h2", "nova-compute"));

    long started = System.nanoTime();
    store.setAway(false);
    assertThat(next(events).member().id()).isEqualTo(new MemberId("compute", "h2"));
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void readsAgainAfterABackendLostData() throws Exception {
    store.setTelling(Telling.OF_EVERYBODY);
    deploy(Watch.ALL, true);
    store.put(member("compute", "h2", "nova-compute"));

    Topics.BACKEND.publish(
        vertx, new BackendState("postgresql", BackendState.State.DATA_LOST, Instant.EPOCH, null));

    assertThat(next(events).member().id()).isEqualTo(new MemberId("compute", "h2"));
  }

  private static Member disabled(Member member) {
    return Members.like(member).disabled(true, "broken").build();
  }

  @Test
  void pollsWhereTheStoreCannotTell() throws Exception {
    deploy(Watch.ALL, false);

    store.put(member("compute", "h2", "nova-compute"));

    assertThat(next(events).member().id()).isEqualTo(new MemberId("compute", "h2"));
  }

  @Test
  void pollsWhereTheStoreTellsNoMore() throws Exception {
    deploy(Watch.ALL, true);
    store.setDeaf();

    long started = System.nanoTime();
    for (String host : List.of("h2", "h3", "h4")) {
      store.put(member("compute", host, "nova-compute"));
      assertThat(next(events).member().id()).isEqualTo(new MemberId("compute", host));
    }
    // Reads at three report_intervals would take six seconds.
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(3));
  }

  @Test
  void aMemberThatWasDeletedElsewhereIsNotBroughtBack() throws Exception {
    deploy(Watch.OWN, true);
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
    deploy(Watch.OWN, true);
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
    deploy(Watch.OWN, true);
    join("h1");
    next(started);

    store.put(member("compute", "h1", "nova-compute", null, null));
    store.notifyWatchers();

    assertThat(next(started).spec().id()).isEqualTo(H1);
    assertThat(store.get(H1).agent()).isEqualTo("agent-1");
  }

  @Test
  void whatTheStoreLostIsRestoredAsItWasAndIsNoEvent() throws Exception {
    BlockingQueue<CatalogLoss> losses = new LinkedBlockingQueue<>();
    Topics.CATALOG_LOSS.consume(vertx, losses::add);
    MemberId h2 = new MemberId("compute", "h2");
    Member theirs = member("compute", "h2", "nova-compute");
    store.put(theirs);
    deploy(Watch.ALL, true);
    next(events);
    join("h1");
    await(Topics.UPDATE.request(vertx, Services.disable("h1", "broken"), PATIENCE));
    Member ours = store.get(H1);
    next(events);
    next(events);
    next(started);

    store.lose(h2);
    store.lose(H1);
    store.notifyWatchers();
    assertThat(next(losses)).extracting(CatalogLoss::missing).isEqualTo(2);
    assertThat(store.restored()).as("by the first read").isNotEmpty();
    while (next(losses).missing() > 0) {
      store.notifyWatchers();
    }

    assertThat(store.restored()).first().as("its own agent's word comes first").isEqualTo(H1);
    assertThat(store.get(H1)).isEqualTo(ours);
    assertThat(store.get(h2)).isEqualTo(theirs);
    assertThat(events).isEmpty();
    assertThat(started).isEmpty();
    assertThat(conflicts).isEmpty();
  }

  @Test
  void thousandsThatAreMissingAreAskedAboutTogether() throws Exception {
    for (int i = 0; i < 3000; i++) {
      store.put(member("compute", "h" + i, "nova-compute"));
    }
    deploy(Watch.ALL, true);
    await("all are told", events::size, told -> told == 3000);
    events.clear();
    BlockingQueue<CatalogLoss> losses = new LinkedBlockingQueue<>();
    Topics.CATALOG_LOSS.consume(vertx, losses::add);

    for (int i = 0; i < 2000; i++) {
      store.lose(new MemberId("compute", "h" + i));
    }
    for (int i = 2000; i < 3000; i++) {
      store.remove(new MemberId("compute", "h" + i));
    }
    store.notifyWatchers();

    assertThat(next(losses)).extracting(CatalogLoss::missing).isEqualTo(2000);
    await("all are told", events::size, told -> told == 1000);
    assertThat(store.questions()).isLessThanOrEqualTo(3000 / 100);
  }

  @Test
  void anOrderBeyondAllClocksKeepsNobodyFromSpeaking() throws Exception {
    MemberId h2 = new MemberId("compute", "h2");
    store.put(member("compute", "h2", "nova-compute").withWordsOrder(Long.MAX_VALUE));
    deploy(Watch.ALL, true);
    next(events);

    await(new MemoryCatalog(vertx, store, true).update(Services.update("h2", null, null, true)));

    assertThat(next(events).member().forcedDown()).isTrue();
    store.notifyWatchers();
    await(Topics.LIST.request(vertx, MemberFilter.ALL, PATIENCE));
    assertThat(store.get(h2).forcedDown()).isTrue();
  }

  @Test
  void whatCannotBeReadIsNamedAndWasNotDeleted() throws Exception {
    BlockingQueue<Concern> concerns = new LinkedBlockingQueue<>();
    Topics.CONCERN.consume(vertx, concerns::add);
    deploy(Watch.ALL, false);
    join("h1");
    next(events);
    Member ours = store.get(H1);

    store.spoil(H1);

    Concern raised = next(concerns);
    assertThat(raised.about()).isEqualTo("catalog");
    assertThat(raised.text()).contains("compute/h1", "cannot be read", "left out");
    assertThat(next(concerns).text()).as("it was written anew").isNull();
    assertThat(store.get(H1)).isEqualTo(ours);
    assertThat(conflicts).isEmpty();
    assertThat(events).isEmpty();
  }

  @Test
  void whatLeftIsRestoredToo() throws Exception {
    deploy(Watch.OWN, false);
    join("h1");
    await(Topics.LEAVE.request(vertx, H1, PATIENCE));
    Member ours = store.get(H1);
    BlockingQueue<CatalogLoss> losses = new LinkedBlockingQueue<>();
    Topics.CATALOG_LOSS.consume(vertx, losses::add);

    store.lose(H1);

    assertThat(next(losses)).extracting(CatalogLoss::missing).isEqualTo(1);
    assertThat(next(losses)).extracting(CatalogLoss::missing).isEqualTo(0);
    assertThat(store.get(H1)).isEqualTo(ours);
  }

  @Test
  void olderWordsOfABackupAreNotBelievedAndPutBack() throws Exception {
    deploy(Watch.OWN, false);
    join("h1");
    Member before = store.get(H1);
    next(events);
    await(Topics.UPDATE.request(vertx, Services.update("h1", true, "broken", true), PATIENCE));
    next(events);
    Member said = store.get(H1);

    store.put(before);

    await("its words", () -> store.get(H1), said::equals);
    assertThat(events).isEmpty();
  }

  @Test
  void wordsThatWereSaidToAnUnfollowedMemberArePutBack() throws Exception {
    deploy(Watch.OWN, false);
    Member before = member("compute", "h2", "nova-compute");
    store.put(before);
    await(Topics.UPDATE.request(vertx, Services.update("h2", null, null, true), PATIENCE));
    Member said = store.get(before.id());
    assertThat(said.forcedDown()).isTrue();

    store.put(before);
    await("its words", () -> store.get(before.id()), said::equals);
    store.lose(before.id());
    await("its words", () -> store.get(before.id()), said::equals);

    await(Topics.DELETE.request(vertx, before.id(), PATIENCE));
    store.put(said);
    store.lose(before.id());
    store.put(said);
    await("no member", () -> store.get(before.id()), Objects::isNull);
    assertThat(events).isEmpty();
  }

  @Test
  void wordsOfSomebodyWhoGivesNoOrderAreNewOnes() throws Exception {
    deploy(Watch.OWN, false);
    join("h1");
    next(events);
    await(Topics.UPDATE.request(vertx, Services.disable("h1", "broken"), PATIENCE));
    next(events);
    Member said = store.get(H1);

    Member nova =
        MemberUpdates.apply(said, Services.update("h1", false, null, true), said.wordsOrder());
    store.put(nova);

    assertThat(next(events).member()).matches(nova::sameAs);
    await("its order", () -> store.get(H1).wordsOrder() > said.wordsOrder());
    assertThat(store.get(H1)).matches(nova::sameAs);
    store.put(said);
    await("the newer words", () -> store.get(H1), nova::sameAs);
    assertThat(events).isEmpty();
  }

  @Test
  void aSlowReadDoesNotUndoAWrite() throws Exception {
    deploy(Watch.ALL, true);
    store.holdReads();
    store.notifyWatchers();
    await("a read is held", () -> store.heldReads() > 0);

    join("h1");
    assertThat(next(events).type()).isEqualTo(CatalogEvent.Type.JOINED);
    store.releaseReads();
    store.put(member("compute", "h2", "nova-compute"));
    store.notifyWatchers();

    assertThat(next(events).member().id()).isEqualTo(new MemberId("compute", "h2"));
    assertThat(conflicts).isEmpty();
  }
}
