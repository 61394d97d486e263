package io.servicegroup.catalog;

import static io.servicegroup.catalog.Services.assertRefused;
import static io.servicegroup.catalog.Services.id;
import static io.servicegroup.catalog.Services.spec;
import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.catalog.ServiceCatalog.Join;
import io.servicegroup.catalog.ServiceCatalog.Joined;
import io.servicegroup.model.Member;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests which joins go into a batch, and the result of each. */
@Timeout(60)
class MemberJoinsTest {

  private static final Instant NOW = Instant.parse("2026-11-22T07:00:00Z");

  private final BlockingQueue<Batch> batches = new LinkedBlockingQueue<>();
  private final AtomicLong clock = new AtomicLong();
  private final JoinOrder order = new JoinOrder(id -> Duration.ofSeconds(15));
  private Vertx vertx;
  private MemberJoins joins;

  @BeforeEach
  void prepare() {
    vertx = Vertx.vertx();
    ServiceCatalog catalog =
        (ServiceCatalog)
            Proxy.newProxyInstance(
                ServiceCatalog.class.getClassLoader(),
                new Class<?>[] {ServiceCatalog.class},
                (proxy, method, arguments) -> {
                  Batch batch = new Batch((List<?>) arguments[0]);
                  batches.add(batch);
                  return batch.joins();
                });
    joins =
        new MemberJoins(
            vertx,
            catalog,
            new StoreReachability("memory:"),
            "agent-1",
            Set.of("redis"),
            () -> 7,
            order,
            clock::get);
  }

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  /** The batches that the catalogue received. */
  private static final class Batch {
    private final Map<String, Promise<Joined>> asked = new LinkedHashMap<>();

    Batch(List<?> joins) {
      joins.forEach(join -> asked.put(((Join) join).spec().id().host(), Promise.promise()));
    }

    List<Future<Joined>> joins() {
      return asked.values().stream().map(Promise::future).toList();
    }

    List<String> hosts() {
      return List.copyOf(asked.keySet());
    }

    void join(String host) {
      asked.get(host).complete(new Joined(Member.uncatalogued(id(host)), true));
    }

    void fail(String host, Throwable failure) {
      asked.get(host).fail(failure);
    }

    void joinAll() {
      hosts().forEach(this::join);
    }

    void failAll(Throwable failure) {
      hosts().forEach(host -> fail(host, failure));
    }
  }

  private Batch nextBatch() throws Exception {
    Batch batch = next(batches);
    assertThat(batch).as("nobody asked the catalogue").isNotNull();
    return batch;
  }

  /** Requests joins in one turn, as the verticle does for configured services. */
  private List<Future<Joined>> ask(List<String> hosts) throws Exception {
    Promise<List<Future<Joined>>> asked = Promise.promise();
    vertx.runOnContext(
        turn ->
            asked.complete(
                hosts.stream().map(host -> joins.join(new Join(spec(host, 1), null))).toList()));
    return await(asked.future());
  }

