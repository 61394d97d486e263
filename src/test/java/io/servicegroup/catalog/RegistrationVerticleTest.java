package io.servicegroup.catalog;

import static io.servicegroup.catalog.Services.assertRefused;
import static io.servicegroup.catalog.Services.update;
import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.bus.FaultException;
import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.bus.Topics;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Concern;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Fault;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.RemoteWork;
import io.servicegroup.model.VersionRange;
import io.servicegroup.model.Watch;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** Tests the requests to the registration. */
class RegistrationVerticleTest extends RegistrationRig {

  @Test
  void joinsWhatIsConfiguredAndHasItBeatenFor() throws Exception {
    deploy(Watch.OWN, true, spec("h1"), spec("h2"));

    Set<MemberId> beating = Set.of(next(started).spec().id(), next(started).spec().id());
    assertThat(beating).containsExactlyInAnyOrder(H1, new MemberId("compute", "h2"));
    CatalogEvent joined = next(events);
    assertThat(joined.type()).isEqualTo(CatalogEvent.Type.JOINED);
    assertThat(joined.own()).isTrue();
    assertThat(joined.member().agent()).isEqualTo("agent-1");
    assertThat(joined.member().backends()).containsExactly("postgresql");
  }

  @Test
  void noBeatWaitsUntilTheStoreTellsOfChanges() throws Exception {
    store.setSlowToTell();

    deploy(Watch.OWN, true, spec("h1"));

    assertThat(next(started).spec().id()).isEqualTo(H1);
    assertThat(await(Topics.JOIN.request(vertx, spec("h2"), PATIENCE)).created()).isTrue();
  }

  @Test
  void joinsOnceTheStoreIsBack() throws Exception {
    deploy(Watch.OWN, true);
    store.setAway(true);
    assertRefused(503, () -> await(Topics.JOIN.request(vertx, spec("h1"), PATIENCE)))
        .hasMessageContaining("catalog.uri");
    store.setAway(false);

    assertThat(await(Topics.JOIN.request(vertx, spec("h1"), PATIENCE)).created()).isTrue();
  }

  @Test
  void saysOfEachReadHowItEnded() throws Exception {
    BlockingQueue<RemoteWork> work = new LinkedBlockingQueue<>();
    Topics.WORK.consume(vertx, work::add);
    deploy(Watch.OWN, false, spec("h1"));
    RemoteWork read = next(work);
    assertThat(read.kind()).isEqualTo(RemoteWork.Kind.CATALOG_READ);
    assertThat(read.of()).isEqualTo("catalog");
    assertThat(read.outcome()).isEqualTo(RemoteWork.Outcome.DONE);
    store.setAway(true);
    next(work, later -> later.outcome() == RemoteWork.Outcome.FAILED);
  }

  @Test
  void triesTheConfiguredServicesAgain() throws Exception {
    store.put(member("other", "h1", "nova-compute"));
    deploy(Watch.OWN, true, spec("h1"));

    Conflict clash = next(conflicts);
    assertThat(clash.id()).isEqualTo(H1);
    assertThat(clash.kind()).isEqualTo(Conflict.Kind.CLASH);
    store.remove(new MemberId("other", "h1"));
    assertThat(next(started).spec().id()).isEqualTo(H1);
  }

  @Test
  void aJoinThatTheStoreRefusesIsSaidOnceAndInHealth() throws Exception {
    BlockingQueue<Concern> concerns = new LinkedBlockingQueue<>();
    Topics.CONCERN.consume(vertx, concerns::add);
    store.refuse(H1, new ServiceGroupException(Refusal.CONFLICT, "somebody is in the way"));
    deploy(Watch.OWN, true, spec("h1"));

    Concern raised = next(concerns);
    assertThat(raised.about()).isEqualTo("catalog");
    assertThat(raised.text())
        .contains("compute/h1", "cannot be joined", "in the way", "tried again");
    assertThat(next(conflicts).kind()).isEqualTo(Conflict.Kind.REFUSED);
    store.refuse(H1, null);
    assertThat(next(started).spec().id()).isEqualTo(H1);
    assertThat(next(concerns).text()).as("it was joined after all").isNull();
    assertThat(conflicts).isEmpty();
  }

