package io.servicegroup.catalog;

import static io.servicegroup.catalog.Services.GROUP;
import static io.servicegroup.catalog.Services.assertRefused;
import static io.servicegroup.catalog.Services.disable;
import static io.servicegroup.catalog.Services.id;
import static io.servicegroup.catalog.Services.spec;
import static io.servicegroup.catalog.Services.update;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.servicegroup.bus.MemberNews;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberUpdate;
import io.servicegroup.model.Probe;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.VersionRange;
import io.servicegroup.testkit.Members;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests what every catalogue does, whatever its store. A technology's test implements {@link
 * #create}.
 */
@Timeout(120)
public abstract class ServiceCatalogContract implements JoinsOfManyContract {

  private static final Set<String> BACKENDS = Set.of("postgresql", "zookeeper");

  private static final int MANY = 300;

  private final List<ServiceCatalog> opened = new ArrayList<>();
  private Vertx vertx;

  /** The catalogue under test, opened. */
  protected ServiceCatalog catalog;

  /**
   * Creates a catalogue. All catalogues of one test share one store, which is empty at the
   * beginning of the test.
   *
   * @param vertx makes its connections
   * @return the catalogue, not open yet
   */
  protected abstract ServiceCatalog create(Vertx vertx);

  /**
   * Creates a catalogue as {@link #create} does, whose clock is ahead of everything that was done
   * so far.
   *
   * @param vertx makes its connections
   * @param by how far the clock is ahead
   * @return the catalogue, not open yet; empty where the store does nothing with age
   */
  protected abstract Optional<ServiceCatalog> createLater(Vertx vertx, Duration by);

  @BeforeEach
  void openCatalog() throws Exception {
    vertx = Vertx.vertx();
    catalog = open();
  }

  @AfterEach
  void closeCatalogs() throws Exception {
    for (ServiceCatalog each : opened) {
      await(each.close());
    }
    await(vertx.close());
  }

  /**
   * Opens another catalogue on the same store, as another agent would.
   *
   * @return the catalogue
   */
  @Override
  public final ServiceCatalog open() throws Exception {
    ServiceCatalog made = create(vertx);
    opened.add(made);
    await(made.open());
    return made;
  }

  /** Users of a catalogue keep state of their own without locks. */
  @Test
  void completesAndTellsOnTheContextThatItWasMadeOn() throws Exception {
    BlockingQueue<Thread> heard = new LinkedBlockingQueue<>();
    List<Thread> threads = new ArrayList<>();
    List<Boolean> tells = new ArrayList<>();
    Runnable here = () -> threads.add(Thread.currentThread());
    await(
        vertx.deployVerticle(
            new VerticleBase() {
              @Override
              public Future<?> start() {
                ServiceCatalog made = create(vertx);
                opened.add(made);
                here.run();
                return made.open()
                    .compose(open -> made.watch(news -> heard.add(Thread.currentThread())))
                    .onSuccess(watching -> tells.add(watching.get() != Telling.NOTHING))
                    .onComplete(end -> here.run())
                    .compose(watching -> made.join(spec("h1", 1), "agent-1", BACKENDS))
                    .onComplete(end -> here.run())
                    .compose(joined -> made.list(MemberFilter.ALL))
                    .onComplete(end -> here.run())
                    .compose(listed -> made.delete(id("h1")))
                    .onComplete(end -> here.run());
              }
            }));
    if (tells.get(0)) {
      // In some stores a catalogue announces its changes only after it has tested its own channel.
      await(catalog.watch(news -> {}));
      heard.clear();
      await(catalog.join(spec("h2", 1), "agent-2", BACKENDS));
      threads.add(heard.poll(20, TimeUnit.SECONDS));
      assertThat(threads).as("a change was announced").doesNotContainNull();
    }
    assertThat(Set.copyOf(threads)).containsExactly(threads.get(0));
  }

