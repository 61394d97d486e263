package io.servicegroup.backend.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.Life;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.liveness.LivenessHarness;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.Sight;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.Eventually;
import io.servicegroup.testkit.Members;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.data.Stat;

/** Agents on a ZooKeeper, and a client beside them that reads and writes nodes as it likes. */
final class ZooKeeperRig implements AutoCloseable {

  static final Duration INTERVAL = Duration.ofSeconds(2);

  private static final String NAME = "zookeeper";
  private static final AtomicLong GENERATION = new AtomicLong();

  private final Vertx vertx = Vertx.vertx();
  private final List<Agent> agents = new ArrayList<>();
  private final List<ZooKeeperConnection> clients = new ArrayList<>();

  /** An agent: its backend as a verticle uses it, and the backend itself. */
  record Agent(LivenessHarness harness, ZooKeeperLivenessBackend backend) {

    Observation poll() {
      return harness.pollUntil(seen -> true);
    }

    void write(Life... lives) {
      for (Life life : lives) {
        write(life);
      }
    }

    /** Repeats it, as a writer does whose servers are away for a moment. */
    private void write(Life life) {
      assertThat(Eventually.succeeds("a write", () -> harness.write(life.alive()))).isEmpty();
    }

    void joined(Life... lives) {
      for (Life life : lives) {
        harness.catalogued(new CatalogEvent(CatalogEvent.Type.JOINED, life.member(), true));
      }
    }

    Sight await(MemberId id, Predicate<Sight> wanted) {
      return Sight.of(id, harness.pollUntil(seen -> wanted.test(Sight.of(id, seen))));
    }

    Sight awaitHeld(Life life) {
      return await(life.id(), sight -> sight.held() != null && sight.isAlive(life));
    }

    Sight awaitGone(Life life, Cause cause) {
      return await(life.id(), sight -> sight.isGone(life, cause));
    }
  }

  static LivenessSettings settings(String uri, boolean watchOwn, String... groups) {
    return new LivenessSettings(
        NAME,
        "agent" + GENERATION.incrementAndGet(),
        BackendUri.parse(uri),
        INTERVAL,
        Duration.ofSeconds(5),
        INTERVAL,
        LivenessHarness.watch(watchOwn, Set.of(groups)));
  }

  Agent agent(String uri, boolean watchOwn, String... groups) {
    Agent agent = closedAgent(uri, watchOwn, groups);
    agent.harness().open();
    return agent;
  }

  Agent closedAgent(String uri, boolean watchOwn, String... groups) {
    List<ZooKeeperLivenessBackend> made = new ArrayList<>();
    LivenessHarness harness =
        new LivenessHarness(
            vertx,
            settings(uri, watchOwn, groups),
            (forVertx, settings) -> {
              ZooKeeperLivenessBackend backend = new ZooKeeperLivenessBackend(forVertx, settings);
              made.add(backend);
              return backend;
            });
    Agent agent = new Agent(harness, made.get(0));
    agents.add(agent);
    return agent;
  }

  static Life life(String group, String host) {
    return life(group, host, 5);
  }

  static Life life(String group, String host, int version) {
    return new Life(
        Members.of(group, host)
            .binary("bin")
            .uuid("uuid")
            .version(version)
            .incarnation(GENERATION.incrementAndGet(), "abc")
            .agent("agent")
            .backends(NAME)
            .build());
  }

  Vertx vertx() {
    return vertx;
  }

  /** A client of its own session. */
  ZooKeeperConnection client(String uri) throws Exception {
    CountDownLatch connected = new CountDownLatch(1);
    ZooKeeperConnection client =
        new ZooKeeperConnection(
            new ZooKeeperOptions(settings(uri, true)),
            event -> {
              if (event.getState() == KeeperState.SyncConnected) {
                connected.countDown();
              }
            });
    clients.add(client);
    assertThat(connected.await(30, TimeUnit.SECONDS)).isTrue();
    return client;
  }

  /** Ends an agent's session behind its back, as servers do that heard nothing of it. */
  void expire(Agent agent, String uri) throws Exception {
    CountDownLatch connected = new CountDownLatch(1);
    ZooKeeperConnection thief =
        new ZooKeeperConnection(
            new ZooKeeperOptions(settings(uri, true)),
            event -> {
              if (event.getState() == KeeperState.SyncConnected) {
                connected.countDown();
              }
            },
            agent.backend().credentials());
    assertThat(connected.await(30, TimeUnit.SECONDS)).isTrue();
    thief.close();
  }

  static void put(ZooKeeperConnection client, String path, byte[] data, CreateMode mode)
      throws Exception {
    client.create(path, data, Ids.OPEN_ACL_UNSAFE, mode);
  }

  static byte[] data(ZooKeeperConnection client, String path) throws Exception {
    return client.getData(path, false, new Stat());
  }

  @Override
  public void close() {
    agents.forEach(agent -> agent.harness().close());
    clients.forEach(ZooKeeperConnection::close);
    Eventually.await(vertx.close());
  }
}
