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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests which members an agent joins again that had joined through it before a restart. */
class RestartRejoinsTest extends RestartRejoinsRig {

  @Test
  void whatJoinedIsServedAgainInANewIncarnation() throws Exception {
    String first = deploy("life-1", OWN, true);
    ServiceSpec self = self("h1");
    Incarnation before = joinWith(self).incarnation();
    end(first);
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
    joinWith(self("h1"));
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
      joinWith(self(host));
    }
    await(Topics.LEAVE.request(vertx, id("left"), PATIENCE));
    await(Topics.DELETE.request(vertx, id("deleted"), PATIENCE));
    assertThat(store.kept(ID)).containsOnlyKeys(H1, id("removed"), id("moved"));
    end(first);
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
    livedBefore(self("h1"));

    deploy("life-2", OWN, true, spec("h1"));

    assertThat(next(started).spec().probe()).isEqualTo(new Probe.None());
    assertThat(started).isEmpty();
  }

  @Test
  void aProcessIsTheOneThatItWasAtTheJoin() throws Exception {
    String first = deploy("life-1", OWN, true);
    ProcessIdentity process = new ProcessIdentity("boot-1/pid:[1]", 77);
    processes.put(5L, process);
    Probe.Pid probe = new Probe.Pid(5L, null, TIMING);
    joinWith(with(probe, "h1"));
    joinWith(with(new Probe.Pid(6L, null, TIMING), "absent"));
    end(first);
    processes.put(5L, new ProcessIdentity("boot-1/pid:[1]", 99));

    deploy("life-2", OWN, true);

    assertThat(next(started).spec().probe()).isEqualTo(new Probe.Pid(5L, null, TIMING, process));
    assertThat(awaitUnserved(UnservedMember.State.REFUSED).reason()).contains("process 6");
  }

  @Test
  void whileAnotherLifeGoesOnNothingIsTakenUp() throws Exception {
    livedBefore(self("h1"));
    livesOn();

    deploy("life-2", OWN, true);

    assertThat(awaitUnserved(UnservedMember.State.SERVED_ELSEWHERE).reason()).contains(ID);
    assertRefused(409, () -> await(Topics.LEAVE.request(vertx, H1, PATIENCE)));
    assertThat(started).isEmpty();
    assertThat(store.get(H1).agent()).isEqualTo("life-1");

    processes.remove(OTHER);
    assertThat(next(started).spec().id()).isEqualTo(H1);
    awaitTold();
  }

  @Test
  void whoWasJoinedByAnotherAgentWhileItsTurnFailedIsNotTakenOver() throws Exception {
    livedBefore(self("h1"));
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
    livedBefore(self("h1"));
    Fault fault = new Fault("metadata", "9 bytes", "allowed are 8");
    store.refuse(H1, new FaultException(Refusal.CONFLICT, fault, "it is too large"));
    deploy("life-2", OWN, true);
    assertThat(awaitUnserved(UnservedMember.State.REFUSED).reason()).contains("too large");

    store.refuse(H1, null);
    store.setAway(true);
    assertRefused(503, () -> joinWith(self("h2")));
    store.holdReads();
    store.setAway(false);
    store.notifyWatchers();
    await("a read is held", () -> store.heldReads() > 0);
    store.releaseReads();
    assertThat(next(started).spec().id()).isEqualTo(H1);
  }

  @Test
  void aNameThatTheBackendOfNowCannotKeepIsNotTakenUp() throws Exception {
    livedBefore(with(new Probe.Self(), "a/b"), self("h1"));
    backend = "zookeeper://127.0.0.1:1";

    deploy("life-2", OWN, true);

    assertThat(next(started).spec().id()).isEqualTo(H1);
    UnservedMember unserved = awaitUnserved(UnservedMember.State.REFUSED);
    assertThat(unserved.id()).isEqualTo(id("a/b"));
    assertThat(unserved.reason()).startsWith("host: ");
    assertThat(started).isEmpty();
  }

  @Test
  void thousandsAreTakenUp() throws Exception {
    String first = deploy("life-1", OWN, true);
    List<MemberId> all = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      all.add(joinWith(with(new Probe.Self(), "n" + i)).id());
    }
    end(first);

    deploy("life-2", OWN, true);

    List<MemberId> again = new ArrayList<>();
    while (again.size() < all.size()) {
      again.add(next(started).spec().id());
    }
    assertThat(again).containsExactlyInAnyOrderElementsOf(all);
    awaitTold();
  }
}