  @Test
  void newsNamesTheMembersThatChanged() throws Exception {
    ServiceCatalog other = open();
    BlockingQueue<MemberNews> heard = new LinkedBlockingQueue<>();
    // In some stores a catalogue announces its changes only after it has tested its own channel.
    await(catalog.watch(news -> {}));
    Telling telling = await(other.watch(heard::add)).get();
    assumeThat(telling).isNotEqualTo(Telling.NOTHING);

    await(catalog.join(spec("h1", 1), "agent-1", BACKENDS));
    assertThat(named(heard)).containsExactly(id("h1"));
    await(catalog.update(disable("h1", "why")));
    assertThat(named(heard)).containsExactly(id("h1"));
    await(catalog.delete(id("h1")));
    assertThat(named(heard)).containsExactly(id("h1"));

    Set<MemberId> many = new HashSet<>();
    List<ServiceCatalog.Join> joins = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      ServiceSpec spec = spec("h \"'%s\\ä-".formatted("x".repeat(i % 200)) + i, 1);
      many.add(spec.id());
      joins.add(new ServiceCatalog.Join(spec, null));
    }
    heard.clear();
    await(Future.all(catalog.joinAll(joins, "agent-1", BACKENDS, 0)));
    while (!many.isEmpty()) {
      many.removeAll(named(heard));
    }
  }

  /** The next news with names. */
  private static Set<MemberId> named(BlockingQueue<MemberNews> heard) throws Exception {
    MemberNews news = heard.poll(20, TimeUnit.SECONDS);
    while (news != null && news.members().isEmpty()) {
      news = heard.poll(20, TimeUnit.SECONDS);
    }
    assertThat(news).as("named news").isNotNull();
    return news.members();
  }

  @Test
  void storesWhatAJoinSays() throws Exception {
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("zone", "az1");
    metadata.put("nothing", null);
    ServiceSpec spec = new ServiceSpec(id("h1"), "nova-compute", 5, metadata, new Probe.None());

    ServiceCatalog.Joined joined = await(catalog.join(spec, "agent-1", BACKENDS));

    Member member = joined.member();
    assertThat(joined.created()).isTrue();
    assertThat(member.id()).isEqualTo(id("h1"));
    assertThat(member.binary()).isEqualTo("nova-compute");
    assertThat(member.version()).isEqualTo(5);
    assertThat(member.metadata()).isEqualTo(metadata);
    assertThat(member.agent()).isEqualTo("agent-1");
    assertThat(member.backends()).isEqualTo(BACKENDS);
    assertThat(member.uuid()).hasSize(36);
    assertThat(member.incarnation()).isNotNull();
    assertThat(member.disabled()).isFalse();
    assertThat(member.disabledReason()).isNull();
    assertThat(member.forcedDown()).isFalse();
    assertThat(member.lastSeenUp()).isNull();
    assertThat(await(catalog.find(id("h1")))).isEqualTo(member);
  }

  @Test
  void aLaterJoinIsANewerIncarnationAndKeepsTheOperatorsWords() throws Exception {
    Member first = await(catalog.join(spec("h1", 1), "agent-1", BACKENDS)).member();
    await(catalog.update(update("h1", true, "broken disk", true)));

    ServiceCatalog.Joined again = await(catalog.join(spec("h1", 2), "agent-2", Set.of("redis")));

    Member second = again.member();
    assertThat(again.created()).isFalse();
    assertThat(second.uuid()).isEqualTo(first.uuid());
    assertThat(second.disabled()).isTrue();
    assertThat(second.disabledReason()).isEqualTo("broken disk");
    assertThat(second.forcedDown()).isTrue();
    assertThat(second.version()).isEqualTo(2);
    assertThat(second.agent()).isEqualTo("agent-2");
    assertThat(second.backends()).containsExactly("redis");
    assertThat(second.incarnation().isNewerThan(first.incarnation())).isTrue();
  }

  @Test
  void aJoinIsNewerThanItsFloorAndSoAreThoseAfterIt() throws Exception {
    long known =
        await(catalog.join(spec("h1", 1), "agent-1", BACKENDS)).member().incarnation().generation();
    long floor = known + 50;

    Member again = await(catalog.join(spec("h1", 1), "agent-1", BACKENDS, floor)).member();
    Member fresh = await(catalog.join(spec("h2", 1), "agent-1", BACKENDS, floor)).member();
    Member later = await(open().join(spec("h1", 1), "agent-2", BACKENDS)).member();

    assertThat(again.incarnation().generation()).isGreaterThan(floor);
    assertThat(fresh.incarnation().generation()).isGreaterThan(floor);
    assertThat(later.incarnation().isNewerThan(again.incarnation())).isTrue();
  }

  @Test
  void fiftySimultaneousJoinsMakeOneMember() throws Exception {
    List<ServiceCatalog> agents = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      agents.add(open());
    }
    List<Future<ServiceCatalog.Joined>> joins = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      joins.add(agents.get(i % 10).join(spec("h1", 1), "agent-" + i, BACKENDS));
    }

    List<ServiceCatalog.Joined> joined = await(Future.all(joins).map(all -> all.list()));

    assertThat(joined).hasSize(50);
    assertThat(joined.stream().filter(ServiceCatalog.Joined::created)).hasSize(1);
    assertThat(joined.stream().map(join -> join.member().uuid()).distinct()).hasSize(1);
    assertThat(joined.stream().map(join -> join.member().incarnation().generation()).distinct())
        .hasSize(50);
    List<Member> stored = await(catalog.list(MemberFilter.ALL));
    long newest =
        joined.stream()
            .mapToLong(join -> join.member().incarnation().generation())
            .max()
            .orElseThrow();
    assertThat(stored).hasSize(1);
    assertThat(stored.get(0).incarnation().generation()).isEqualTo(newest);
  }

  @Test
  void aMemberThatWasDeletedJoinsAnew() throws Exception {
    Member before = await(catalog.join(spec("h1", 1), "agent-1", BACKENDS)).member();
    await(catalog.delete(id("h1")));

    ServiceCatalog.Joined after = await(catalog.join(spec("h1", 1), "agent-1", BACKENDS));

    assertThat(after.created()).isTrue();
    assertThat(after.member().uuid()).isNotEqualTo(before.uuid());
    assertThat(after.member().incarnation().isNewerThan(before.incarnation())).isTrue();
    assertThat(await(catalog.list(MemberFilter.ALL))).containsExactly(after.member());
  }

  @Test
  void refusesTheSameBinaryOfAHostInAnotherGroup() throws Exception {
    await(catalog.join(spec("h1", 1), "agent-1", BACKENDS));
    ServiceSpec clash = spec("other", "h1", "nova-compute", 1);

    assertRefused(409, () -> await(catalog.join(clash, "agent-1", BACKENDS)))
        .hasMessageContaining("h1")
        .hasMessageContaining("nova-compute")
        .hasMessageContaining("group " + GROUP);
    assertThat(await(catalog.list(MemberFilter.ALL))).hasSize(1);
  }

  @Test
  void theBinaryFollowsTheJoinUnlessItClashes() throws Exception {
    await(catalog.join(spec("h1", 1), "agent-1", BACKENDS));
    ServiceSpec renamed = spec(GROUP, "h1", "compute-ng", 1);
    await(catalog.join(spec("other", "h1", "taken", 1), "agent-1", BACKENDS));

    assertThat(await(catalog.join(renamed, "agent-1", BACKENDS)).member().binary())
        .isEqualTo("compute-ng");
    assertRefused(
        409, () -> await(catalog.join(spec(GROUP, "h1", "taken", 1), "agent-1", BACKENDS)));
  }

  @Test
  void anUpdateChangesWhatItNames() throws Exception {
    Member before = await(catalog.join(spec("h1", 1), "agent-1", BACKENDS)).member();

    Member disabled = await(catalog.update(disable("h1", "maintenance")));
    assertThat(disabled.disabled()).isTrue();
    assertThat(disabled.disabledReason()).isEqualTo("maintenance");
    assertThat(disabled.version()).isEqualTo(1);
    assertThat(disabled.incarnation()).isEqualTo(before.incarnation());

    Member forced =
        await(
            catalog.update(
                new MemberUpdate(
                    id("h1"),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(true),
                    Optional.of(9),
                    Optional.of(Map.of("zone", "az2")))));
    assertThat(forced.forcedDown()).isTrue();
    assertThat(forced.version()).isEqualTo(9);
    assertThat(forced.metadata()).isEqualTo(Map.of("zone", "az2"));
    assertThat(forced.disabledReason()).isEqualTo("maintenance");
    assertThat(await(catalog.find(id("h1")))).isEqualTo(forced);
  }

  @Test
  void enablingClearsTheReason() throws Exception {
    await(catalog.join(spec("h1", 1), "agent-1", BACKENDS));
    await(catalog.update(disable("h1", "maintenance")));

    Member enabled = await(catalog.update(update("h1", false, null, null)));

    assertThat(enabled.disabled()).isFalse();
    assertThat(enabled.disabledReason()).isNull();
  }

  @Test
  void unknownMembersAre404() {
    assertRefused(404, () -> await(catalog.find(id("nobody"))));
    assertRefused(404, () -> await(catalog.delete(id("nobody"))));
    assertRefused(404, () -> await(catalog.update(disable("nobody", "why"))))
        .hasMessageContaining("compute/nobody");
  }

  @Test
  void listsInOrderAndFilters() throws Exception {
    await(catalog.join(spec("h2", 7), "agent-1", BACKENDS));
    await(catalog.join(spec("h1", 3), "agent-1", BACKENDS));
    await(catalog.join(spec("conductor", "h1", "nova-conductor", 9), "agent-1", BACKENDS));

    assertThat(ids(MemberFilter.ALL))
        .containsExactly(id("h1"), id("h2"), new MemberId("conductor", "h1"));
    assertThat(ids(new MemberFilter(GROUP, null, null, null))).containsExactly(id("h1"), id("h2"));
    assertThat(ids(new MemberFilter(GROUP, null, null, 7))).containsExactly(id("h2"));
    assertThat(ids(new MemberFilter(null, null, "nova-conductor", null)))
        .containsExactly(new MemberId("conductor", "h1"));
    assertThat(ids(new MemberFilter("nobody", null, null, null))).isEmpty();
    assertThat(await(catalog.find(List.of(id("h2"), id("h9")))).stream().map(Member::id))
        .containsExactly(id("h2"));
    assertThat(await(catalog.find(List.of()))).isEmpty();
  }

  @Test
  void versionsLeaveOutTheDeletedAndTheForcedDown() throws Exception {
    for (int version = 1; version <= 5; version++) {
      await(catalog.join(spec("h" + version, version), "agent-1", BACKENDS));
    }
    await(catalog.delete(id("h1")));
    await(catalog.update(update("h2", null, null, true)));
    await(catalog.update(disable("h3", "still counts")));

    VersionRange expected = new VersionRange(GROUP, "nova-compute", 3, 5);
    assertThat(await(catalog.versions(null, null))).containsExactly(expected);
    assertThat(await(catalog.versions(GROUP, "nova-compute"))).containsExactly(expected);
    assertThat(await(catalog.versions("other", null))).isEmpty();
  }

  @Test
  void adoptsAMemberAsItIs() throws Exception {
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("zone", Map.of("name", "az1"));
    Member member =
        Members.of(id("h1"))
            .uuid("c7b2a2f0-0000-4000-8000-000000000001")
            .version(4)
            .metadata(metadata)
            .disabled(true, "broken disk")
            .forcedDown(true)
            .incarnation(1_795_481_102_169_626L, "abc")
            .agent("agent-1")
            .backends(BACKENDS)
            .build();

    assertThat(await(catalog.adopt(member))).isTrue();
    assertThat(await(catalog.adopt(member))).isFalse();

    assertThat(await(catalog.find(id("h1")))).isEqualTo(member);
    assertThat(await(catalog.list(MemberFilter.ALL))).containsExactly(member);
    Member joined = await(catalog.join(spec("h1", 5), "agent-2", BACKENDS)).member();
    assertThat(joined.incarnation().isNewerThan(member.incarnation())).isTrue();
    assertThat(joined.uuid()).isEqualTo(member.uuid());
    assertThat(joined.forcedDown()).isTrue();
  }

  @Test
  void adoptsAMemberThatNoAgentJoined() throws Exception {
    Member nova = Members.of(id("h1")).version(66).build();

    assertThat(await(catalog.adopt(nova))).isTrue();
    assertThat(await(catalog.adopt(nova))).isFalse();

    assertThat(await(catalog.find(id("h1")))).isEqualTo(nova);
    Member joined = await(catalog.join(spec("h1", 5), "agent-2", BACKENDS)).member();
    assertThat(joined.incarnation()).isNotNull();
  }

  @Test
  void adoptsNoIncarnationBeforeTheOneThatBeganHere() throws Exception {
    Member old = await(catalog.join(spec("h1", 1), "agent-1", BACKENDS)).member();
    await(catalog.adopt(old));
    Member joined = await(catalog.join(spec("h1", 2), "agent-2", BACKENDS)).member();

    assertThat(await(catalog.adopt(old))).isFalse();
    assertThat(await(catalog.adopt(withoutAgent(old)))).isFalse();

    assertThat(await(catalog.find(id("h1")))).isEqualTo(joined);
  }

  private static Member withoutAgent(Member member) {
    return Members.like(member)
        .metadata(Map.of())
        .disabled(false, null)
        .forcedDown(false)
        .incarnation(null)
        .agent(null)
        .backends(Set.of())
        .lastSeenUp(null)
        .wordsOrder(0)
        .build();
  }

  @Test
  void joinsAreNewerThanAnythingThatWasAdoptedAtOnce() throws Exception {
    Member like = await(catalog.join(spec("h0", 1), "agent-1", BACKENDS)).member();
    List<Future<Boolean>> adopted = new ArrayList<>();
    List<Member> members = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      long generation = 1_000L * (i % 2 == 0 ? i : 21 - i);
      Member member =
          Members.of(id("h" + i))
              .incarnation(generation, "abc")
              .agent(like.agent())
              .backends(BACKENDS)
              .build();
      members.add(member);
      adopted.add(catalog.adopt(member));
    }
    await(Future.all(adopted));

    for (Member member : members) {
      await(catalog.delete(member.id()));
      Member joined = await(catalog.join(spec(member.id().host(), 1), "a", BACKENDS)).member();
      assertThat(joined.incarnation().isNewerThan(member.incarnation())).isTrue();
    }
  }

  @Test
  void adoptsNoSecondGroupOfABinary() throws Exception {
    Member member = await(catalog.join(spec("h1", 1), "agent-1", BACKENDS)).member();
    Member clash = Members.of("other", "h1").binary(member.binary()).version(0).build();

    assertRefused(409, () -> await(catalog.adopt(clash)));
    assertThat(await(catalog.list(MemberFilter.ALL))).containsExactly(member);
  }

  @Test
  void openingAgainIsHarmlessAndManyMayOpenAtOnce() throws Exception {
    await(catalog.join(spec("h1", 1), "agent-1", BACKENDS));
    List<Future<Void>> opening = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      ServiceCatalog other = create(vertx);
      opened.add(other);
      opening.add(other.open());
    }
    await(Future.all(opening));

    await(catalog.open());

    assertThat(await(catalog.list(MemberFilter.ALL))).hasSize(1);
  }

  @Test
  void manyOfAGroupAreDeletedAtOnce() throws Exception {
    ServiceCatalog other = open();
    List<Future<?>> joins = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      joins.add(catalog.join(spec("h" + i, 1), "agent-1", BACKENDS));
    }
    await(Future.all(joins));

    List<Future<?>> changes = new ArrayList<>();
    for (int i = 0; i < MANY; i += 2) {
      changes.add((i % 4 == 0 ? catalog : other).delete(id("h" + i)));
      changes.add(other.update(update("h" + (i + 1), true, "disk", null)));
    }
    await(Future.join(changes).otherwiseEmpty());

    assertThat(changes).filteredOn(Future::failed).extracting(Future::cause).isEmpty();
    assertThat(await(catalog.list(MemberFilter.ALL))).hasSize(MANY / 2).allMatch(Member::disabled);
  }

  @Test
  void numbersOfTheMetadataAreReadAsTheyWereWritten() throws Exception {
    Map<String, Object> metadata =
        new JsonObject(
                """
                {"a": 1e20, "b": -0.0, "c": 1e-7, "d": 123456789012345678901234567890, "e": 1.10,
                 "f": 1e2, "g": 9007199254740993, "h": {"i": [1.0, 100, 1e300]}, "j": 0.1}
                """)
            .getMap();
    ServiceSpec spec = new ServiceSpec(id("h1"), "nova-compute", 5, metadata, new Probe.None());

    Member joined = await(catalog.join(spec, "agent-1", BACKENDS)).member();

    Member told =
        Members.like(joined)
            .metadata(metadata)
            .disabled(false, null)
            .forcedDown(false)
            .backends(BACKENDS)
            .lastSeenUp(null)
            .wordsOrder(0)
            .build();
    assertThat(joined.sameAs(told)).isTrue();
    assertThat(await(catalog.find(id("h1"))).sameAs(told)).isTrue();
    assertThat(await(catalog.adopt(told))).as("changed").isFalse();
  }

  @Test
  void aMemberThatIsTooLargeHarmsNobody() throws Exception {
    await(catalog.join(spec("h1", 1), "agent-1", BACKENDS));
    ServiceSpec large =
        new ServiceSpec(
            id("large"),
            "nova-compute",
            5,
            Map.of("text", "x".repeat(3_000_000)),
            new Probe.None());
    Future<?> joined = catalog.join(large, "agent-1", BACKENDS);
    await(joined.otherwiseEmpty());
    if (joined.failed()) {
      assertRefused(409, () -> await(joined)).hasMessageContaining("too large");
    }

    assertThat(await(catalog.join(spec("h2", 1), "agent-1", BACKENDS)).created()).isTrue();
    assertThat(await(catalog.list(MemberFilter.ALL))).hasSize(joined.succeeded() ? 3 : 2);
  }

  @Test
  void wordsAndRemovalsHaveAnOrderThatOnlyGrows() throws Exception {
    long before = System.currentTimeMillis() - 60_000;
    Member joined = await(catalog.join(spec("h1", 1), "agent-1", BACKENDS)).member();
    assertThat(joined.wordsOrder()).as("nobody said anything yet").isZero();

    Member first = await(catalog.update(disable("h1", "one")));
    Member second = await(catalog.update(disable("h1", "two")));
    assertThat(first.wordsOrder()).isGreaterThan(before);
    assertThat(second.wordsOrder()).isGreaterThan(first.wordsOrder());
    Member again = await(catalog.join(spec("h1", 2), "agent-2", BACKENDS)).member();
    assertThat(again.wordsOrder()).as("a join is no word").isEqualTo(second.wordsOrder());
    assertThat(await(open().list(MemberFilter.ALL))).containsExactly(again);

    Member deleted = await(catalog.delete(id("h1")));
    assertThat(deleted.wordsOrder()).isGreaterThan(again.wordsOrder());
    assertThat(await(open().removal(again))).hasValue(deleted.wordsOrder());
    Member anew = await(catalog.join(spec("h1", 1), "agent-3", BACKENDS)).member();
    assertThat(anew.wordsOrder()).isGreaterThan(deleted.wordsOrder());
    assertThat(anew.disabled()).isFalse();
    assertThat(await(catalog.find(id("h1")))).isEqualTo(anew);
  }

  @Test
  void rememberedWordsArePutBackOverOlderOnesOnly() throws Exception {
    Member stored = await(catalog.join(spec("h1", 1), "agent-1", BACKENDS)).member();
    Member remembered =
        await(catalog.update(update("h1", true, "broken disk", true)))
            .withWordsOrder(System.currentTimeMillis() + 60_000);
    await(catalog.delete(id("h1")));
    Member anew = await(catalog.join(spec("h1", 7), "agent-2", BACKENDS)).member();
    assertThat(anew.uuid()).isNotEqualTo(stored.uuid());

    Member old = remembered.withWordsOrder(anew.wordsOrder());
    assertThat(await(catalog.putBack(old))).as("not later").isEqualTo(anew);
    // A uuid that a deleted row has cannot be given to another member.
    Member known = remembered.withWordsOf(uuidOf(anew, remembered));
    Member mended = await(catalog.putBack(known));

    assertThat(mended).isEqualTo(anew.withWordsOf(known));
    assertThat(mended.forcedDown()).isTrue();
    assertThat(mended.version()).as("of a later join").isEqualTo(7);
    assertThat(await(open().find(id("h1")))).isEqualTo(mended);
    assertRefused(404, () -> await(catalog.putBack(member("nobody"))));
  }

  private static Member uuidOf(Member one, Member words) {
    return Members.like(words).uuid(one.uuid()).lastSeenUp(null).build();
  }

  private static Member member(String host) {
    return Member.uncatalogued(id(host)).withWordsOrder(1);
  }

  @Test
  void wordsWithoutAnOrderAreGivenOneWhereTheyAreStillSo() throws Exception {
    Member seen = await(catalog.join(spec("h1", 1), "agent-1", BACKENDS)).member();

    Member confirmed = await(catalog.confirm(seen, 42));

    assertThat(confirmed).isEqualTo(seen.withWordsOrder(42));
    assertThat(await(open().confirm(seen, 43))).as("somebody was faster").isEqualTo(confirmed);
    Member said = await(catalog.update(update("h1", null, null, true)));
    assertThat(await(catalog.confirm(confirmed, 44))).isEqualTo(said);
  }

  @Test
  void whatIsRememberedAsRemovedIsRemovedAgain() throws Exception {
    Member last = await(catalog.join(spec("h1", 1), "agent-1", BACKENDS)).member();
    Member removed = last.withWordsOrder(System.currentTimeMillis());

    assertThat(await(catalog.removeAgain(removed))).isTrue();
    assertThat(await(catalog.list(MemberFilter.ALL))).isEmpty();
    assertThat(await(catalog.removal(last))).isPresent();
    assertThat(await(catalog.removal(last))).hasValue(removed.wordsOrder());
    assertThat(await(open().restore(last))).as("over a removal").isFalse();
    assertThat(await(catalog.removeAgain(removed))).as("there is none").isFalse();

    Member anew = await(catalog.join(spec("h1", 1), "agent-2", BACKENDS)).member();
    assertThat(await(catalog.removeAgain(removed))).as("a later word").isFalse();
    assertThat(await(catalog.list(MemberFilter.ALL))).containsExactly(anew);
    // Only the trace is written, as by an agent that remembers the removal in a store that was
    // emptied.
    Member lost = member("h2");
    assertThat(await(catalog.removeAgain(lost))).isFalse();
    assertThat(await(catalog.removal(lost.withWordsOrder(0)))).hasValue(1);
    assertThat(await(catalog.removals(List.of(lost))).getOrDefault(lost.id(), 0L))
        .as("before the last word")
        .isZero();
    assertThat(await(catalog.join(spec("h2", 1), "agent-2", BACKENDS)).member().wordsOrder())
        .isGreaterThan(1);
  }

  @Test
  void manyThatAreMissingAreExplainedTogether() throws Exception {
    List<Member> deleted = new ArrayList<>();
    for (String host : List.of("h1", "h2", "h:3 é")) {
      await(catalog.join(spec(host, 1), "agent-1", BACKENDS));
      deleted.add(await(catalog.delete(id(host))));
    }
    Member removedAgain = member("h4");
    await(catalog.removeAgain(removedAgain));
    Member there = await(catalog.join(spec("h5", 1), "agent-1", BACKENDS)).member();
    Map<MemberId, Long> orders = new HashMap<>(Map.of(removedAgain.id(), 1L));
    deleted.forEach(member -> orders.put(member.id(), member.wordsOrder()));
    List<Member> asked = new ArrayList<>();
    deleted.forEach(member -> asked.add(member.withWordsOrder(0)));
    asked.add(removedAgain.withWordsOrder(0));

    assertThat(await(open().removals(asked))).isEqualTo(orders);
    assertThat(await(catalog.removals(List.of()))).isEmpty();
    assertThat(await(catalog.find(there.id()))).isEqualTo(there);
  }

  @Test
  void whatIsRememberedAsRemovedIsRemovedOnlyInTheIncarnationThatItHad() throws Exception {
    Member last = await(catalog.join(spec("h1", 1), "agent-1", BACKENDS)).member();
    Member removed = last.withWordsOrder(System.currentTimeMillis() + 60_000);
    Member anew = await(open().join(spec("h1", 1), "agent-1", BACKENDS)).member();

    assertThat(await(catalog.removeAgain(removed))).as("joined since, by the same agent").isFalse();
    assertThat(await(catalog.list(MemberFilter.ALL))).containsExactly(anew);

    Member slept =
        await(catalog.join(spec("h1", 1), "agent-1", BACKENDS, 0, last.incarnation())).member();
    assertThat(slept.incarnation().isNewerThan(anew.incarnation())).isTrue();
    assertThat(slept.incarnation().origin()).isEqualTo(last.incarnation().generation());
    assertThat(await(catalog.removeAgain(removed))).as("of an agent that slept").isTrue();
    assertThat(await(catalog.list(MemberFilter.ALL))).isEmpty();
    assertThat(await(catalog.removal(last))).hasValue(removed.wordsOrder());
  }

  @Test
  void aTraceIsLeftOnlyWhereThereIsNoMemberAndRemovesNone() throws Exception {
    Member there = await(catalog.join(spec("h1", 1), "agent-1", BACKENDS)).member();
    await(catalog.trace(there.withWordsOrder(System.currentTimeMillis() + 60_000)));

    assertThat(await(catalog.list(MemberFilter.ALL))).containsExactly(there);
    Member word = await(catalog.update(disable("h1", "why")));
    assertThat(word.wordsOrder()).as("nothing was said before").isLessThan(now() + 30_000);

    Member absent = member("h2");
    await(catalog.trace(absent));
    assertThat(await(catalog.removal(absent.withWordsOrder(0)))).hasValue(1);
    Member joined = await(open().join(spec("h2", 1), "agent-1", BACKENDS)).member();
    assertThat(joined.wordsOrder()).isGreaterThan(1);
  }

  @Test
  void whatIsAdoptedAfterARemovalIsAWordAgainstIt() throws Exception {
    Member before = await(catalog.join(spec("h1", 1), "agent-1", BACKENDS)).member();
    Member deleted = await(catalog.delete(id("h1")));

    await(catalog.adopt(before.withUuid("c7b2a2f0-0000-4000-8000-000000000001")));

    assertThat(await(catalog.find(id("h1"))).wordsOrder()).isGreaterThan(deleted.wordsOrder());
  }

  private static long now() {
    return System.currentTimeMillis();
  }

  @Test
  void whatADeleteAndAJoinAtOnceLeaveIsAMemberOrATraceOfIt() throws Exception {
    ServiceCatalog other = open();
    for (int i = 0; i < 20; i++) {
      String host = "h" + i;
      Member before = await(catalog.join(spec(host, 1), "agent-1", BACKENDS)).member();
      Future<Member> deleted = catalog.delete(id(host));
      Future<ServiceCatalog.Joined> joined = other.join(spec(host, 1), "agent-2", BACKENDS);
      await(Future.join(deleted, joined).otherwiseEmpty());

      assertThat(deleted.succeeded()).as(host).isTrue();
      List<Member> there = await(catalog.find(List.of(id(host))));
      if (there.isEmpty()) {
        assertThat(await(catalog.removal(before)).orElse(0)).as(host).isPositive();
      } else {
        assertThat(there.get(0).wordsOrder()).as(host).isGreaterThan(deleted.result().wordsOrder());
      }
    }
  }

  @Test
  void whatAnAgentKeepsOfItsMembersIsThereForItsNextLife() throws Exception {
    JsonObject self = new JsonObject().put("probe", new JsonObject().put("type", "self"));
    JsonObject tcp = new JsonObject().put("why", "größer \"1\"").put("pid", 7L);
    await(catalog.join(spec("h1", 1), "agent-1", BACKENDS));
    Map<MemberId, JsonObject> many = new TreeMap<>();
    for (int i = 0; i < MANY; i++) {
      many.put(id("h:" + i + " é"), self);
    }

    assertThat(await(catalog.rejoinRecords("host-1:8080"))).isEmpty();
    assertThat(await(catalog.changeRejoinRecords("host-1:8080", many, Set.of()))).isTrue();
    await(
        catalog.changeRejoinRecords(
            "host-1:8080", Map.of(id("h1"), self, id("h:1 é"), tcp), Set.of()));
    await(catalog.changeRejoinRecords("host-2:8080", Map.of(id("h1"), tcp), Set.of(id("h2"))));
    many.put(id("h1"), self);
    many.put(id("h:1 é"), tcp);
    assertThat(await(open().rejoinRecords("host-1:8080"))).isEqualTo(many);

    await(catalog.delete(id("h1")));
    await(open().changeRejoinRecords("host-1:8080", Map.of(), Set.of(id("h:2 é"))));
    many.remove(id("h:2 é"));
    assertThat(await(catalog.rejoinRecords("host-1:8080"))).isEqualTo(many);
    await(catalog.changeRejoinRecords("host-1:8080", Map.of(), many.keySet()));
    assertThat(await(open().rejoinRecords("host-1:8080"))).isEmpty();
    assertThat(await(catalog.rejoinRecords("host-2:8080"))).isEqualTo(Map.of(id("h1"), tcp));
    assertThat(await(catalog.list(MemberFilter.ALL))).isEmpty();
  }

  @Test
  void twoLivesOfAnAgentKeepTheirMembersSideBySide() throws Exception {
    ServiceCatalog other = open();
    List<Future<Boolean>> kept = new ArrayList<>();
    Map<MemberId, JsonObject> all = new TreeMap<>();
    for (int i = 0; i < 40; i++) {
      JsonObject what = new JsonObject().put("n", i);
      all.put(id("h" + i), what);
      kept.add(
          (i % 2 == 0 ? catalog : other)
              .changeRejoinRecords("a", Map.of(id("h" + i), what), Set.of()));
    }
    await(Future.all(kept));

    assertThat(await(catalog.rejoinRecords("a"))).isEqualTo(all);
  }

  private void keep(ServiceCatalog through, String agentId, String host, String life)
      throws Exception {
    JsonObject what = new JsonObject().put("agents", new JsonArray().add(life));
    await(through.changeRejoinRecords(agentId, Map.of(id(host), what), Set.of()));
  }

  private String keptOf(String... agentIds) throws Exception {
    List<String> all = new ArrayList<>();
    for (String agentId : agentIds) {
      await(catalog.rejoinRecords(agentId))
          .keySet()
          .forEach(id -> all.add(agentId + " " + id.host()));
    }
    return String.join(", ", all);
  }

  @Test
  void whatAgentsThatNeverCameBackKeepOfMembersThatAreNotTheirsGoesAfterAMonth() throws Exception {
    await(catalog.join(spec("moved", 1), "life-9", Set.of()));
    await(catalog.join(spec("own", 1), "life-1", Set.of()));
    for (String host : List.of("gone", "moved", "own")) {
      keep(catalog, "pod-1", host, "life-1");
      keep(catalog, "pod-3", host, "life-3");
    }
    ServiceCatalog later = createLater(vertx, Duration.ofDays(31)).orElse(null);
    assumeThat(later).as("nothing grows old here").isNotNull();
    opened.add(later);
    await(later.open());
    keep(later, "pod-2", "gone", "life-2");
    keep(later, "pod-2", "moved", "life-2");

    // A read of the catalogue starts the daily work, and does not wait for it.
    String left = "pod-1 own, pod-2 gone, pod-2 moved";
    await(
        "what is kept",
        () -> {
          await(later.list(MemberFilter.ALL));
          return keptOf("pod-1", "pod-2", "pod-3");
        },
        left::equals);
    keep(later, "pod-3", "gone", "life-4");
    assertThat(keptOf("pod-3")).as("whoever comes back keeps again").isEqualTo("pod-3 gone");
  }

  private List<MemberId> ids(MemberFilter filter) throws Exception {
    return await(catalog.list(filter)).stream().map(Member::id).toList();
  }
}
