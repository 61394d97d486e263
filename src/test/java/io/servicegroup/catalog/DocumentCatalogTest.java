package io.servicegroup.catalog;

import static io.servicegroup.catalog.Services.assertRefused;
import static io.servicegroup.catalog.Services.id;
import static io.servicegroup.catalog.Services.spec;
import static io.servicegroup.catalog.Services.update;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ServiceSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests the catalogue of documents on a store in memory. */
class DocumentCatalogTest extends ServiceCatalogContract {

  private static final int RACES = 25;

  private final Map<Key, Document> documents = MemoryDocuments.shared();
  private Clock clock = Clock.systemUTC();

  @Override
  protected ServiceCatalog create(Vertx vertx) {
    return new DocumentCatalog(vertx, new MemoryDocuments(documents), clock);
  }

  @Override
  protected Optional<ServiceCatalog> createLater(Vertx vertx, Duration by) {
    Clock later = Clock.offset(Clock.systemUTC(), by);
    return Optional.of(new DocumentCatalog(vertx, new MemoryDocuments(documents), later));
  }

  @Test
  void aClaimThatNoMemberStandsBehindIsTakenOver() throws Exception {
    Key claim = new Key(Kind.CLAIM, "h1", "nova-compute");
    documents.put(claim, new Document(claim, "elsewhere", null));

    await(catalog.join(spec("h1", 1), "agent-1", Set.of()));

    assertThat(documents.get(claim).text()).isEqualTo("compute");
    await(catalog.delete(id("h1")));
    assertThat(documents.keySet())
        .as("nothing but the trace of its removal")
        .containsExactly(new Key(Kind.REMOVAL, "compute", "h1"));
  }

  @Test
  void aGenerationBeyondAllClocksIsNotCountedOn() throws Exception {
    for (String absurd :
        List.of("999999999999999999", "9223372036854775807", "100000000000000000")) {
      Member known = await(catalog.join(spec("h1", 1), "agent-1", Set.of())).member();
      spoil(id("h1"), known.incarnation().toString(), absurd + "-dead");

      Member joined = await(open().join(spec("h1", 2), "agent-2", Set.of())).member();
      Member other = await(catalog.join(spec("h2", 1), "agent-1", Set.of())).member();

      assertThat(await(open().list(MemberFilter.ALL))).containsExactly(joined, other);
      assertThat(joined.incarnation().generation()).isLessThan(100_000_000_000_000_000L);
      assertThat(other.incarnation().generation()).isLessThan(100_000_000_000_000_000L);
    }
  }

  @Test
  void anOrderBeyondAllClocksOrdersNothing() throws Exception {
    await(catalog.join(spec("h1", 1), "agent-1", Set.of()));
    Member said = await(catalog.update(update("h1", true, "broken", null)));
    String order = "\"words_order\":";
    spoil(id("h1"), order + said.wordsOrder(), order + Long.MAX_VALUE);
    for (Kind kind : List.of(Kind.WORDS, Kind.REMOVAL)) {
      Key key = new Key(kind, "compute", "h1");
      documents.put(key, new Document(key, Long.toString(Long.MAX_VALUE), null));
    }

    assertThat(await(open().find(id("h1"))).wordsOrder()).isZero();
    Member later = await(open().update(update("h1", null, null, true)));

    assertThat(later.wordsOrder()).isBetween(said.wordsOrder(), said.wordsOrder() + 60_000);
    assertThat(await(open().find(id("h1")))).isEqualTo(later);
    Member removed = await(open().delete(id("h1")));
    assertThat(await(open().removal(later))).hasValue(removed.wordsOrder());
  }

  private void spoil(MemberId id, String text, String instead) {
    Key key = MemberDocument.key(id);
    documents.put(key, new Document(key, documents.get(key).text().replace(text, instead), null));
  }

  @Test
  void parsesADocumentAgainOnlyWhereItChanged() throws Exception {
    await(catalog.join(spec("h1", 1), "agent-1", Set.of()));
    await(catalog.join(spec("h2", 1), "agent-1", Set.of()));
    List<Member> first = await(catalog.list(MemberFilter.ALL));
    await(open().join(spec("h2", 2), "agent-2", Set.of()));

    List<Member> second = await(catalog.list(MemberFilter.ALL));

    assertThat(second.get(0)).isSameAs(first.get(0));
    assertThat(second.get(1).version()).isEqualTo(2);
  }

