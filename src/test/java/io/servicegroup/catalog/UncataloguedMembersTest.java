package io.servicegroup.catalog;

import static io.servicegroup.catalog.Services.assertRefused;
import static io.servicegroup.catalog.Services.update;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.Topics;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.Status;
import io.servicegroup.model.Verdict;
import io.servicegroup.model.Watch;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests members that joined a backend by themselves, so that the catalogue does not know them. */
class UncataloguedMembersTest extends RegistrationRig {

  private static final MemberId TOOZ = new MemberId("compute", "a-tooz");
  private static final Instant NOW = Instant.parse("2026-11-22T07:00:00Z");

  private final List<MemberView> verdicts = new CopyOnWriteArrayList<>();

  @BeforeEach
  void evaluate() {
    Topics.STATUS_SNAPSHOT.serve(
        vertx, filter -> Future.succeededFuture(new Snapshot("e", 1, false, verdicts)));
    verdicts.add(new MemberView(Member.uncatalogued(TOOZ), verdict(Status.UP), false));
  }

  @Test
  void areListedBesideThoseOfTheCatalogue() throws Exception {
    deploy(Watch.ALL, true);
    join("h1");

    Snapshot list = list(MemberFilter.ALL);
    assertThat(list.members()).extracting(view -> view.member().id()).containsExactly(TOOZ, H1);
    assertThat(list.members().get(0).member().sameAs(Member.uncatalogued(TOOZ))).isTrue();
    assertThat(list.members().get(0).verdict().status()).isEqualTo(Status.UP);
    assertThat(list(new MemberFilter(null, Status.DOWN, null, null)).members()).isEmpty();
    assertThat(list(new MemberFilter(null, null, "compute", null)).members()).hasSize(1);
    assertThat(list(new MemberFilter(null, null, null, 1)).members()).hasSize(1);
  }

  @Test
  void haveTheKeysOfEveryMemberAndNoOther() throws Exception {
    deploy(Watch.ALL, true);
    JsonObject body =
        await(vertx.eventBus().<JsonObject>request("servicegroup.list", new JsonObject())).body();
    JsonObject member = body.getJsonArray("members").getJsonObject(0);
    assertThat(member.fieldNames())
        .containsExactlyInAnyOrder(
            "group",
            "host",
            "binary",
            "uuid",
            "version",
            "metadata",
            "disabled",
            "disabled_reason",
            "forced_down",
            "status",
            "reason",
            "since",
            "last_seen_up",
            "incarnation",
            "stale");
    assertThat(member.getString("binary")).isEqualTo("compute");
    assertThat(member.getInteger("version")).isZero();
    assertThat(member.getValue("uuid")).isNull();
    assertThat(member.getValue("incarnation")).isNull();
    assertThat(member.getJsonObject("metadata")).isEmpty();
  }

  @Test
  void areListedAlsoWhileTheStoreIsAway() throws Exception {
    deploy(Watch.ALL, true);
    store.setAway(true);
    Snapshot list = list(MemberFilter.ALL);
    assertThat(list.stale()).isTrue();
    assertThat(list.members()).hasSize(1);
  }

  @Test
  void areNotThoseThatWereJustDeleted() throws Exception {
    deploy(Watch.ALL, true);
    join("h1");
    Member member = list(MemberFilter.ALL).members().get(1).member();
    verdicts.add(new MemberView(member, verdict(Status.UP)));
    assertThat(list(MemberFilter.ALL).members()).hasSize(2);
    await(Topics.DELETE.request(vertx, H1, PATIENCE));
    assertThat(list(MemberFilter.ALL).members())
        .extracting(view -> view.member().id())
        .containsExactly(TOOZ);
  }

  @Test
  void cannotBeChangedForThereIsNothingToChange() throws Exception {
    deploy(Watch.ALL, true);
    String why = "compute/a-tooz has no row in the catalogue";
    assertRefused(409, () -> await(Topics.DELETE.request(vertx, TOOZ, PATIENCE)))
        .hasMessageContaining(why);
    assertRefused(409, () -> await(Topics.LEAVE.request(vertx, TOOZ, PATIENCE)))
        .hasMessageContaining("tooz");
    assertRefused(
            409,
            () -> await(Topics.UPDATE.request(vertx, update("a-tooz", true, null, null), PATIENCE)))
        .hasMessageContaining(why);
    MemberId nobody = new MemberId("compute", "nobody");
    assertRefused(404, () -> await(Topics.DELETE.request(vertx, nobody, PATIENCE)));
  }

  private Snapshot list(MemberFilter filter) throws Exception {
    return await(Topics.LIST.request(vertx, filter, PATIENCE));
  }

  private static Verdict verdict(Status status) {
    return new Verdict(status, Reason.HEARTBEAT, NOW, NOW, false, "zookeeper");
  }
}
