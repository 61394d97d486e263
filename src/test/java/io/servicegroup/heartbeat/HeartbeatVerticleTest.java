package io.servicegroup.heartbeat;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.servicegroup.bus.UnservedMember;
import io.servicegroup.catalog.Services;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Probe;
import io.vertx.core.net.NetServer;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeartbeatVerticleTest {

  private static final Duration NEVER = Duration.ofHours(1);
  private static final Duration OFTEN = Duration.ofMillis(100);
  private static final Incarnation FIRST = Incarnation.parse("1-a");
  private static final Incarnation SECOND = Incarnation.parse("2-b");
  private static final MemberId A = new MemberId("compute", "a");
  private static final Probe NONE = new Probe.None();
  private static final Probe SELF = new Probe.Self();

  private final HeartbeatRig rig = new HeartbeatRig();

  @AfterEach
  void close() throws Exception {
    rig.close();
  }

  private static void assertRefused(ThrowingCallable request, int status, String sentence) {
    Services.assertRefused(status, request).hasMessageContaining(sentence);
  }

  private static boolean is(List<Heartbeat> members, MemberId id, State state) {
    return members.stream().anyMatch(m -> m.id().equals(id) && m.state() == state);
  }

  @Test
  void withoutMembersItSaysAnEmptyListAtOnceAndAgain() throws Exception {
    rig.deploy(OFTEN, true);
    for (int i = 0; i < 3; i++) {
      assertThat(rig.next()).isEmpty();
    }
  }

  @Test
  void aMemberWithoutProbeAppearsAtOnceAndItsCountGrows() throws Exception {
    rig.deploy(OFTEN, true);
    rig.start(A, FIRST, NONE);
    List<Heartbeat> members = rig.await(m -> !m.isEmpty());
    assertThat(members).containsExactly(new Heartbeat(A, FIRST, 1, State.ALIVE, null));
    for (long count = 2; count < 5; count++) {
      assertThat(rig.next()).containsExactly(new Heartbeat(A, FIRST, count, State.ALIVE, null));
    }
  }

  @Test
  void aStartIsToldAtOnceNotWithTheNextInterval() throws Exception {
    rig.deploy(NEVER, true);
    assertThat(rig.next()).isEmpty();
    rig.start(A, FIRST, NONE);
    assertThat(rig.next()).hasSize(1);
  }

  @Test
  void aLeaveIsToldBeforeItIsAnswered() throws Exception {
    rig.deploy(NEVER, true);
    rig.start(A, FIRST, NONE);
    rig.await(m -> m.size() == 1);
    rig.stop(A);
    assertThat(rig.next()).isEmpty();
    assertRefused(() -> rig.stop(A), 404, "this agent does not beat for compute/a");
  }

  @Test
  void aFailureAndARecoveryAreToldAtOnceWithTheReason() throws Exception {
    rig.deploy(NEVER, true);
    NetServer service = rig.serve(0);
    int port = service.actualPort();
    rig.start(A, FIRST, HeartbeatRig.tcp(port, true, 100, 1));
    assertThat(rig.await(m -> !m.isEmpty()).get(0).state()).isEqualTo(State.ALIVE);
    await(service.close());
    Heartbeat failed = rig.await(m -> is(m, A, State.FAILED)).get(0);
    assertThat(failed).isEqualTo(new Heartbeat(A, FIRST, 1, State.FAILED, "connection refused"));
    rig.serve(port);
    Heartbeat back = rig.await(m -> is(m, A, State.ALIVE)).get(0);
    assertThat(back).isEqualTo(new Heartbeat(A, FIRST, 2, State.ALIVE, null));
  }

  @Test
  void aMemberThatFailsFromTheStartIsReportedByItsFirstResult() throws Exception {
    rig.deploy(NEVER, true);
    try (Socket refusing = HeartbeatRig.refusing()) {
      rig.start(A, FIRST, HeartbeatRig.tcp(refusing.getLocalPort(), false, 60_000, 5));
      assertThat(rig.await(m -> !m.isEmpty()))
          .containsExactly(new Heartbeat(A, FIRST, 0, State.FAILED, "connection refused"));
    }
  }

  @Test
  void aServiceThatBeatsByItselfAppearsWithItsFirstBeatAndFailsInSilence() throws Exception {
    rig.deploy(NEVER, Duration.ofMillis(500), true);
    assertThat(rig.next()).isEmpty();
    rig.start(A, FIRST, SELF);
    rig.touch(A);
    assertThat(rig.next()).containsExactly(new Heartbeat(A, FIRST, 1, State.ALIVE, null));
    Heartbeat failed = rig.await(m -> is(m, A, State.FAILED)).get(0);
    assertThat(failed.reason()).isEqualTo("no heartbeat within 500 ms");
    rig.touch(A);
    rig.await(m -> is(m, A, State.ALIVE));
  }

  @Test
  void aGroupsOwnDownTimeHolds() throws Exception {
    rig.deploy(NEVER, NEVER, Map.of("compute", Duration.ofMillis(300)), true);
    rig.start(A, FIRST, SELF);
    assertThat(rig.await(m -> is(m, A, State.FAILED)).get(0).reason())
        .isEqualTo("no heartbeat within 300 ms");
  }

  @Test
  void aServiceThatIsNotServedAgainIsToldWhatToDo() throws Exception {
    rig.agentId = Optional.of("host-1:8080");
    rig.deploy(NEVER, true);
    assertRefused(() -> rig.touch(A), 503, "does not know yet whether it beats for compute/a");

    rig.unserved(new UnservedMember(A, UnservedMember.State.WAITING, "in a moment"));
    assertRefused(() -> rig.touch(A), 503, "is being taken up again (in a moment)");
    rig.unserved(new UnservedMember(A, UnservedMember.State.REFUSED, "it has no probe"));
    assertRefused(
        () -> rig.touch(A),
        404,
        "is not taken up again: it has no probe; to join it: POST /v1/groups/compute/members");
    rig.unserved();
    assertRefused(() -> rig.touch(A), 404, "to join it: POST /v1/groups/compute/members");
    rig.start(A, FIRST, SELF);
    rig.touch(A);
  }

  @Test
  void aConfiguredServiceThatBeatsBeforeItHasJoinedIsToldToBeatAgain() throws Exception {
    rig.services = List.of(HeartbeatRig.spec(A, SELF));
    rig.deploy(NEVER, true);
    assertRefused(() -> rig.touch(A), 503, "compute/a is configured and has not joined yet");

    rig.start(A, FIRST, SELF);
    rig.touch(A);
    rig.stop(A);
    assertRefused(() -> rig.touch(A), 404, "to join it: POST /v1/groups/compute/members");
    rig.reload(HeartbeatRig.spec(A, SELF));
    assertRefused(() -> rig.touch(A), 404, "to join it: POST /v1/groups/compute/members");
  }

  @Test
  void aServiceThatAReloadNamesIsAwaitedUntilAReloadNamesItNoMore() throws Exception {
    rig.agentId = Optional.of("host-1:8080");
    MemberId other = new MemberId("compute", "b");
    rig.deploy(NEVER, true);
    rig.start(other, FIRST, SELF);
    rig.reload(HeartbeatRig.spec(A, SELF), HeartbeatRig.spec(other, SELF));
    assertRefused(() -> rig.touch(A), 503, "compute/a is configured and has not joined yet");
    rig.stop(other);
    rig.unserved();
    assertRefused(() -> rig.touch(other), 404, "to join it: POST /v1/groups/compute/members");

    rig.reload();
    assertRefused(() -> rig.touch(A), 404, "to join it: POST /v1/groups/compute/members");
  }

  @Test
  void aBeatIsRefusedWhereItWouldMeanNothing() throws Exception {
    rig.deploy(NEVER, true);
    assertRefused(() -> rig.touch(A), 404, "this agent does not beat for compute/a");
    rig.start(A, FIRST, NONE);
    assertRefused(() -> rig.touch(A), 409, "compute/a has the probe none");
    rig.start(A, SECOND, SELF);
    rig.touch(A);
    rig.conflict(new Conflict(A, SECOND, Conflict.Kind.DELETED));
    rig.await(List::isEmpty);
    assertRefused(() -> rig.touch(A), 409, "it was deleted from the catalogue");
  }

  @Test
  void aNewerIncarnationReplacesTheOldAndAnOlderIsRefused() throws Exception {
    rig.deploy(NEVER, true);
    rig.start(A, FIRST, NONE);
    rig.await(m -> m.size() == 1);
    rig.start(A, SECOND, NONE);
    assertThat(rig.next()).containsExactly(new Heartbeat(A, SECOND, 1, State.ALIVE, null));
    assertRefused(() -> rig.start(A, FIRST, NONE), 409, "compute/a was joined again");
    rig.start(A, SECOND, NONE);
    rig.start(new MemberId("compute", "b"), FIRST, NONE);
    assertThat(rig.next())
        .as("the same start twice changes nothing")
        .contains(new Heartbeat(A, SECOND, 2, State.ALIVE, null));
  }

  @Test
  void theProbeOfAReplacedIncarnationSaysNothingMore() throws Exception {
    rig.deploy(NEVER, true);
    NetServer service = rig.serve(0);
    rig.start(A, FIRST, HeartbeatRig.tcp(service.actualPort(), true, 100, 1));
    rig.await(m -> is(m, A, State.ALIVE));
    rig.start(A, SECOND, NONE);
    rig.await(m -> m.get(0).incarnation().equals(SECOND));
    await(service.close());
    rig.start(new MemberId("compute", "b"), FIRST, NONE);
    assertThat(rig.await(m -> m.size() == 2)).allMatch(m -> m.state() == State.ALIVE);
  }

  @Test
  void theProbeOfAMemberThatLeftIsLetGoOf() throws Exception {
    rig.deploy(NEVER, true);
    NetServer service = rig.serve(0);
    rig.start(A, FIRST, HeartbeatRig.tcp(service.actualPort(), true, 60_000, 1));
    rig.await(m -> is(m, A, State.ALIVE));
    rig.stop(A);
    rig.awaitClosed();
  }

  @Test
  void aConflictEndsTheBeatsOfItsIncarnationOnly() throws Exception {
    rig.deploy(NEVER, true);
    for (Conflict.Kind kind : Conflict.Kind.values()) {
      MemberId id = new MemberId("compute", kind.text());
      rig.start(id, SECOND, NONE);
      rig.await(m -> m.size() == 1);
      rig.conflict(new Conflict(id, FIRST, kind));
      rig.conflict(new Conflict(A, SECOND, kind));
      rig.start(A, FIRST, NONE);
      assertThat(rig.await(m -> is(m, A, State.ALIVE))).hasSize(2);
      rig.conflict(new Conflict(id, SECOND, kind));
      assertThat(rig.next()).extracting(Heartbeat::id).containsExactly(A);
      rig.stop(A);
      assertThat(rig.next()).isEmpty();
      rig.start(id, Incarnation.parse("3-c"), NONE);
      assertThat(rig.next()).hasSize(1);
      rig.stop(id);
    }
  }

  @Test
  void aStopIsALeave() throws Exception {
    rig.deploy(NEVER, true);
    rig.start(A, FIRST, NONE);
    rig.await(m -> m.size() == 1);
    rig.undeploy();
    assertThat(rig.next()).isEmpty();
  }

  @Test
  void aStopForAnUpgradeIsARestartMark() throws Exception {
    MemberId failing = new MemberId("compute", "failing");
    rig.deploy(NEVER, false);
    try (Socket refusing = HeartbeatRig.refusing()) {
      rig.start(A, FIRST, NONE);
      rig.start(failing, FIRST, HeartbeatRig.tcp(refusing.getLocalPort(), false, 60_000, 1));
      rig.start(new MemberId("compute", "never seen"), FIRST, SELF);
      rig.await(m -> m.size() == 2);
      rig.forget();
      rig.undeploy();
      assertThat(rig.next())
          .extracting(Heartbeat::id, Heartbeat::state)
          .containsExactlyInAnyOrder(tuple(A, State.RESTARTING), tuple(failing, State.FAILED));
    }
  }

  @Test
  void aThousandProbesThatHangDoNotHoldUpTheBeats() throws Exception {
    try (HangingListener hanging = new HangingListener()) {
      rig.deploy(OFTEN, true);
      for (int i = 0; i < 1000; i++) {
        MemberId id = new MemberId("compute", "h" + i);
        rig.start(id, FIRST, HeartbeatRig.tcp(hanging.port(), true, 1000, 1));
      }
      rig.start(A, FIRST, NONE);
      rig.await(m -> m.size() == 1001);
      rig.forget();
      List<Long> counts = new ArrayList<>();
      long started = System.nanoTime();
      while (counts.size() < 11) {
        List<Heartbeat> members = rig.next();
        members.stream().filter(m -> m.id().equals(A)).forEach(m -> counts.add(m.count()));
      }
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
      assertThat(counts).isSorted().doesNotHaveDuplicates();
      assertThat(millis).as("ten beats of 100 ms").isLessThan(5_000);
      rig.undeploy();
    }
  }

  @Test
  void manyFailuresTogetherAreFewMessages() throws Exception {
    rig.deploy(NEVER, true);
    NetServer service = rig.serve(0);
    for (int i = 0; i < 300; i++) {
      MemberId id = new MemberId("compute", "h" + i);
      rig.start(id, FIRST, HeartbeatRig.tcp(service.actualPort(), true, 60_000, 2));
    }
    rig.await(m -> m.size() == 300);
    rig.forget();
    await(service.close());
    int messages = 1;
    while (rig.next().stream().anyMatch(m -> m.state() == State.ALIVE)) {
      messages++;
    }
    assertThat(messages).isLessThan(100);
  }
}
