package io.servicegroup.catalog;

import static io.servicegroup.catalog.Services.assertRefused;
import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.FaultException;
import io.servicegroup.bus.LocalMember;
import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.bus.Topics;
import io.servicegroup.bus.UnservedMember;
import io.servicegroup.model.Fault;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Probe;
import io.servicegroup.model.ProcessIdentity;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.Members;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests which members an agent joins again that had joined through it before a restart. */
class RestartRejoinsTest extends RegistrationRig {

  private static final String ID = "host-1:8080";
  private static final long PROCESS = ProcessHandle.current().pid();
  private static final Probe.Timing TIMING =
      new Probe.Timing(Duration.ofMillis(100), Duration.ofMillis(100), 1, 1);
  private static final Watch OWN = Watch.OWN;

  private final BlockingQueue<List<UnservedMember>> told = new LinkedBlockingQueue<>();

  @BeforeEach
  void nameTheAgent() {
    agentId = Optional.of(ID);
    processes.put(PROCESS, new ProcessIdentity("boot-1/pid:[1]", 50));
    Topics.UNSERVED.consume(vertx, told::add);
  }

  @Test
  void whatJoinedIsServedAgainInANewIncarnation() throws Exception {
    String first = deploy("life-1", OWN, true);
    ServiceSpec self = with(new Probe.Self(), "h1");
    Incarnation before = joinWith(self).incarnation();
    await(vertx.undeploy(first));
    started.clear();
    Member patched = store.get(H1);
    store.put(said(patched, 8, Map.of("zone", "az2")));

    deploy("life-2", OWN, true);

    LocalMember again = next(started);
    assertThat(again.spec().probe()).isEqualTo(self.probe());
    assertThat(again.incarnation().isNewerThan(before)).isTrue();
    assertThat(again.incarnation().origin()).as("nobody asked").isEqualTo(before.generation());
    assertThat(store.get(H1).agent()).isEqualTo("life-2");
    assertThat(store.get(H1).version()).as("as it was changed meanwhile").isEqualTo(8);
    assertThat(store.get(H1).metadata()).isEqualTo(Map.of("zone", "az2"));
    awaitTold();
  }

  @Test
  void anAgentThatIsKilledOverAndOverFindsItsMembersEachTime() throws Exception {
    String deployed = deploy("life-1", OWN, true);
    joinWith(with(new Probe.Self(), "h1"));
    for (int life = 2; life < 15; life++) {
      await(vertx.undeploy(deployed));
      started.clear();
      deployed = deploy("life-" + life, OWN, true);
      assertThat(next(started).spec().id()).isEqualTo(H1);
    }
    assertThat(store.kept(ID).get(H1).getJsonArray("agents")).hasSize(8);
  }

  @Test
  void whatLeftWasDeletedOrMovedMeanwhileStaysSo() throws Exception {
    String first = deploy("life-1", OWN, true);
    for (String host : List.of("h1", "left", "deleted", "removed", "moved")) {
      joinWith(with(new Probe.Self(), host));
    }
    await(Topics.LEAVE.request(vertx, id("left"), PATIENCE));
    await(Topics.DELETE.request(vertx, id("deleted"), PATIENCE));
    assertThat(store.kept(ID)).containsOnlyKeys(H1, id("removed"), id("moved"));
    await(vertx.undeploy(first));
    started.clear();
    store.remove(id("removed"));
    store.put(member("compute", "moved", "moved", new Incarnation(99, "other"), "agent-9"));

    deploy("life-2", OWN, true);

    assertThat(next(started).spec().id()).isEqualTo(H1);
    awaitTold();
    assertThat(started).isEmpty();
    assertThat(store.get(id("moved")).agent()).isEqualTo("agent-9");
    assertThat(store.kept(ID)).containsOnlyKeys(H1);
  }

  @Test
  void whatTheConfigurationNamesByNowIsJoinedAsItSays() throws Exception {
    String first = deploy("life-1", OWN, true);
    joinWith(with(new Probe.Self(), "h1"));
    await(vertx.undeploy(first));
    started.clear();

    deploy("life-2", OWN, true, spec("h1"));

    assertThat(next(started).spec().probe()).isEqualTo(new Probe.None());
    assertThat(started).isEmpty();
  }