  @Test
  void whatOnlyAnotherConfigurationCanHelpIsNotTriedAgain() throws Exception {
    BlockingQueue<Concern> concerns = new LinkedBlockingQueue<>();
    Topics.CONCERN.consume(vertx, concerns::add);
    store.refuse(
        H1,
        new FaultException(
            Refusal.INVALID,
            new Fault("host", "h1", "a value is too long"),
            "a value is too long"));
    store.refuse(
        new MemberId("compute", "h2"),
        new ServiceGroupException(Refusal.CONFLICT, "somebody is in the way"));
    deploy(Watch.OWN, true, spec("h1"), spec("h2"));

    assertThat(List.of(next(concerns).text(), next(concerns).text()))
        .anySatisfy(text -> assertThat(text).contains("compute/h1", "too long", "reload"));
    MemberId h2 = new MemberId("compute", "h2");
    await("it is tried again", () -> store.asked(h2) >= 4);
    assertThat(store.asked(H1)).isEqualTo(1);
    store.refuse(h2, null);
    assertThat(next(started).spec().id()).isEqualTo(h2);
    assertThat(next(concerns).text()).isNull();
    store.refuse(H1, null);
    Topics.SERVICES.publish(vertx, List.of(Services.spec("h1", 2), spec("h2")));
    assertThat(next(started).spec().version()).isEqualTo(2);
    assertThat(next(concerns).text()).isNull();
  }

  @Test
  void whatIsTooLargeForItsStoreIsSaidOnceAndNotTriedAgainBeforeTheStoreWasAway() throws Exception {
    BlockingQueue<Concern> concerns = new LinkedBlockingQueue<>();
    Topics.CONCERN.consume(vertx, concerns::add);
    MemberId h2 = new MemberId("compute", "h2");
    store.refuse(H1, tooLarge());
    store.refuse(h2, new ServiceGroupException(Refusal.CONFLICT, "somebody is in the way"));
    deploy(Watch.OWN, true, spec("h1"), spec("h2"));
    await("the other is tried again", () -> store.asked(h2) >= 5);
    assertThat(store.asked(H1)).as("it can never work").isEqualTo(1);
    assertThat(List.of(next(concerns).text(), next(concerns).text()))
        .anySatisfy(
            text -> assertThat(text).contains("compute/h1", "600000 bytes", "services", "SIGHUP"));
    assertThat(concerns).isEmpty();

    Topics.SERVICES.publish(vertx, List.of(spec("h1"), spec("h2")));
    await("it is tried again", () -> store.asked(H1) >= 2);
    assertThat(concerns).as("it was said").isEmpty();
    store.refuse(H1, null);
    store.setAway(true);
    assertRefused(503, () -> join("h3"));
    store.holdReads();
    store.setAway(false);
    await("a read is held", () -> store.heldReads() > 0);
    store.releaseReads();
    assertThat(next(started).spec().id()).isEqualTo(H1);
    assertThat(next(concerns).text()).isNull();
  }

  @Test
  void aReloadedServiceThatTheStoreCannotHoldGoesOnAsItWasAndThatIsSaidOnce() throws Exception {
    BlockingQueue<Concern> concerns = new LinkedBlockingQueue<>();
    Topics.CONCERN.consume(vertx, concerns::add);
    deploy(Watch.OWN, true, spec("h1"));
    next(started);
    store.refuseUpdate(H1, tooLarge());

    Topics.SERVICES.publish(vertx, List.of(Services.spec("h1", 2)));
    Concern raised = next(concerns);
    assertThat(raised.text())
        .contains("compute/h1", "version and metadata that it had", "600000 bytes", "SIGHUP");
    assertThat(conflicts).as("it beats as before").isEmpty();

    store.refuseUpdate(H1, null);
    Topics.SERVICES.publish(vertx, List.of(Services.spec("h1", 3)));
    Concern settled = next(concerns);
    assertThat(settled.subject()).isEqualTo(raised.subject());
    assertThat(settled.text()).isNull();
    assertThat(store.get(H1).version()).isEqualTo(3);
  }

