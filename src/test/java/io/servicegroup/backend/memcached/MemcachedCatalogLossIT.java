package io.servicegroup.backend.memcached;

import static io.servicegroup.catalog.Services.spec;
import static io.servicegroup.catalog.Services.update;
import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.agent.Agent;
import io.servicegroup.bus.Topics;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.Services;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.ConfigLoader;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import io.servicegroup.testkit.MemcachedServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The Liberty model on memcached: two whole agents, catalogue and liveness on one server that loses
 * what it knows. The first agent watches its own members, the second one all.
 */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class MemcachedCatalogLossIT {

  private static final Duration DEADLINE = Duration.ofSeconds(40);

  /** Of one agent; as many as there are in service_down_time, and some more. */
  private static final int BEATS_UNTIL_SILENCE = 9;

  private static final MemberId DELETED = Services.id("deleted");

  @TempDir private Path home;
  private final BlockingQueue<StatusChange> changes = new LinkedBlockingQueue<>();
  private final BlockingQueue<List<Heartbeat>> beats = new LinkedBlockingQueue<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private MemcachedServer server;
  private Vertx vertx;
  private Vertx otherVertx;
  private Agent agent;
  private Agent watcher;
  private List<Member> before;

  @BeforeEach
  void startAgents() throws Exception {
    server = MemcachedServer.create();
    vertx = Vertx.vertx();
    otherVertx = Vertx.vertx();
    Topics.STATUS.consume(vertx, changes::add);
    Topics.STATUS.consume(otherVertx, changes::add);
    agent = await(start(vertx, "h1", "own"));
    watcher = await(start(otherVertx, "h2", "all"));
    Topics.HEARTBEAT.consume(otherVertx, beats::add);
    prepare();
  }

  private Future<Agent> start(Vertx on, String host, String watch) throws Exception {
    Path file =
        Files.writeString(
            home.resolve(host + ".yaml"),
            """
            agent: {host: %s}
            services: [{group: compute, host: %s, binary: nova-compute}]
            catalog: {uri: "%s"}
            liveness:
              report_interval: 500ms
              service_down_time: 3s
              poll_interval: 200ms
            watch: %s
            http: {port: 0}
            """
                .formatted(host, host, server.uri(), watch));
    AgentConfig config = await(new ConfigLoader(on, List.of(file), Map.of(), List.of()).load());
    return Agent.start(on, config);
  }

  /** What operators said, a member whose agent is dead, and one that was deleted. */
  private void prepare() throws Exception {
    BackendUri uri = BackendUri.parse(server.uri());
    ServiceCatalog catalog =
        new MemcachedTechnology()
            .catalog(vertx, new AgentConfig.Catalog(uri, AgentConfig.CreateTables.ALL));
    await(catalog.open());
    await(catalog.join(spec("dead", 1), "agent-9", Set.of("memcached")));
    await(catalog.join(spec("deleted", 1), "agent-9", Set.of("memcached")));
    await(catalog.update(update("dead", null, null, true)));
    awaitStatus("deleted", Status.DOWN);
    await(catalog.delete(DELETED));
    await(catalog.close());
    await(Topics.UPDATE.request(vertx, update("h1", true, "broken disk", null), DEADLINE));
    awaitStatus("h1", Status.UP);
    awaitStatus("h2", Status.UP);
    awaitStatus("dead", Status.DOWN);
    awaitFollowed(3);
    // Both have to have read the last word before it is lost.
    awaitBeats(4);
    before = list(otherVertx);
    assertThat(before).hasSize(3);
    changes.clear();
  }

  private void awaitFollowed(int members) {
    await(members + " members", () -> snapshot(otherVertx).members(), all -> all.size() == members);
  }

  private void awaitStatus(String host, Status status) {
    await(
        host + " is " + status,
        () -> snapshot(otherVertx).members(),
        members ->
            members.stream()
                .anyMatch(
                    view ->
                        view.member().id().equals(Services.id(host))
                            && view.verdict().status() == status));
  }

  private static Snapshot snapshot(Vertx on) {
    try {
      return await(Topics.STATUS_SNAPSHOT.request(on, MemberFilter.ALL, DEADLINE));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Member> list(Vertx on) {
    try {
      Snapshot list = await(Topics.LIST.request(on, MemberFilter.ALL, DEADLINE));
      return list.stale()
          ? List.of()
          : list.members().stream().map(view -> view.member().withLastSeenUp(null)).toList();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void awaitBeats(int more) throws InterruptedException {
    beats.clear();
    for (int i = 0; i < more; i++) {
      next(beats);
    }
  }

  @AfterEach
  void stopAgents() throws Exception {
    for (Agent each : List.of(agent, watcher)) {
      await(each.stop());
    }
    await(vertx.close());
    await(otherVertx.close());
    server.close();
  }

  /** All are listed again as they were, and nobody was down in the meantime. */
  private void assertRestoredSilently() throws Exception {
    awaitRestored();
    awaitBeats(BEATS_UNTIL_SILENCE);
    assertThat(changes).isEmpty();
    assertThat(list(otherVertx)).isEqualTo(before);
    assertThat(snapshot(otherVertx).members().stream().map(view -> view.member().id().host()))
        .containsExactlyInAnyOrder("dead", "h1", "h2");
  }

  private void awaitRestored() {
    await("what was there", () -> list(otherVertx).equals(before) && list(vertx).equals(before));
  }

  private void assertHealthSaysSo() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + watcher.httpPort() + "/health"))
            .build();
    HttpResponse<String> health = http.send(request, BodyHandlers.ofString());
    assertThat(health.statusCode()).isEqualTo(200);
    assertThat(health.body())
        .contains("\"id\":\"catalog\"", "WARN", "lost the service data", "it is restored");
  }

  private void evict(String... keys) {
    try (RawMemcached raw = new RawMemcached(server.port())) {
      for (String key : keys) {
        raw.delete(key);
      }
    }
  }

  @Test
  void whatIsEvictedIsRestored() throws Exception {
    evict("servicegroup:catalog:member:compute/h1");
    awaitRestored();
    evict("servicegroup:catalog:member:compute/dead");
    awaitRestored();
    for (int part = 0; part < MemcachedIndex.PARTS; part++) {
      evict(MemcachedKeys.index(part));
    }
    assertRestoredSilently();
    assertHealthSaysSo();
  }

  @Test
  void aFlushIsNobodysEnd() throws Exception {
    try (RawMemcached raw = new RawMemcached(server.port())) {
      raw.flushAll();
    }
    assertRestoredSilently();
    assertHealthSaysSo();
  }

  @Test
  void aRestartIsNobodysEnd() throws Exception {
    server.kill();
    awaitBeats(BEATS_UNTIL_SILENCE);
    server.start();
    assertRestoredSilently();
    assertHealthSaysSo();
  }
}