  @Test
  void noSecretIsKeptAndWhatNeedsOneSaysSo() throws Exception {
    String first = deploy("life-1", OWN, true);
    Probe.Http http =
        new Probe.Http(
            URI.create("https://127.0.0.1/x"),
            0,
            "GET",
            Map.of("Authorization", "Bearer s3cr3t"),
            Probe.Tls.DEFAULT,
            Probe.DEFAULT_TIMING);
    joinWith(with(http, "h1"));
    assertThat(store.kept(ID).get(H1).encode()).doesNotContain("s3cr3t");
    await(vertx.undeploy(first));
    started.clear();

    deploy("life-2", OWN, true);

    UnservedMember unserved = awaitUnserved(UnservedMember.State.REFUSED);
    assertThat(unserved.reason()).contains("Authorization").doesNotContain("s3cr3t");
    assertThat(started).isEmpty();
    joinWith(with(http, "h1"));
    awaitTold();
    assertThat(next(started).spec().probe()).isEqualTo(http);
  }

  @Test
  void aProcessIsTheOneThatItWasAtTheJoin() throws Exception {
    String first = deploy("life-1", OWN, true);
    ProcessIdentity process = new ProcessIdentity("boot-1/pid:[1]", 77);
    processes.put(5L, process);
    Probe.Pid probe = new Probe.Pid(5L, null, TIMING);
    joinWith(with(probe, "h1"));
    joinWith(with(new Probe.Pid(6L, null, TIMING), "absent"));
    await(vertx.undeploy(first));
    started.clear();
    processes.put(5L, new ProcessIdentity("boot-1/pid:[1]", 99));

    deploy("life-2", OWN, true);

    assertThat(next(started).spec().probe()).isEqualTo(new Probe.Pid(5L, null, TIMING, process));
    assertThat(awaitUnserved(UnservedMember.State.REFUSED).reason()).contains("process 6");
  }

  @Test
  void whileAnotherLifeGoesOnNothingIsTakenUp() throws Exception {
    String first = deploy("life-1", OWN, true);
    joinWith(with(new Probe.Self(), "h1"));
    JsonObject kept = store.kept(ID).get(H1);
    await(vertx.undeploy(first));
    started.clear();
    // The same record, as if another process of this machine, which still runs, had written it.
    long other = PROCESS + 1;
    ProcessIdentity alive = new ProcessIdentity("boot-1/pid:[1]", 60);
    processes.put(other, alive);
    store.keep(ID, H1, kept.copy().put("pid", other).put("process", alive.toString()));

    deploy("life-2", OWN, true);

    assertThat(awaitUnserved(UnservedMember.State.SERVED_ELSEWHERE).reason()).contains(ID);
    assertRefused(409, () -> await(Topics.LEAVE.request(vertx, H1, PATIENCE)));
    assertThat(started).isEmpty();
    assertThat(store.get(H1).agent()).isEqualTo("life-1");

    processes.remove(other);
    assertThat(next(started).spec().id()).isEqualTo(H1);
    awaitTold();
  }

  @Test
  void aJoinThatFailsTakesNothingFromOneThatFollowsIt() throws Exception {
    String first = deploy("life-1", OWN, true);
    store.put(member("other", "h1", "taken"));
    ServiceSpec clashes = new ServiceSpec(H1, "taken", 1, Map.of(), new Probe.None());
    store.holdWrites();
    Future<?> refused = Topics.JOIN.request(vertx, clashes, PATIENCE);
    next(store.keeps());
    Future<?> joined = Topics.JOIN.request(vertx, with(new Probe.Self(), "h1"), PATIENCE);
    next(store.keeps());
    store.releaseWrites();
    assertRefused(409, () -> await(refused));
    await(joined);

    assertTakenUpAgain(first, new Probe.Self());
  }

  @Test
  void whereNoneOfTwoJoinsSucceedsNothingIsKept() throws Exception {
    deploy("life-1", OWN, true);
    store.put(member("other", "h1", "taken"));
    ServiceSpec clashes = new ServiceSpec(H1, "taken", 1, Map.of(), new Probe.None());
    store.holdWrites();
    Future<?> first = Topics.JOIN.request(vertx, clashes, PATIENCE);
    next(store.keeps());
    Future<?> second = Topics.JOIN.request(vertx, clashes, PATIENCE);
    next(store.keeps());
    store.releaseWrites();
    assertRefused(409, () -> await(first));
    assertRefused(409, () -> await(second));
    joinWith(with(new Probe.Self(), "h2"));

    assertThat(store.kept(ID)).containsOnlyKeys(id("h2"));
  }