  @Test
  void failsToStartWithoutTheStoreAndMayBeTriedAgain() throws Exception {
    store.setAway(true);

    assertThatThrownBy(() -> deploy(Watch.OWN, true))
        .hasMessageContaining("catalog.uri")
        .hasMessageContaining("connection refused");
    store.setAway(false);
    deploy(Watch.OWN, true, spec("h1"));
    assertThat(next(started).spec().id()).isEqualTo(H1);
  }

  @Test
  void namesThatCouldNotBeAddressedAreRefused() throws Exception {
    deploy(Watch.OWN, true);
    for (String name : List.of(".", "..", "a\u202eb", "a\u0000", "\ud83d", "x".repeat(256), " ")) {
      for (String field : List.of("group", "host")) {
        JsonObject body = new JsonObject().put("group", "compute").put("host", "h1");
        assertRefused(
            400,
            () -> await(Topics.JOIN.requestBody(vertx, body.copy().put(field, name), PATIENCE)));
      }
    }
    assertThat(started).isEmpty();
    for (String name :
        List.of("...", "a/b", "\ud83d\ude00", "x".repeat(255), "%2e", "a b", "?#;")) {
      assertThat(join(name).view().member().id().host()).isEqualTo(name);
    }
  }

  @Test
  void namesThatABackendCannotKeepAreRefused() throws Exception {
    backend = "zookeeper://127.0.0.1:1";
    deploy(Watch.OWN, true);
    for (String name : List.of("a/b", "\ud83d\ude00", "\ue000", "leader")) {
      assertRefused(400, () -> await(Topics.JOIN.request(vertx, spec(name), PATIENCE)));
    }
    assertThat(started).isEmpty();
    assertThat(join("ü").created()).isTrue();
  }

  @Test
  void aSecondJoinIsANewIncarnation() throws Exception {
    deploy(Watch.OWN, true);
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
    deploy(Watch.OWN, true);
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
    deploy(Watch.ALL, true);
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
    deploy(Watch.OWN, true);
    join("h1");
    next(events);

    MemberView disabled =
        await(Topics.UPDATE.request(vertx, update("h1", true, "disk", null), PATIENCE));
    assertThat(disabled.member().disabledReason()).isEqualTo("disk");
    CatalogEvent updated = next(events);
    assertThat(updated.type()).isEqualTo(CatalogEvent.Type.UPDATED);
    assertThat(updated.member().disabled()).isTrue();
    assertRefused(
            400,
            () -> await(Topics.UPDATE.request(vertx, update("h1", null, "why", null), PATIENCE)))
        .hasMessageContaining("disabled: true");
    assertRefused(
            400,
            () -> await(Topics.UPDATE.request(vertx, update("h1", null, null, null), PATIENCE)))
        .hasMessageContaining("nothing to change");
    assertRefused(
        404,
        () -> await(Topics.UPDATE.request(vertx, update("nobody", true, null, null), PATIENCE)));
  }

  @Test
  void answersVersions() throws Exception {
    deploy(Watch.OWN, true);
    join("h1");

    assertThat(await(Topics.VERSIONS.request(vertx, MemberFilter.ALL, PATIENCE)))
        .containsExactly(new VersionRange("compute", "nova-compute", 1, 1));
  }

  private static FaultException tooLarge() {
    return new FaultException(
        Refusal.CONFLICT,
        new Fault("metadata", "600000 bytes", "allowed are 500000"),
        "compute/h1 is too large: 600000 bytes");
  }
}