  @Test
  void ofSimultaneousJoinsIntoTwoGroupsOneWins() throws Exception {
    for (int i = 0; i < 50; i++) {
      String host = "host-" + i;
      List<Future<?>> joins = new ArrayList<>();
      joins.add(open().join(spec("a", host, "worker", 1), "agent-1", Set.of()));
      joins.add(open().join(spec("b", host, "worker", 1), "agent-2", Set.of()));

      await(Future.join(joins).otherwiseEmpty());

      assertThat(joins.stream().filter(Future::succeeded)).hasSize(1);
      assertThat(await(catalog.list(MemberFilter.ALL)))
          .filteredOn(member -> member.id().host().equals(host))
          .hasSize(1);
    }
  }

  /** This holds in whichever order the two come, also while a delete is under way. */
  @Test
  void joinsAndDeletesOfTwoGroupsNeverLeaveABinaryInBoth() throws Exception {
    Vertx vertx = Vertx.vertx();
    ServiceCatalog slow =
        new DocumentCatalog(vertx, new SlowDocuments(vertx, new MemoryDocuments(documents)), clock);
    for (int i = 0; i < RACES; i++) {
      String host = "host-" + i;
      ServiceSpec a = spec("a", host, "worker", 1);
      ServiceSpec b = spec("b", host, "worker", 1);
      await(slow.join(a, "agent-1", Set.of()));
      List<Future<?>> race =
          List.of(
              slow.delete(a.id()),
              slow.join(a, "agent-1", Set.of()),
              slow.join(b, "agent-2", Set.of()),
              slow.join(b, "agent-3", Set.of()));
      await(Future.join(race).otherwiseEmpty());
      // The member that exists can join again, and no other member can take its binary.
      Future<?> again =
          Future.join(slow.join(a, "agent-1", Set.of()), slow.join(b, "agent-2", Set.of()));
      await(again.otherwiseEmpty());

      assertThat(await(slow.list(MemberFilter.ALL)))
          .filteredOn(member -> member.id().host().equals(host))
          .as(race.toString())
          .hasSize(1);
    }
    await(vertx.close());
  }

  @Test
  void generationsGrowEvenWhereTheStoreLostEverything() throws Exception {
    Member before = await(catalog.join(spec("h1", 1), "agent-1", Set.of())).member();
    documents.clear();

    Member after = await(catalog.join(spec("h1", 1), "agent-1", Set.of())).member();

    assertThat(after.incarnation().isNewerThan(before.incarnation())).isTrue();
  }

  @Test
  void generationsGrowEvenWhereTheClockFell() throws Exception {
    Member before = await(catalog.join(spec("h1", 1), "agent-1", Set.of())).member();
    clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

    Member after = await(open().join(spec("h1", 1), "agent-2", Set.of())).member();

    assertThat(after.incarnation().isNewerThan(before.incarnation())).isTrue();
  }

  @Test
  void whatCannotBeReadIsLeftOutAndTakesNothingFromTheOthers() throws Exception {
    Member whole = await(catalog.join(spec("h1", 1), "agent-1", Set.of())).member();
    List<String> texts =
        List.of(
            "{\"group\":\"compute\",\"host\":\"h9\"}",
            "",
            "no JSON",
            "[]",
            MemberDocument.write(whole).replace("\"version\":1", "\"version\":\"one\""),
            MemberDocument.write(whole).replace("[]", "[7]"),
            MemberDocument.write(whole).replace("[]", "null"),
            MemberDocument.write(whole));
    Key odd = new Key(Kind.MEMBER, "compute", "h9");
    for (String text : texts) {
      documents.put(odd, new Document(odd, text, null));

      assertThat(await(catalog.list(MemberFilter.ALL))).as(text).containsExactly(whole);
      assertThat(await(catalog.find(List.of(id("h9"), id("h1"))))).containsExactly(whole);
      assertThat(await(catalog.versions(null, null))).hasSize(1);
      assertThat(catalog.unreadable()).as(text).containsOnlyKeys("compute/h9");
      assertRefused(409, () -> await(catalog.update(Services.disable("h9", "why"))))
          .hasMessageContaining("compute/h9")
          .hasMessageContaining("cannot be read");
    }
    assertThat(await(catalog.join(spec("h9", 1), "agent-1", Set.of())).member().version())
        .isEqualTo(1);
    assertThat(await(catalog.list(MemberFilter.ALL))).hasSize(2);
    assertThat(catalog.unreadable()).isEmpty();

    documents.put(odd, new Document(odd, "{}", null));
    await(catalog.list(MemberFilter.ALL));
    await(catalog.delete(id("h9")));
    assertThat(await(catalog.list(MemberFilter.ALL))).containsExactly(whole);
    assertThat(catalog.unreadable()).isEmpty();
  }