  @Test
  void whereTheFirstOfTwoJoinsSucceedsThatOneIsKept() throws Exception {
    String first = deploy("life-1", OWN, true);
    store.put(member("other", "h1", "taken"));
    ServiceSpec clashes = new ServiceSpec(H1, "taken", 1, Map.of(), new Probe.None());
    store.holdWrites();
    Future<?> joined = Topics.JOIN.request(vertx, with(new Probe.Self(), "h1"), PATIENCE);
    next(store.keeps());
    Future<?> refused = Topics.JOIN.request(vertx, clashes, PATIENCE);
    next(store.keeps());
    store.releaseWrites();
    await(joined);
    assertRefused(409, () -> await(refused));

    assertTakenUpAgain(first, new Probe.Self());
  }

  @Test
  void whoWasJoinedByAnotherAgentWhileItsTurnFailedIsNotTakenOver() throws Exception {
    String first = deploy("life-1", OWN, true);
    joinWith(with(new Probe.Self(), "h1"));
    await(vertx.undeploy(first));
    started.clear();
    store.refuse(H1, new ServiceGroupException(Refusal.CONFLICT, "not now"));
    deploy("life-2", OWN, true);
    assertThat(awaitUnserved(UnservedMember.State.REFUSED).reason()).contains("not now");

    // The agent's reads are delayed from now on.
    store.holdReads();
    store.put(member("compute", "h1", "nova-compute", new Incarnation(99, "other"), "agent-9"));
    store.refuse(H1, null);
    store.notifyWatchers();
    // A read of the catalogue consists of two requests, and a third one is about the members to
    // join again.
    await(
        "three requests, or that it was joined again",
        () -> store.heldReads() >= 3 || !store.get(H1).agent().equals("agent-9"));
    store.releaseReads();
    awaitTold();

    assertThat(store.get(H1).agent()).isEqualTo("agent-9");
    assertThat(started).isEmpty();
  }

  @Test
  void whatTheStoreRefusedForGoodIsTakenUpOnceAStoreIsBackThatMayBeAnother() throws Exception {
    String first = deploy("life-1", OWN, true);
    joinWith(with(new Probe.Self(), "h1"));
    await(vertx.undeploy(first));
    started.clear();
    Fault fault = new Fault("metadata", "9 bytes", "allowed are 8");
    store.refuse(H1, new FaultException(Refusal.CONFLICT, fault, "it is too large"));
    deploy("life-2", OWN, true);
    assertThat(awaitUnserved(UnservedMember.State.REFUSED).reason()).contains("too large");

    store.refuse(H1, null);
    store.setAway(true);
    assertRefused(503, () -> joinWith(with(new Probe.Self(), "h2")));
    store.holdReads();
    store.setAway(false);
    store.notifyWatchers();
    await("a read is held", () -> store.heldReads() > 0);
    store.releaseReads();
    assertThat(next(started).spec().id()).isEqualTo(H1);
  }

  @Test
  void aLeaveThatCannotBeKeptIsNotPromised() throws Exception {
    String first = deploy("life-1", OWN, true);
    joinWith(with(new Probe.Self(), "h1"));
    store.setAway(true);

    assertRefused(503, () -> await(Topics.LEAVE.request(vertx, H1, PATIENCE)))
        .hasMessageContaining("compute/h1 has left");
    assertThat(next(stopped)).as("it left all the same").isEqualTo(H1);
    assertRefused(503, () -> await(Topics.LEAVE.request(vertx, H1, PATIENCE)));

    store.setAway(false);
    await(Topics.LEAVE.request(vertx, H1, PATIENCE));
    assertThat(store.kept(ID)).isEmpty();
    await(vertx.undeploy(first));
  }

