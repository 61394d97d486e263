package io.servicegroup.catalog;

import static io.servicegroup.catalog.Services.disable;
import static io.servicegroup.catalog.Services.id;
import static io.servicegroup.catalog.Services.spec;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.liveness.StoredBeat;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Agents of two releases share one store of documents. */
class OlderAgentsDocumentsTest {

  private static final Key MEMBER = new Key(Kind.MEMBER, "compute", "h1");
  private static final Key CLAIM = new Key(Kind.CLAIM, "h1", "nova-compute");

  private final Vertx vertx = Vertx.vertx();
  private final Map<Key, Document> documents = MemoryDocuments.shared();
  private final ServiceCatalog catalog =
      new DocumentCatalog(vertx, new MemoryDocuments(documents), Clock.systemUTC());

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  private static String member() {
    return OlderAgent.wrote("redis", "hash", "servicegroup:_tooz:catalog:member", "compute:h1");
  }

  private static String claim() {
    return OlderAgent.wrote("redis", "hash", "servicegroup:_tooz:catalog:claim", "h1:nova-compute");
  }

  private void older() {
    documents.put(MEMBER, new Document(MEMBER, member(), null));
    documents.put(CLAIM, new Document(CLAIM, claim(), null));
  }

  private void olderAgentSays(Map<String, Object> changes) {
    documents.computeIfPresent(MEMBER, (key, found) -> OlderAgent.update(found, changes));
  }

  private Member stored() throws Exception {
    return await(catalog.list(MemberFilter.ALL)).get(0);
  }

  @Test
  void whatTheyWroteIsReadAndWhatIsWrittenTheyRead() throws Exception {
    older();
    Member read = stored();
    assertThat(read.uuid()).isEqualTo(new JsonObject(member()).getString("uuid")).hasSize(36);
    assertThat(read.disabled()).isTrue();
    assertThat(read.disabledReason()).isEqualTo("broken disk");
    assertThat(read.metadata()).containsEntry("cores", 16).containsEntry("nothing", null);
    assertThat(read.wordsOrder()).isZero();
    String beats = OlderAgent.wrote("redis", "string", "servicegroup:_tooz:beat:compute:h1");
    assertThat(StoredBeat.parse(beats))
        .hasValueSatisfying(beat -> assertThat(beat.incarnation()).isEqualTo(read.incarnation()));

    await(catalog.join(spec("h1", 6), "agent-2", Set.of("redis")));
    Member said = await(catalog.update(disable("h1", "again")));

    assertThat(OlderAgent.read(documents.get(MEMBER)).getString("uuid")).isEqualTo(read.uuid());
    assertThat(OlderAgent.read(documents.get(MEMBER)).getString("disabled_reason"))
        .isEqualTo(said.disabledReason());
    assertThat(documents.get(CLAIM).text()).isEqualTo(claim());
  }

  @Test
  void theirUpdateLeavesTheOrderAndIsANewWord() throws Exception {
    older();
    Member said = await(catalog.update(disable("h1", "again")));

    olderAgentSays(Map.of("forced_down", true));

    Member theirs = stored();
    assertThat(theirs.forcedDown()).isTrue();
    assertThat(theirs.wordsOrder()).as("as it was").isEqualTo(said.wordsOrder());
    RememberedMembers remembered =
        new RememberedMembers(Clock.systemUTC(), System::nanoTime, () -> true);
    remembered.rememberFound(remembered.compare(said));
    RepairDecision decision = remembered.compare(theirs);
    assertThat(decision.repair()).isEqualTo(RepairDecision.Repair.CONFIRM);
    assertThat(decision.shown().forcedDown()).isTrue();
    Member confirmed = await(catalog.confirm(decision.shown(), decision.written().wordsOrder()));
    assertThat(confirmed.forcedDown()).isTrue();
    assertThat(stored()).isEqualTo(confirmed);
  }

  @Test
  void whatTheyPutBackFromBeforeAWordIsNotBelieved() throws Exception {
    older();
    Document before = documents.get(MEMBER);
    Member said = await(catalog.update(disable("h1", "again")));
    RememberedMembers remembered =
        new RememberedMembers(Clock.systemUTC(), System::nanoTime, () -> true);
    remembered.rememberFound(remembered.compare(said));

    documents.clear();
    documents.put(MEMBER, before);

    assertThat(remembered.compare(stored()).repair()).isEqualTo(RepairDecision.Repair.PUT_BACK);
    assertThat(await(catalog.putBack(said))).isEqualTo(said);
  }

  @Test
  void aMemberThatTheyJoinAfterADeletionIsANewOne() throws Exception {
    older();
    Member last = await(catalog.delete(id("h1")));
    RememberedMembers remembered =
        new RememberedMembers(Clock.systemUTC(), System::nanoTime, () -> true);
    remembered.rememberRemovedHere(last);

    documents.put(
        MEMBER,
        OlderAgent.update(
            new Document(MEMBER, member(), null),
            Map.of("incarnation", "2795829999999999-77aa00bb11cc", "agent", "another")));

    assertThat(remembered.compare(stored()).repair()).isEqualTo(RepairDecision.Repair.CONFIRM);
    olderAgentSays(Map.of("agent", last.agent()));
    assertThat(remembered.compare(stored()).repair())
        .as("joined again through the same agent")
        .isEqualTo(RepairDecision.Repair.CONFIRM);
    olderAgentSays(Map.of("incarnation", last.incarnation().toString(), "agent", last.agent()));
    assertThat(remembered.compare(stored()).repair())
        .as("the one that slept")
        .isEqualTo(RepairDecision.Repair.REMOVE_AGAIN);
  }
}