  private static List<String> hosts(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "h" + i).toList();
  }

  @Test
  void whatIsAskedForWhileABatchIsUnderWayGoesIntoTheNext() throws Exception {
    ask(List.of("h1", "h2"));
    Batch first = nextBatch();
    ask(List.of("h3"));
    ask(List.of("h4"));
    assertThat(first.hosts()).containsExactly("h1", "h2");
    assertThat(batches).isEmpty();

    first.joinAll();

    assertThat(nextBatch().hosts()).containsExactly("h3", "h4");
  }

  @Test
  void twoThousandTakeAHandfulOfBatchesAndTheFirstOfThemAreFew() throws Exception {
    List<Future<Joined>> asked = ask(hosts(0, 2000));
    List<Integer> sizes = new ArrayList<>();
    while (!Future.all(asked).isComplete()) {
      Batch batch = nextBatch();
      sizes.add(batch.hosts().size());
      clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(700));
      batch.joinAll();
      await(Future.all(asked.subList(0, sizes.stream().mapToInt(size -> size).sum())));
    }

    assertThat(sizes).containsExactly(100, 200, 400, 800, 500);
  }

  @Test
  void eachLearnsOfItsOwnJoinWhileOthersWait() throws Exception {
    List<Future<Joined>> asked = ask(List.of("h1", "h2", "h3"));
    Batch batch = nextBatch();

    batch.join("h2");
    batch.fail("h3", new ServiceGroupException(Refusal.CONFLICT, "in another group"));

    assertThat(await(asked.get(1)).member().id()).isEqualTo(id("h2"));
    assertRefused(409, () -> await(asked.get(2)));
    assertThat(asked.get(0).isComplete()).isFalse();
  }

  @Test
  void aFewStragglersKeepNobodyElse() throws Exception {
    List<Future<Joined>> asked = ask(hosts(0, 120));
    Batch first = nextBatch();
    first.hosts().subList(0, 89).forEach(first::join);
    await(Future.all(asked.subList(0, 89)));
    assertThat(batches).isEmpty();

    first.join("h89");

    Batch second = nextBatch();
    assertThat(second.hosts()).hasSize(20);
    second.joinAll();
    first.hosts().subList(90, 100).forEach(first::join);
    await(Future.all(asked));
    assertThat(batches).isEmpty();
  }

  @Test
  void whoeverWasUpAMomentAgoComesFirstAndWhoseBeatRunsOutSoonestBeforeAll() throws Exception {
    order.saw(member("down", NOW.minusSeconds(3600)));
    order.saw(member("never", null));
    order.saw(member("later", NOW));
    order.saw(member("sooner", NOW.minusSeconds(10)));

    ask(List.of("new", "down", "never", "later", "sooner"));

    assertThat(nextBatch().hosts()).containsExactly("sooner", "later", "down", "never", "new");
  }

  private static Member member(String host, Instant lastSeenUp) {
    return Member.uncatalogued(id(host)).withLastSeenUp(lastSeenUp);
  }

  @Test
  void aBatchThatTookTooLongIsHalvedTheNextTime() throws Exception {
    List<Future<Joined>> asked = ask(hosts(0, 300));
    Batch first = nextBatch();
    clock.addAndGet(TimeUnit.SECONDS.toNanos(5));
    first.failAll(new TimeoutException("no answer within 5000 ms"));

    assertThat(nextBatch().hosts()).hasSize(50);
    assertRefused(503, () -> await(asked.get(0))).hasMessageContaining("no answer within");
  }

  @Test
  void aBatchThatIsSlowForEachOfItsMembersIsHalvedUntilItIsDoneInTime() throws Exception {
    assertThat(sizes(300, members -> 30 * members)).containsExactly(100, 50, 50, 50, 50);
  }

  @Test
  void aPathThatIsSlowForOneAsForManyTakesMoreOfThemAgain() throws Exception {
    assertThat(sizes(2_000, members -> 3_000)).containsExactly(100, 50, 100, 200, 400, 800, 350);
  }

  /**
   * Joins many members, each batch within the given milliseconds, and returns the sizes of the
   * batches.
   */
  private List<Integer> sizes(int members, IntUnaryOperator millis) throws Exception {
    List<Future<Joined>> asked = ask(hosts(0, members));
    List<Integer> sizes = new ArrayList<>();
    for (int done = 0; done < members; done += sizes.get(sizes.size() - 1)) {
      Batch batch = nextBatch();
      sizes.add(batch.hosts().size());
      clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis.applyAsInt(batch.hosts().size())));
      batch.joinAll();
    }
    await(Future.all(asked));
    return sizes;
  }

  @Test
  void aStoreThatIsAwayHalvesNothing() throws Exception {
    ask(hosts(0, 300));
    nextBatch().failAll(new TimeoutException("connection refused"));

    assertThat(nextBatch().hosts()).hasSize(100);
  }

  @Test
  void whomSomebodyElseIsWritingIsTriedAgainAndKeepsNobodyElse() throws Exception {
    List<Future<Joined>> asked = ask(List.of("held", "free"));
    Batch first = nextBatch();
    first.join("free");
    first.fail("held", new MemberLockedException(id("held")));
    await(asked.get(1));
    Batch second = nextBatch();
    assertThat(second.hosts()).containsExactly("held");
    second.join("held");
    await(asked.get(0));
  }

  @Test
  void whomSomebodyElseHoldsIsTriedAgainAsideOfOthers() throws Exception {
    ask(List.of("held"));
    Batch first = nextBatch();
    ask(List.of("busy"));
    first.fail("held", new MemberLockedException(id("held")));
    Batch second = nextBatch();
    assertThat(second.hosts()).containsExactly("busy");
    // By then the locked member waits for its next attempt.
    await(vertx.timer(200, TimeUnit.MILLISECONDS));
    ask(List.of("free"));
    second.joinAll();

    Batch third = nextBatch();
    assertThat(third.hosts()).containsExactly("free");
    third.joinAll();
    assertThat(nextBatch().hosts()).containsExactly("held");
  }

  @Test
  void whomSomebodyElseHoldsForLongIsToldSo() throws Exception {
    List<Future<Joined>> asked = ask(List.of("held"));
    Batch first = nextBatch();
    clock.addAndGet(TimeUnit.SECONDS.toNanos(5));
    first.fail("held", new MemberLockedException(id("held")));

    assertRefused(503, () -> await(asked.get(0)))
        .hasMessageContaining("compute/held")
        .hasMessageContaining("transaction");
  }
}