  @Test
  void whoIsJoinedAgainSinceNobodyTookUpBeatingForItIsKept() throws Exception {
    String first = deploy("life-1", OWN, true);
    refusals.add(
        new ServiceGroupException(Refusal.CONFLICT, "it was joined again in the meantime"));
    assertRefused(409, () -> joinWith(with(new Probe.Self(), "h1")));
    store.notifyWatchers();
    assertThat(next(started).spec().id()).isEqualTo(H1);
    assertThat(store.kept(ID)).containsOnlyKeys(H1);

    assertTakenUpAgain(first, new Probe.Self());
  }

  @Test
  void aJoinThatWaitedForADeletionIsKept() throws Exception {
    String first = deploy("life-1", OWN, true);
    joinWith(with(new Probe.None(), "h1"));
    next(store.keeps());
    store.holdWrites();
    Future<?> deleted = Topics.DELETE.request(vertx, H1, PATIENCE);
    Future<?> joined = Topics.JOIN.request(vertx, with(new Probe.Self(), "h1"), PATIENCE);
    next(store.keeps());
    store.releaseWrites();
    await(deleted);
    await(joined);

    assertTakenUpAgain(first, new Probe.Self());
  }

  @Test
  void whoIsDeletedBeforeItsTurnIsNotTakenUp() throws Exception {
    String first = deploy("life-1", OWN, true);
    joinWith(with(new Probe.Self(), "h1"));
    JsonObject kept = store.kept(ID).get(H1);
    await(vertx.undeploy(first));
    started.clear();
    long other = PROCESS + 1;
    ProcessIdentity alive = new ProcessIdentity("boot-1/pid:[1]", 60);
    processes.put(other, alive);
    store.keep(ID, H1, kept.copy().put("pid", other).put("process", alive.toString()));
    deploy("life-2", OWN, true);
    awaitUnserved(UnservedMember.State.SERVED_ELSEWHERE);
    store.holdWrites();
    Future<?> deleted = Topics.DELETE.request(vertx, H1, PATIENCE);
    store.keeps().clear();
    processes.remove(other);
    next(store.keeps());
    awaitUnserved(UnservedMember.State.WAITING);

    store.releaseWrites();

    await(deleted);
    awaitTold();
    joinWith(with(new Probe.Self(), "h2"));
    assertThat(next(started).spec().id().host()).as("who came after it").isEqualTo("h2");
    assertThat(store.get(H1)).isNull();
  }

  @Test
  void aJoinThatFailsBeginsNothingWhileAnotherLifeGoesOn() throws Exception {
    String first = deploy("life-1", OWN, true);
    joinWith(with(new Probe.Self(), "h1"));
    JsonObject kept = store.kept(ID).get(H1);
    await(vertx.undeploy(first));
    started.clear();
    long other = PROCESS + 1;
    ProcessIdentity alive = new ProcessIdentity("boot-1/pid:[1]", 60);
    processes.put(other, alive);
    store.keep(ID, H1, kept.copy().put("pid", other).put("process", alive.toString()));
    store.put(member("other", "h1", "taken"));
    deploy("life-2", OWN, true);
    awaitUnserved(UnservedMember.State.SERVED_ELSEWHERE);

    ServiceSpec clashes = new ServiceSpec(H1, "taken", 1, Map.of(), new Probe.None());
    assertRefused(409, () -> joinWith(clashes));

    joinWith(with(new Probe.Self(), "h2"));
    assertThat(next(started).spec().id().host()).as("who came after it").isEqualTo("h2");
    assertThat(store.get(H1).agent()).isEqualTo("life-1");
  }

  @Test
  void aNameThatTheBackendOfNowCannotKeepIsNotTakenUp() throws Exception {
    String first = deploy("life-1", OWN, true);
    joinWith(with(new Probe.Self(), "a/b"));
    joinWith(with(new Probe.Self(), "h1"));
    await(vertx.undeploy(first));
    started.clear();
    backend = "zookeeper://127.0.0.1:1";

    deploy("life-2", OWN, true);

    assertThat(next(started).spec().id()).isEqualTo(H1);
    UnservedMember unserved = awaitUnserved(UnservedMember.State.REFUSED);
    assertThat(unserved.id()).isEqualTo(id("a/b"));
    assertThat(unserved.reason()).startsWith("host: ");
    assertThat(started).isEmpty();
  }

