package io.servicegroup.catalog;

import static io.servicegroup.catalog.Services.assertRefused;
import static io.servicegroup.catalog.Services.disable;
import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.FaultException;
import io.servicegroup.bus.LocalMember;
import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.bus.Topics;
import io.servicegroup.model.Beat;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Fault;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Sightings;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import io.servicegroup.model.Watch;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Tests which incarnation of a member counts where the catalogue came back older or another agent
 * joined the member.
 */
class RegistrationIncarnationsTest extends RegistrationRig {

  @Test
  void whatIsMissingInTheStoreMayBeMadeBySomebodyElseAndIsTriedAgain() throws Exception {
    Fault missing = new Fault("catalog.uri", "the store", "the store lacks the tables");
    store.refuse(H1, new FaultException(Refusal.UNAVAILABLE, missing));
    deploy(Watch.OWN, true, spec("h1"));
    await("the store was asked", () -> store.asked(H1) > 0);
    store.refuse(H1, null);
    assertThat(next(started).spec().id()).isEqualTo(H1);
  }

  @Test
  void aCatalogueThatCameBackOlderGetsANewerIncarnationThanThoseItForgot() throws Exception {
    deploy(Watch.OWN, true);
    Member backup = join("h1").view().member();
    join("h1");
    Incarnation last = join("h1").view().member().incarnation();
    started.clear();

    store.restore(backup, backup.incarnation().generation());
    store.notifyWatchers();

    LocalMember again = next(started);
    assertThat(again.incarnation().isNewerThan(last)).isTrue();
    assertThat(store.get(H1).incarnation()).isEqualTo(again.incarnation());
    assertThat(conflicts).isEmpty();
  }

  @Test
  void aMemberThatNobodyBeginsToBeatForIsJoinedAgain() throws Exception {
    deploy(Watch.OWN, true);
    started.clear();
    refusals.add(
        new ServiceGroupException(Refusal.CONFLICT, "it was joined again in the meantime"));
    assertRefused(409, () -> join("h1"));
    Incarnation stranded = store.get(H1).incarnation();

    store.notifyWatchers();

    assertThat(next(started).incarnation().isNewerThan(stranded)).isTrue();
  }

  /** The catalogue came back older than an incarnation that a backend still has. */
  @Test
  void whoIsSupersededInABackendOnlyIsJoinedAboveThat() throws Exception {
    deploy(Watch.OWN, true);
    Incarnation ours = join("h1").view().member().incarnation();
    next(started);
    Incarnation forgotten = new Incarnation(5000, "forgotten");

    Beat beat = new Beat(H1, forgotten, 7);
    Topics.SIGHTINGS.publish(
        vertx, new Sightings("postgresql", 1, List.of(beat), List.of(), List.of(), List.of()));
    Topics.CONFLICT.publish(vertx, new Conflict(H1, ours, Conflict.Kind.SUPERSEDED));

    assertThat(next(started).incarnation().isNewerThan(forgotten)).isTrue();
  }

  @Test
  void whoIsSupersededLeavesNothing() throws Exception {
    deploy(Watch.OWN, true);
    join("h1");
    next(events);
    await(new MemoryCatalog(vertx, store, true).join(spec("h1"), "agent-2", Set.of()));
    store.notifyWatchers();
    assertThat(next(conflicts).kind()).isEqualTo(Conflict.Kind.SUPERSEDED);

    assertRefused(409, () -> await(Topics.LEAVE.request(vertx, H1, PATIENCE)))
        .hasMessageContaining("agent-2");
    assertThat(stopped).isEmpty();
  }

  @Test
  void whoWasSupersededTakesOverFromOneThatFellSilent() throws Exception {
    deploy(Watch.OWN, true);
    join("h1");
    next(started);
    Incarnation theirs = supersede();

    for (Reason reason : List.of(Reason.LEFT, Reason.PROBE_FAILED, Reason.DELETED)) {
      tell(Status.DOWN, reason);
      store.notifyWatchers();
    }
    await(Topics.LIST.request(vertx, MemberFilter.ALL, PATIENCE));
    assertThat(started).isEmpty();
    tell(Status.DOWN, Reason.HEARTBEAT_TIMEOUT);

    assertThat(next(started).incarnation().isNewerThan(theirs)).isTrue();
    assertThat(store.get(H1).agent()).isEqualTo("agent-1");
  }

