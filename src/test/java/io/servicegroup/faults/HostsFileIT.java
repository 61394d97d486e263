package io.servicegroup.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.servicegroup.backend.memcached.RawMemcached;
import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.ListeningService;
import io.servicegroup.testkit.MemcachedServer;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.RedisServer;
import io.servicegroup.testkit.TcpProxy;
import io.servicegroup.testkit.TempFiles;
import io.servicegroup.testkit.ZooKeeperServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A hosts file that changes under an agent, beside a name server that is dead: what is connected to
 * is what a name stands for now. The names are ones that Docker Compose makes, and stand for the
 * address before and after with one that nobody has.
 */
@Execution(ExecutionMode.CONCURRENT)
class HostsFileIT {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String OWN_KEY = "servicegroup:member:svc/h";
  private static final String SECOND = "127.0.0.3";
  private static final Duration START = Duration.ofSeconds(60);

  private final ListeningService service = new ListeningService();
  private Path home;
  private Path hosts;

  @BeforeEach
  void prepare() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root mounts");
    home = Files.createTempDirectory("servicegroup-hosts-");
    hosts = home.resolve("hosts");
    Files.writeString(home.resolve("resolv.conf"), "nameserver 203.0.113.1\n");
  }

  @AfterEach
  void clean() {
    service.close();
    TempFiles.delete(home);
  }

  /** The store and one service have a second address, which nobody has, before their own. */
  private void stands(String backend, String probed) throws IOException {
    Files.writeString(
        hosts,
        "127.0.0.1 localhost\n127.0.0.8 my_store\n%s my_store\n%s my_svc\n"
                .formatted(backend, probed)
            + "127.0.0.9 two_svc\n127.0.0.1 two_svc\n");
  }

  @Test
  void postgres() throws IOException {
    try (PostgresServer server = PostgresServer.create()) {
      follows(server);
    }
  }

  @Test
  void redis() throws IOException {
    try (RedisServer server = RedisServer.create()) {
      follows(server);
    }
  }

  @Test
  void zooKeeper() throws IOException {
    try (ZooKeeperServer server = ZooKeeperServer.create()) {
      follows(server);
    }
  }

  @Test
  void memcached() throws IOException {
    try (MemcachedServer server = MemcachedServer.create()) {
      follows(server);
    }
  }

  /** The server that the name stood for goes, and another one is there under the same name. */
  @Test
  void memcachedMoves() throws IOException {
    try (MemcachedServer before = MemcachedServer.create();
        MemcachedServer after = before.twin("127.0.0.9");
        RawMemcached raw = new RawMemcached("127.0.0.9", after.port())) {
      stands("127.0.0.1", "127.0.0.1");
      try (AgentProcess agent = agent(before)) {
        agent.launch().awaitLine("is running", START);
        agent.awaitAnswer("/health?group=svc", 200);
        assertThat(raw.get(OWN_KEY)).isNull();
        stands("127.0.0.9", "127.0.0.1");
        before.kill();
        agent.await("a beat", () -> raw.get(OWN_KEY), Objects::nonNull);
        agent.awaitAnswer("/health?group=svc", 200);
      }
    }
  }

  private AgentProcess agent(BackendServer server) {
    return AgentProcess.of(config(server.uri().replace("127.0.0.1", "my_store")))
        .sees(Map.of("/etc/hosts", hosts, "/etc/resolv.conf", home.resolve("resolv.conf")));
  }

  private void follows(BackendServer server) throws IOException {
    server.start();
    stands("127.0.0.9", "127.0.0.1");
    try (TcpProxy other = TcpProxy.second(SECOND, server.port());
        AgentProcess agent = agent(server)) {
      agent.launch().awaitLine("starts", START);
      assertThat(agent.process().endsWithin(Duration.ofSeconds(3))).isFalse();
      stands(SECOND, "127.0.0.1");
      agent.process().awaitLine("is running", SOON);
      agent.awaitAnswer("/health?group=svc", 200);
      agent.awaitAnswer("/health?group=both", 200);

      stands(SECOND, "127.0.0.9");
      agent.awaitAnswer("/health?group=svc", 503);
      assertThat(agent.get("/health?group=svc").body()).contains("connection refused");
      assertThat(agent.get("/health?group=both").statusCode()).isEqualTo(200);
      stands(SECOND, "127.0.0.1");
      agent.awaitAnswer("/health?group=svc", 200);
      agent.awaitAnswer("/health?group=lost", 503);
      assertThat(agent.get("/health?group=lost").body()).contains("the host name nowhere_svc");

      // A link that runs: the store's machine is gone without a word, its name stands for another.
      other.hang();
      stands("127.0.0.1", "127.0.0.1");
      awaitBeat(agent);
      awaitWrite(agent);
    }
  }

  /** The catalogue's link may first have to run out of its time. */
  private static void awaitWrite(AgentProcess agent) {
    JsonObject words = new JsonObject().put("disabled", true);
    agent.await(
        "a write",
        () -> agent.send("PATCH", "/v1/groups/both/members/h", words).statusCode(),
        status -> status == 200);
  }

  /** Seen by the agent itself, through its store. */
  private static void awaitBeat(AgentProcess agent) {
    Instant from = Instant.now();
    agent.await(
        "a beat after " + from,
        () ->
            new JsonObject(agent.get("/v1/groups/both/members/h").body())
                .getInstant("last_seen_up"),
        seen -> seen != null && seen.isAfter(from));
  }

  private JsonObject config(String uri) {
    return new JsonObject()
        .put("agent", new JsonObject().put("host", "h").put("start_timeout", "60s"))
        .put(
            "services",
            new JsonArray()
                .add(probed("svc", tcp("my_svc")))
                .add(probed("both", tcp("two_svc")))
                .add(probed("lost", tcp("nowhere_svc"))))
        .put("catalog", new JsonObject().put("uri", uri))
        .put(
            "liveness",
            new JsonObject().put("report_interval", "1s").put("service_down_time", "4s"));
  }

  private static JsonObject probed(String group, JsonObject probe) {
    return new JsonObject().put("group", group).put("probe", probe.put("interval", "500ms"));
  }

  private JsonObject tcp(String host) {
    return new JsonObject().put("type", "tcp").put("address", host + ":" + service.port());
  }
}
