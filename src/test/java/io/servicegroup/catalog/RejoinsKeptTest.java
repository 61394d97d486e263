package io.servicegroup.catalog;

import static io.servicegroup.catalog.Services.assertRefused;
import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.bus.Topics;
import io.servicegroup.bus.UnservedMember;
import io.servicegroup.model.Probe;
import io.servicegroup.model.ServiceSpec;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tests what an agent keeps of the members that join and leave through it, for its next start. */
class RejoinsKeptTest extends RestartRejoinsRig {

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
    end(first);

    deploy("life-2", OWN, true);

    UnservedMember unserved = awaitUnserved(UnservedMember.State.REFUSED);
    assertThat(unserved.reason()).contains("Authorization").doesNotContain("s3cr3t");
    assertThat(started).isEmpty();
    joinWith(with(http, "h1"));
    awaitTold();
    assertThat(next(started).spec().probe()).isEqualTo(http);
  }

  @Test
  void aJoinThatFailsTakesNothingFromOneThatFollowsIt() throws Exception {
    String first = deploy("life-1", OWN, true);
    store.put(member("other", "h1", "taken"));
    ServiceSpec clashes = new ServiceSpec(H1, "taken", 1, Map.of(), new Probe.None());
    store.holdWrites();
    Future<?> refused = beginJoin(clashes);
    Future<?> joined = beginJoin(self("h1"));
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
    Future<?> first = beginJoin(clashes);
    Future<?> second = beginJoin(clashes);
    store.releaseWrites();
    assertRefused(409, () -> await(first));
    assertRefused(409, () -> await(second));
    joinWith(self("h2"));

    assertThat(store.kept(ID)).containsOnlyKeys(id("h2"));
  }

  @Test
  void whereTheFirstOfTwoJoinsSucceedsThatOneIsKept() throws Exception {
    String first = deploy("life-1", OWN, true);
    store.put(member("other", "h1", "taken"));
    ServiceSpec clashes = new ServiceSpec(H1, "taken", 1, Map.of(), new Probe.None());
    store.holdWrites();
    Future<?> joined = beginJoin(self("h1"));
    Future<?> refused = beginJoin(clashes);
    store.releaseWrites();
    await(joined);
    assertRefused(409, () -> await(refused));

    assertTakenUpAgain(first, new Probe.Self());
  }

  @Test
  void aLeaveThatCannotBeKeptIsNotPromised() throws Exception {
    String first = deploy("life-1", OWN, true);
    joinWith(self("h1"));
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
    assertRefused(409, () -> joinWith(self("h1")));
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
    Future<?> joined = Topics.JOIN.request(vertx, self("h1"), PATIENCE);
    next(store.keeps());
    store.releaseWrites();
    await(deleted);
    await(joined);

    assertTakenUpAgain(first, new Probe.Self());
  }

  @Test
  void whoIsDeletedBeforeItsTurnIsNotTakenUp() throws Exception {
    livedBefore(self("h1"));
    livesOn();
    deploy("life-2", OWN, true);
    awaitUnserved(UnservedMember.State.SERVED_ELSEWHERE);
    store.holdWrites();
    Future<?> deleted = Topics.DELETE.request(vertx, H1, PATIENCE);
    store.keeps().clear();
    processes.remove(OTHER);
    next(store.keeps());
    awaitUnserved(UnservedMember.State.WAITING);

    store.releaseWrites();

    await(deleted);
    awaitTold();
    joinWith(self("h2"));
    assertThat(next(started).spec().id().host()).as("who came after it").isEqualTo("h2");
    assertThat(store.get(H1)).isNull();
  }

  @Test
  void aJoinThatFailsBeginsNothingWhileAnotherLifeGoesOn() throws Exception {
    livedBefore(self("h1"));
    livesOn();
    store.put(member("other", "h1", "taken"));
    deploy("life-2", OWN, true);
    awaitUnserved(UnservedMember.State.SERVED_ELSEWHERE);

    ServiceSpec clashes = new ServiceSpec(H1, "taken", 1, Map.of(), new Probe.None());
    assertRefused(409, () -> joinWith(clashes));

    joinWith(self("h2"));
    assertThat(next(started).spec().id().host()).as("who came after it").isEqualTo("h2");
    assertThat(store.get(H1).agent()).isEqualTo("life-1");
  }

  @Test
  void whatIsKeptAndCannotBeReadStopsNobodyElse() throws Exception {
    String first = deploy("life-1", OWN, true);
    joinWith(self("h1"));
    joinWith(self("h2"));
    JsonObject probe = new JsonObject().put("type", "pid").put("pid", 5).put("process", 7);
    store.keep(ID, id("h2"), store.kept(ID).get(id("h2")).copy().put("probe", probe));
    end(first);

    deploy("life-2", OWN, true);

    assertThat(next(started).spec().id()).isEqualTo(H1);
    assertThat(awaitUnserved(UnservedMember.State.REFUSED).id()).isEqualTo(id("h2"));
  }

  @Test
  void whatTheConfigurationCameToNameIsNotTakenUpWhenItNamesItNoMore() throws Exception {
    String first = deploy("life-1", OWN, true);
    joinWith(self("h1"));
    next(store.keeps());
    next(started);
    Topics.SERVICES.publish(vertx, List.of(with(new Probe.None(), "h1")));
    assertThat(next(started).spec().probe()).isEqualTo(new Probe.None());
    await(vertx.undeploy(first));

    deploy("life-2", OWN, true);

    joinWith(self("h2"));
    assertThat(next(started).spec().id().host()).as("who came after it").isEqualTo("h2");
    assertThat(store.kept(ID)).containsOnlyKeys(id("h2"));
  }

  @Test
  void whatIsKeptComesBackWithAMemberThatTheStoreLost() throws Exception {
    deploy("life-1", OWN, true);
    joinWith(self("h1"));
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
    livedBefore(self("h1"));
    deploy("life-2", OWN, true);

    assertThat(store.kept(ID)).isEmpty();
    assertThat(started).isEmpty();
  }
}