  @Test
  void whatCouldNotBeReadAndIsGoneIsGoneForWhoeverAsksByName() throws Exception {
    Key odd = new Key(Kind.MEMBER, "compute", "h9");
    Document spoilt = new Document(odd, "no JSON", null);
    documents.put(odd, spoilt);
    await(catalog.find(List.of(id("h9"))));
    assertThat(catalog.unreadable()).containsOnlyKeys("compute/h9");
    documents.remove(odd);
    await(catalog.find(List.of(id("h9"))));
    assertThat(catalog.unreadable()).isEmpty();

    documents.put(odd, spoilt);
    await(catalog.list(new MemberFilter("compute", null, null, null)));
    assertThat(catalog.unreadable()).containsOnlyKeys("compute/h9");
    documents.remove(odd);
    await(catalog.list(new MemberFilter("storage", null, null, null)));
    assertThat(catalog.unreadable()).containsOnlyKeys("compute/h9");
    await(catalog.list(new MemberFilter("compute", null, null, null)));
    assertThat(catalog.unreadable()).isEmpty();
  }

  @Test
  void oneClockThatIsWrongEndsNoTraceAlsoWhereItGaveOne() throws Exception {
    for (String host : List.of("h1", "h2", "h3")) {
      await(catalog.join(spec(host, 1), "agent-1", Set.of()));
    }
    Member before = await(catalog.find(id("h1")));
    await(catalog.delete(id("h1")));
    await(catalog.delete(id("h2")));
    clock = Clock.fixed(Instant.now().plus(Duration.ofDays(365)), ZoneOffset.UTC);
    ServiceCatalog wrong = open();
    await(wrong.delete(id("h3")));

    await(wrong.list(MemberFilter.ALL));

    assertThat(await(catalog.removal(before)).orElse(0)).isPositive();
    assertThat(documents).containsKey(new Key(Kind.REMOVAL, "compute", "h1"));
    assertThat(documents).containsKey(new Key(Kind.REMOVAL, "compute", "h2"));
  }

  @Test
  void theRemovalOfWhatCannotBeReadComesAfterItsLastWord() throws Exception {
    clock = Clock.fixed(Instant.now().plus(Duration.ofDays(365)), ZoneOffset.UTC);
    await(catalog.join(spec("h9", 1), "agent-1", Set.of()));
    Member said = await(open().update(Services.disable("h9", "why")));
    clock = Clock.systemUTC();
    Key odd = new Key(Kind.MEMBER, "compute", "h9");
    documents.put(odd, new Document(odd, "no JSON", null));

    Member gone = await(open().delete(id("h9")));

    assertThat(gone.wordsOrder()).isGreaterThan(said.wordsOrder());
    assertThat(await(catalog.removal(said)).orElse(0)).isEqualTo(gone.wordsOrder());
  }

  @Test
  void tracesEndAfterThirtyDaysAndNotByAClockThatIsWrong() throws Exception {
    Member before = await(catalog.join(spec("h1", 1), "agent-1", Set.of())).member();
    await(catalog.delete(id("h1")));
    Key old = new Key(Kind.REMOVAL, "compute", "h2");
    long order = System.currentTimeMillis() - RememberedMembers.REMEMBERED.plusDays(1).toMillis();
    documents.put(old, new Document(old, Long.toString(order), null));
    Key words = new Key(Kind.WORDS, "compute", "h2");
    documents.put(words, new Document(words, "7", null));

    clock =
        Clock.fixed(
            Instant.now().plus(RememberedMembers.REMEMBERED.multipliedBy(9)), ZoneOffset.UTC);
    await(open().list(MemberFilter.ALL));

    assertThat(await(catalog.removal(before)).orElse(0)).isPositive();
    await(
        "31 days older than another",
        () -> await(catalog.list(MemberFilter.ALL)),
        listed -> !documents.containsKey(old) && !documents.containsKey(words));
  }

  @Test
  void ofAgentsThatNeverCameBackNoDocumentStaysAtAll() throws Exception {
    for (int i = 0; i < 50; i++) {
      JsonObject what = new JsonObject().put("agents", new JsonArray().add("life-" + i));
      await(catalog.changeRejoinRecords("pod-" + i, Map.of(id("h" + i), what), Set.of()));
    }
    clock = Clock.offset(Clock.systemUTC(), Duration.ofDays(31));
    ServiceCatalog later = open();
    await("nothing is kept", () -> await(later.list(MemberFilter.ALL)), listed -> kept().isEmpty());
  }

  private List<Key> kept() {
    synchronized (documents) {
      return documents.keySet().stream().filter(key -> key.kind() == Kind.KEPT).toList();
    }
  }
}
