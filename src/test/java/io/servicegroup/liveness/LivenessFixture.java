package io.servicegroup.liveness;

import static io.servicegroup.testkit.Eventually.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.Eventually;
import io.servicegroup.testkit.Members;
import io.vertx.core.Vertx;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * Two agents on one real server, which lives as long as the class: one that writes and one that
 * watches everything. Each test has a group of its own.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class LivenessFixture {

  /** The backend's configured name. */
  protected static final String NAME = "contract";

  /** From a beat to the next, and from a poll to the next: each call has half of it. */
  protected static final Duration INTERVAL = Duration.ofSeconds(3);

  /** For what a server that is back needs to be found again, on a loaded machine. */
  protected static final Duration RECOVERY = Duration.ofSeconds(30);

  protected static final Duration SERVICE_DOWN_TIME = Duration.ofSeconds(9);
  private static final AtomicLong GENERATION = new AtomicLong();

  private final List<LivenessHarness> opened = new ArrayList<>();

  /** The server; null where there is none. */
  protected BackendServer server;

  /** For connections. */
  protected Vertx vertx;

  /** This test's own group. */
  protected String group;

  /** An agent that follows its own members only. */
  protected LivenessHarness writer;

  /** An agent that watches everything. */
  protected LivenessHarness watcher;

  /**
   * Starts the server, ready for use.
   *
   * @return the server, or null without {@link Capability#SERVER}
   */
  protected abstract BackendServer createServer();

  /**
   * Makes the backend of one agent.
   *
   * @param forVertx for its connections
   * @param settings of the agent
   * @return not open yet
   */
  protected abstract LivenessBackend create(Vertx forVertx, LivenessSettings settings);

  /**
   * What the backend can do.
   *
   * @return its capabilities
   */
  protected abstract Set<Capability> capabilities();

  /**
   * Where agents find the backend.
   *
   * @return a URI
   */
  protected String uri() {
    return server.uri();
  }

  /**
   * Whether the backend can hold a member of this name; those that it cannot are its own tests'.
   *
   * @param id a name that the catalogue takes
   * @return whether it is written and seen as any other
   */
  protected boolean isPossible(MemberId id) {
    return true;
  }

  /** Takes from the server everything that the backend wrote there. */
  protected void empty() {
    server.startEmpty();
  }

  /**
   * Does in the catalogue what joins do, where the backend looks there.
   *
   * @param ids who joins, perhaps again
   * @return each with a new incarnation
   */
  protected List<Member> catalogue(List<MemberId> ids) {
    return ids.stream()
        .map(id -> member(id, new Incarnation(GENERATION.incrementAndGet(), "abc")))
        .toList();
  }

  /**
   * Removes a member from the catalogue, where the backend looks there.
   *
   * @param member who
   */
  protected void uncatalogue(Member member) {}

  /**
   * A member as the catalogue has it.
   *
   * @param id its name
   * @param incarnation its life
   * @return the member
   */
  protected static Member member(MemberId id, Incarnation incarnation) {
    return Members.of(id)
        .uuid("5f6c1b0e-8a52-4c8e-9a39-0d7a2a1c7c11")
        .version(5)
        .metadata(Map.of("zone", "az1"))
        .incarnation(incarnation)
        .agent("writer")
        .backends(NAME)
        .build();
  }

  @BeforeAll
  final void startServer() {
    vertx = Vertx.vertx();
    server = createServer();
  }

  @AfterAll
  final void stopServer() {
    await(vertx.close());
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  final void openAgents(TestInfo test) {
    Method method = test.getTestMethod().orElseThrow();
    Needs needs = method.getAnnotation(Needs.class);
    assumeTrue(needs == null || has(needs.value()), () -> "not for a backend without " + needs);
    group = "g" + GENERATION.incrementAndGet() + method.getName();
    writer = agent("writer", uri(), INTERVAL, true);
    watcher = agent("watcher", uri(), INTERVAL, false);
    eventually(writer::open);
    eventually(watcher::open);
  }

  @AfterEach
  final void closeAgents() {
    // At once: each may take a moment to take its leave of the others.
    opened.parallelStream().forEach(LivenessHarness::close);
    opened.clear();
  }

  /** Whether the backend can do that. */
  protected final boolean has(Capability capability) {
    return capabilities().contains(capability);
  }

  /** Makes an agent, which is closed after the test and not open yet. */
  protected final LivenessHarness agent(
      String name, String uri, Duration interval, boolean watchOwn, String... groups) {
    Duration down = interval.multipliedBy(SERVICE_DOWN_TIME.dividedBy(INTERVAL));
    LivenessSettings settings =
        new LivenessSettings(
            NAME,
            name + GENERATION.incrementAndGet(),
            BackendUri.parse(uri),
            interval,
            down,
            interval,
            LivenessHarness.watch(watchOwn, Set.of(groups)));
    LivenessHarness agent = new LivenessHarness(vertx, settings, this::create);
    opened.add(agent);
    return agent;
  }

  /** A member of this test's group. */
  protected final MemberId id(String host) {
    return new MemberId(group, host);
  }

  /** Joins a member of this test's group: its agent and its watcher hear of it. */
  protected final Life join(String host) {
    return join(List.of(id(host)), writer, watcher).get(0);
  }

  /** Joins members: their agent hears of them first, then those who follow them. */
  protected final List<Life> join(
      List<MemberId> ids, LivenessHarness own, LivenessHarness... followers) {
    List<Member> members = catalogue(ids);
    for (Member member : members) {
      own.catalogued(new CatalogEvent(CatalogEvent.Type.JOINED, member, true));
      for (LivenessHarness follower : followers) {
        follower.catalogued(new CatalogEvent(CatalogEvent.Type.JOINED, member, false));
      }
    }
    return members.stream().map(Life::new).toList();
  }

  /** Polls until a member is seen so; where the backend is read by polls, the next one must do. */
  protected final Sight see(LivenessHarness agent, MemberId id, Predicate<Sight> wanted) {
    return await(
        id + " is seen otherwise",
        has(Capability.HOLDS_PRESENCE) ? RECOVERY : Duration.ZERO,
        () -> Sight.of(id, agent.poll()),
        wanted);
  }

  /** Polls until a member is seen to live. */
  protected final Beat seeAlive(LivenessHarness agent, Life life) {
    Sight sight = see(agent, life.id(), seen -> seen.isAlive(life));
    if ((sight.held() != null) != has(Capability.HOLDS_PRESENCE)) {
      throw new AssertionError("held and counted are two things: " + sight);
    }
    return sight.life();
  }

  /** Polls until a member is seen to be gone. */
  protected final Absence seeGone(LivenessHarness agent, Life life, Absence.Cause cause) {
    return see(agent, life.id(), seen -> seen.isGone(life, cause)).gone();
  }

  /** Repeats what fails while a server is on its way back. */
  protected final <T> T eventually(Supplier<T> work) {
    return Eventually.succeeds("the server is back", work::get);
  }

  /** Repeats a member's beat until it is written. */
  protected final void eventuallyBeat(LivenessHarness agent, Life life) {
    eventually(() -> agent.write(life.alive()));
  }

  /** All that lives, of several members. */
  protected static List<Heartbeat> alive(List<Life> lives) {
    return lives.stream().map(Life::alive).toList();
  }
}