  @Test
  void whatIsKeptAndCannotBeReadStopsNobodyElse() throws Exception {
    String first = deploy("life-1", OWN, true);
    joinWith(with(new Probe.Self(), "h1"));
    joinWith(with(new Probe.Self(), "h2"));
    JsonObject probe = new JsonObject().put("type", "pid").put("pid", 5).put("process", 7);
    store.keep(ID, id("h2"), store.kept(ID).get(id("h2")).copy().put("probe", probe));
    await(vertx.undeploy(first));
    started.clear();

    deploy("life-2", OWN, true);

    assertThat(next(started).spec().id()).isEqualTo(H1);
    assertThat(awaitUnserved(UnservedMember.State.REFUSED).id()).isEqualTo(id("h2"));
  }

  @Test
  void whatTheConfigurationCameToNameIsNotTakenUpWhenItNamesItNoMore() throws Exception {
    String first = deploy("life-1", OWN, true);
    joinWith(with(new Probe.Self(), "h1"));
    next(store.keeps());
    next(started);
    Topics.SERVICES.publish(vertx, List.of(with(new Probe.None(), "h1")));
    assertThat(next(started).spec().probe()).isEqualTo(new Probe.None());
    await(vertx.undeploy(first));

    deploy("life-2", OWN, true);

    joinWith(with(new Probe.Self(), "h2"));
    assertThat(next(started).spec().id().host()).as("who came after it").isEqualTo("h2");
    assertThat(store.kept(ID)).containsOnlyKeys(id("h2"));
  }

  private void assertTakenUpAgain(String first, Probe probe) throws Exception {
    await(vertx.undeploy(first));
    started.clear();
    deploy("life-2", OWN, true);
    assertThat(next(started).spec().probe()).isEqualTo(probe);
    awaitTold();
    assertThat(started).isEmpty();
  }

  @Test
  void whatIsKeptComesBackWithAMemberThatTheStoreLost() throws Exception {
    deploy("life-1", OWN, true);
    joinWith(with(new Probe.Self(), "h1"));
    next(store.keeps());
    store.forgetKept();
    store.lose(H1);
    store.notifyWatchers();

    assertThat(next(store.keeps())).contains(H1);
    assertThat(store.kept(ID)).containsOnlyKeys(H1);
  }

  @Test
  void withoutAnIdThatLastsNothingIsKept() throws Exception {
    agentId = Optional.empty();
    String first = deploy("life-1", OWN, true);
    joinWith(with(new Probe.Self(), "h1"));
    await(vertx.undeploy(first));
    started.clear();
    deploy("life-2", OWN, true);

    assertThat(store.kept(ID)).isEmpty();
    assertThat(started).isEmpty();
  }

  @Test
  void thousandsAreTakenUp() throws Exception {
    String first = deploy("life-1", OWN, true);
    List<MemberId> all = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      all.add(joinWith(with(new Probe.Self(), "n" + i)).id());
    }
    await(vertx.undeploy(first));
    started.clear();

    deploy("life-2", OWN, true);

    List<MemberId> again = new ArrayList<>();
    while (again.size() < all.size()) {
      again.add(next(started).spec().id());
    }
    assertThat(again).containsExactlyInAnyOrderElementsOf(all);
    awaitTold();
  }

  private Member joinWith(ServiceSpec spec) throws Exception {
    return await(Topics.JOIN.request(vertx, spec, PATIENCE)).view().member();
  }

  private static ServiceSpec with(Probe probe, String host) {
    return new ServiceSpec(id(host), host, 1, Map.of(), probe);
  }

  private static MemberId id(String host) {
    return new MemberId("compute", host);
  }

  private static Member said(Member member, int version, Map<String, Object> metadata) {
    return Members.like(member)
        .version(version)
        .metadata(metadata)
        .disabled(false, null)
        .forcedDown(false)
        .backends(Set.of())
        .lastSeenUp(null)
        .wordsOrder(0)
        .build();
  }

  /** Waits until no member is left to join again. */
  private void awaitTold() throws Exception {
    next(told, last -> last.isEmpty() && told.isEmpty());
  }

  private UnservedMember awaitUnserved(UnservedMember.State state) throws Exception {
    while (true) {
      for (UnservedMember each : next(told)) {
        if (each.state() == state) {
          return each;
        }
      }
    }
  }
}
