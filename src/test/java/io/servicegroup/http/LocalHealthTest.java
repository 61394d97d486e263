package io.servicegroup.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.AgentPhase;
import io.servicegroup.bus.FakeEvaluator;
import io.servicegroup.bus.UnservedMember;
import io.servicegroup.http.LocalHealth.Check;
import io.servicegroup.http.LocalHealth.Report;
import io.servicegroup.http.LocalHealth.State;
import io.servicegroup.http.LocalHealth.Traffic;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.CatalogLoss;
import io.servicegroup.model.Concern;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.Members;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LocalHealthTest {

  private static final String A = "compute/a";
  private static final String B = "compute/b";

  private long nanos;
  private final LocalHealth health = withServices(A);

  private LocalHealth withServices(String... names) {
    Set<MemberId> ids =
        List.of(names).stream().map(FakeEvaluator::id).collect(Collectors.toUnmodifiableSet());
    return new LocalHealth(
        new LocalHealth.Expected(ids, Set.of("pg"), Duration.ofSeconds(15)), () -> nanos);
  }

  @Test
  void aConfiguredServiceIsDownUntilItsFirstPassingReport() {
    assertDown(A, "not reported yet");
    health.heartbeats(List.of(beat(A, 1, Heartbeat.State.FAILED, "connection refused")));
    assertDown(A, "probe_failed: connection refused");
    health.heartbeats(List.of(alive(A, 1)));
    assertThat(report().up()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(value = Heartbeat.State.class, mode = EnumSource.Mode.EXCLUDE, names = "ALIVE")
  void whateverIsStatedOfAServiceButThatItIsAliveTakesItOut(Heartbeat.State state) {
    health.heartbeats(List.of(beat(A, 1, state, null)));
    assertDown(A, state.absence().text());
  }

  @Test
  void whatJoinedBeforeARestartIsNamedUntilItIsServedAgain() {
    health.heartbeats(List.of(alive(A, 1)));
    health.unserved(
        List.of(new UnservedMember(FakeEvaluator.id(B), UnservedMember.State.WAITING, "soon")));
    assertDown(B, "joined before this agent was restarted, and is being taken up again");
    assertThat(report().up()).isFalse();

    health.unserved(
        List.of(new UnservedMember(FakeEvaluator.id(B), UnservedMember.State.REFUSED, "why")));
    assertDown(
        B, "joined before this agent was restarted, and is not taken up: join it again, since why");
    health.unserved(
        List.of(
            new UnservedMember(FakeEvaluator.id(B), UnservedMember.State.SERVED_ELSEWHERE, "why")));
    assertThat(report().checks()).extracting(Check::id).doesNotContain(B);
    assertThat(report().up()).as("another agent serves it").isTrue();

    health.unserved(
        List.of(new UnservedMember(FakeEvaluator.id(B), UnservedMember.State.WAITING, "soon")));
    health.catalog(joined(B, false, false));
    health.unserved(List.of());
    assertDown(B, "not reported yet");
    health.heartbeats(List.of(alive(A, 2), alive(B, 1)));
    assertThat(report().up()).isTrue();
  }

  @Test
  void whatWorksOnlyInPartIsSaidForAsLongAsItLasts() {
    health.backend(new BackendState("pg", BackendState.State.REACHABLE, Instant.now(), null));
    health.concern(new Concern("backend:pg", "group a", "may not read a", false));
    health.concern(new Concern("catalog", "server", "does not run", true));

    assertThat(report().checks())
        .contains(
            new Check("backend:pg", State.WARN, "may not read a"),
            new Check("catalog", State.WARN, "does not run"))
        .doesNotContain(new Check("backend:pg", State.UP, null));
    assertThat(health.ready(() -> true).checks())
        .contains(new Check("catalog", State.DOWN, "does not run"))
        .noneMatch(check -> "may not read a".equals(check.reason()));

    health.concern(new Concern("backend:pg", "group a", null, false));
    health.concern(new Concern("catalog", "server", null, false));

    assertThat(report().checks())
        .contains(new Check("backend:pg", State.UP, null))
        .noneMatch(check -> check.status() == State.WARN);
    assertThat(health.ready(() -> true).checks()).noneMatch(c -> c.id().equals("catalog"));
  }

  @Test
  void withoutAnyServiceItIsUp() {
    LocalHealth none = withServices();
    assertThat(none.services(null, null).orElseThrow().up()).isTrue();
    assertThat(none.advice(null).traffic()).isEqualTo(Traffic.UP);
    assertThat(none.services("compute", null)).isEmpty();
  }

  @Test
  void anyFailingServiceMakesItDown() {
    health.heartbeats(List.of(alive(A, 1), beat(B, 1, Heartbeat.State.FAILED, null)));
    assertDown(B, "probe_failed");
    assertThat(health.services(null, "a").orElseThrow().up()).isTrue();
    assertThat(health.services("compute", "b").orElseThrow().up()).isFalse();
    assertThat(health.services("other", null)).isEmpty();
  }

  @Test
  void aConfiguredServiceThatLeftIsDownAndAnotherForgotten() {
    health.heartbeats(List.of(alive(A, 1), alive(B, 1)));
    health.heartbeats(List.of());
    assertThat(report().checks())
        .filteredOn(check -> check.id().startsWith("compute"))
        .containsExactly(new Check(A, State.DOWN, "left"));
  }

  @Test
  void aServiceThatJoinsIsDownUntilItsFirstReport() {
    LocalHealth none = withServices();
    none.catalog(joined(B, false, false));
    assertThat(none.services(null, null).orElseThrow().up()).isFalse();
    none.heartbeats(List.of());
    assertThat(none.services(null, null).orElseThrow().up()).isFalse();
    none.heartbeats(List.of(alive(B, 1)));
    assertThat(none.services(null, null).orElseThrow().up()).isTrue();
  }

  @Test
  void othersMembersDoNotMatter() {
    LocalHealth none = withServices();
    none.catalog(new CatalogEvent(CatalogEvent.Type.JOINED, FakeEvaluator.member(B, 1), false));
    assertThat(none.services("compute", null)).isEmpty();
  }

  @Test
  void aConflictStaysUntilANewIncarnation() {
    health.heartbeats(List.of(alive(A, 1)));
    health.conflict(
        new Conflict(FakeEvaluator.id(A), new Incarnation(1, "a"), Conflict.Kind.SUPERSEDED));
    assertDown(A, "superseded: another agent joined it later");
    health.heartbeats(List.of(alive(A, 1)));
    health.heartbeats(List.of());
    assertDown(A, "superseded: another agent joined it later");
    health.heartbeats(List.of(alive(A, 2)));
    assertThat(report().up()).isTrue();
  }

  @Test
  void aConflictOfAnOlderIncarnationIsNone() {
    health.heartbeats(List.of(alive(A, 2)));
    health.conflict(
        new Conflict(FakeEvaluator.id(A), new Incarnation(1, "a"), Conflict.Kind.DELETED));
    assertThat(report().up()).isTrue();
  }

  @Test
  void aMemberDeletedUnderItsAgentIsNoCheckBesideOthers() {
    health.heartbeats(List.of(alive(A, 1), alive(B, 1)));
    delete(B);
    health.heartbeats(List.of(alive(A, 1)));
    assertThat(report().up()).isTrue();
    assertThat(report().checks()).noneMatch(check -> check.id().equals(B));
    assertThat(health.advice(null).traffic()).isEqualTo(Traffic.UP);
  }

  @Test
  void whereAllWereDeletedItIsDownUntilAJoin() {
    health.heartbeats(List.of(alive(A, 1), alive(B, 1)));
    delete(A);
    delete(B);
    health.heartbeats(List.of());
    assertDown(A, "deleted: it was deleted from the catalogue");
    assertThat(health.advice(null).traffic()).isEqualTo(Traffic.DOWN);
    health.heartbeats(List.of(alive(B, 2)));
    assertThat(report().up()).isTrue();
  }

  @Test
  void ofManyThatJoinedAndWereDeletedTheLastIsKept() {
    LocalHealth sidecar = withServices();
    for (int i = 0; i < 100; i++) {
      String name = "compute/h" + i;
      sidecar.heartbeats(List.of(alive(name, 1)));
      sidecar.catalog(
          new CatalogEvent(CatalogEvent.Type.DELETED, FakeEvaluator.member(name, 1), false));
      sidecar.conflict(
          new Conflict(FakeEvaluator.id(name), new Incarnation(1, "a"), Conflict.Kind.DELETED));
      sidecar.heartbeats(List.of());
    }
    assertThat(sidecar.services(null, null).orElseThrow().checks())
        .filteredOn(check -> check.status() == State.DOWN)
        .hasSize(1);
  }

  private void delete(String name) {
    health.conflict(
        new Conflict(FakeEvaluator.id(name), new Incarnation(1, "a"), Conflict.Kind.DELETED));
  }

  @Test
  void disabledAndForcedDownTurnItAndBack() {
    health.heartbeats(List.of(alive(A, 1)));
    health.catalog(joined(A, true, false));
    assertDown(A, "disabled: maintenance");
    assertThat(health.advice(null).traffic()).isEqualTo(Traffic.DRAIN);
    health.catalog(joined(A, true, true));
    assertDown(A, "forced_down");
    assertThat(health.advice(null).traffic()).isEqualTo(Traffic.DOWN);
    health.catalog(joined(A, false, false));
    assertThat(report().up()).isTrue();
    assertThat(health.advice(null).traffic()).isEqualTo(Traffic.UP);
  }

  @Test
  void stoppingIsDownAtOnce() {
    health.heartbeats(List.of(alive(A, 1)));
    health.phase(AgentPhase.STOPPING);
    assertDown("agent", "the agent is stopping");
    assertThat(health.services("compute", "a").orElseThrow().up()).isFalse();
    assertThat(health.advice(null).traffic())
        .as("a weight of nothing, which an agent that starts takes back")
        .isEqualTo(Traffic.DRAIN);
  }

  @Test
  void backendsAreShownAndTurnNothing() {
    health.heartbeats(List.of(alive(A, 1)));
    assertThat(report().checks()).contains(new Check("backend:pg", State.WARN, "not reached yet"));
    health.backend(backend(BackendState.State.UNREACHABLE, null));
    assertThat(report().up()).isTrue();
    assertThat(report().checks())
        .contains(new Check("backend:pg", State.WARN, "unreachable since 2026-11-22T07:00:00Z"));
    health.backend(
        backend(BackendState.State.REACHABLE, new BackendState.MassSilence(11, 20, 15_000)));
    assertThat(report().checks())
        .contains(
            new Check(
                "backend:pg", State.WARN, "mass silence: verdicts on 11 of 20 writers are held"));
    health.backend(backend(BackendState.State.REACHABLE, null));
    assertThat(report().checks()).contains(new Check("backend:pg", State.UP, null));
  }

  @Test
  void aLossOfServiceDataIsShownForAnHourAndTurnsNothing() {
    health.heartbeats(List.of(alive(A, 1)));
    health.catalogLoss(new CatalogLoss(Instant.EPOCH, 3, 1));
    assertThat(report().up()).isTrue();
    assertThat(catalog())
        .containsExactly(
            new Check(
                "catalog",
                State.WARN,
                "lost the service data of 3 members at 1970-01-01T00:00:00Z; that of 1 is missing"
                    + " still"));
    nanos += TimeUnit.HOURS.toNanos(2);
    assertThat(catalog()).hasSize(1);

    health.catalogLoss(new CatalogLoss(Instant.EPOCH, 3, 0));
    assertThat(catalog()).singleElement().asString().contains("it is restored");
    nanos += TimeUnit.MINUTES.toNanos(61);
    assertThat(catalog()).isEmpty();
  }

  private List<Check> catalog() {
    return report().checks().stream().filter(check -> check.id().equals("catalog")).toList();
  }

  @Test
  void readyNeedsEverythingOnce() {
    assertThat(health.ready(() -> true).up()).isFalse();
    health.phase(AgentPhase.RUNNING);
    assertThat(health.ready(() -> true).up()).isFalse();
    health.backend(backend(BackendState.State.UNREACHABLE, null));
    health.heartbeats(List.of(beat(A, 1, Heartbeat.State.FAILED, "refused")));
    assertThat(health.ready(() -> true).up()).isFalse();
    health.backend(backend(BackendState.State.REACHABLE, null));
    assertThat(health.ready(() -> false).up()).isTrue();
    health.backend(backend(BackendState.State.UNREACHABLE, null));
    health.heartbeats(List.of());
    assertThat(health.ready(() -> false).up()).isTrue();
    health.phase(AgentPhase.STOPPING);
    assertThat(health.ready(() -> true).up()).isFalse();
  }

  @Test
  void readyDoesNotWaitForVerdictsForEver() {
    health.backend(backend(BackendState.State.REACHABLE, null));
    health.heartbeats(List.of(alive(A, 1)));
    nanos = TimeUnit.SECONDS.toNanos(100);
    health.phase(AgentPhase.RUNNING);
    nanos += TimeUnit.SECONDS.toNanos(15) - 1;
    assertThat(health.ready(() -> false).up()).isFalse();
    nanos += 1;
    assertThat(health.ready(() -> false).up()).isTrue();
  }

  private Report report() {
    return health.services(null, null).orElseThrow();
  }

  private void assertDown(String id, String reason) {
    assertThat(report().up()).isFalse();
    assertThat(report().checks()).contains(new Check(id, State.DOWN, reason));
  }

  static Heartbeat alive(String name, long generation) {
    return beat(name, generation, Heartbeat.State.ALIVE, null);
  }

  static Heartbeat beat(String name, long generation, Heartbeat.State state, String reason) {
    return new Heartbeat(
        FakeEvaluator.id(name), new Incarnation(generation, "a"), 1, state, reason);
  }

  static CatalogEvent joined(String name, boolean disabled, boolean forcedDown) {
    Member member = FakeEvaluator.member(name, 1);
    return new CatalogEvent(
        CatalogEvent.Type.JOINED,
        Members.like(member)
            .disabled(disabled, disabled ? "maintenance" : null)
            .forcedDown(forcedDown)
            .lastSeenUp(null)
            .wordsOrder(0)
            .build(),
        true);
  }

  private static BackendState backend(BackendState.State state, BackendState.MassSilence silence) {
    return new BackendState("pg", state, Instant.parse("2026-11-22T07:00:00Z"), silence);
  }
}