  @Test
  void whoTakesOverTriesUntilItCan() throws Exception {
    deploy(Watch.OWN, false);
    join("h1");
    next(started);
    supersede();

    store.setAway(true);
    tell(Status.DOWN, Reason.SESSION_EXPIRED);
    assertRefused(503, () -> await(Topics.DELETE.request(vertx, H1, PATIENCE)));
    store.setAway(false);

    assertThat(next(started).spec().id()).isEqualTo(H1);
  }

  @Test
  void anAbsurdGenerationInABackendIsNoFloorForJoins() throws Exception {
    deploy(Watch.OWN, true);
    join("h1");
    next(started);
    JsonObject absurd =
        new JsonObject()
            .put("group", "compute")
            .put("host", "h9")
            .put("incarnation", "999999999999999999-dead")
            .put("count", 1);
    JsonObject sane = absurd.copy().put("host", "h8").put("incarnation", "70-beef");
    vertx
        .eventBus()
        .publish(
            Topics.SIGHTINGS.address(),
            new JsonObject()
                .put("backend", "theirs")
                .put("witnessed_ms", 1)
                .put("beats", new JsonArray().add(absurd).add(sane)));

    assertThat(join("h2").view().member().incarnation().generation()).isEqualTo(71);
  }

  private Incarnation supersede() throws Exception {
    Member theirs =
        await(new MemoryCatalog(vertx, store, true).join(spec("h1"), "agent-2", Set.of())).member();
    store.notifyWatchers();
    assertThat(next(conflicts).kind()).isEqualTo(Conflict.Kind.SUPERSEDED);
    return theirs.incarnation();
  }

  private void tell(Status status, Reason reason) {
    Topics.STATUS.publish(
        vertx,
        new StatusChange(
            "epoch",
            1,
            H1,
            "nova-compute",
            status,
            Status.UP,
            reason,
            null,
            Instant.EPOCH,
            null,
            "postgresql"));
  }

  /**
   * A lost member is still listed, as an agent may restore it: therefore it can be deleted as well.
   */
  @Test
  void aLostMemberThatClashesWithAnotherIsDeletedAndNotChanged() throws Exception {
    store.put(member("compute", "h1", "nova-compute"));
    deploy(Watch.ALL, true);
    assertThat(next(events).member().id()).isEqualTo(H1);
    store.lose(H1);
    store.put(member("other", "h1", "nova-compute"));
    store.notifyWatchers();
    assertThat(next(events).member().id().group()).isEqualTo("other");

    assertRefused(409, () -> await(Topics.UPDATE.request(vertx, disable("h1", "disk"), PATIENCE)))
        .hasMessageContaining("in group other");
    await(Topics.DELETE.request(vertx, H1, PATIENCE));

    CatalogEvent deleted = next(events);
    assertThat(deleted.type()).isEqualTo(CatalogEvent.Type.DELETED);
    assertThat(deleted.member().id()).isEqualTo(H1);
    Member last = member("compute", "h1", "nova-compute");
    assertThat(await(new MemoryCatalog(vertx, store, false).removal(last)).orElse(0))
        .as("nobody else restores it")
        .isPositive();
    assertRefused(404, () -> await(Topics.DELETE.request(vertx, H1, PATIENCE)));
  }

  @Test
  void whatWasDeletedElsewhereIsNotHereAnyMore() throws Exception {
    deploy(Watch.OWN, true);
    join("h1");
    next(events);
    store.remove(H1);
    store.notifyWatchers();
    assertThat(next(conflicts).kind()).isEqualTo(Conflict.Kind.DELETED);
    assertThat(next(events).type()).isEqualTo(CatalogEvent.Type.DELETED);

    assertRefused(404, () -> await(Topics.LEAVE.request(vertx, H1, PATIENCE)));
    assertRefused(404, () -> await(Topics.DELETE.request(vertx, H1, PATIENCE)));
    assertThat(join("h1").created()).isTrue();
    assertThat(next(events).own()).isTrue();
  }
}
