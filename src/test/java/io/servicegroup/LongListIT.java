package io.servicegroup;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Eventually;
import io.servicegroup.testkit.PostgresServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A list of ten thousand members from an agent with the heap of a sidecar. */
@Timeout(120)
class LongListIT {

  private static final Integer MEMBERS = 10_000;
  private static final String LIST = "/v1/groups/compute/members";

  /** Members as agents join them, of which nobody beats. */
  private static final String FILL =
      """
      WITH s AS (
        INSERT INTO services (host, "binary", topic, report_count, disabled, forced_down, deleted,
          version, uuid)
        SELECT 'host-' || i, 'nova-compute', 'compute', 1, false, false, 0, 1, gen_random_uuid()
        FROM generate_series(1, %d) i RETURNING id)
      INSERT INTO servicegroup_members
        (service_id, generation, incarnation, agent, backends, metadata, joined_count)
      SELECT id, id, id || '-1f3a9c04be4c', 'agent-' || id %% 10, ARRAY['postgresql'],
        '{"zone": "az-1"}', 1
      FROM s
      """
          .formatted(MEMBERS);

  private static JsonObject config(PostgresServer database, Object watch) {
    return new JsonObject()
        .put(
            "services",
            new JsonArray().add(new JsonObject().put("group", "own").put("host", "own")))
        .put("watch", watch)
        .put("catalog", new JsonObject().put("uri", database.uri()))
        .put(
            "liveness",
            new JsonObject().put("report_interval", "2s").put("service_down_time", "6s"));
  }

  private static long beats(PostgresServer database) {
    return database.number("SELECT max(report_count) FROM services WHERE host = 'own'");
  }

  /** Somebody who asks for the list and reads nothing of it. */
  private static Socket slowReader(AgentProcess agent) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress("127.0.0.1", agent.uri("/").getPort()), 5_000);
    String request = "GET " + LIST + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** A list that the database gave in time; one from memory is marked as stale. */
  private static void awaitWhole(AgentProcess agent) {
    Eventually.succeeds("the whole list", () -> hosts(agent.get(LIST)).size(), MEMBERS::equals);
  }

  private static Set<String> hosts(HttpResponse<String> list) {
    Set<String> hosts = new HashSet<>();
    for (Object member : new JsonObject(list.body()).getJsonArray("members", new JsonArray())) {
      hosts.add(((JsonObject) member).getString("host"));
    }
    return hosts;
  }

  private static void slowReadersLeaveTheAgentAsItIs(PostgresServer database, Object watch)
      throws IOException {
    List<Socket> slow = new ArrayList<>();
    try (AgentProcess agent = AgentProcess.of(config(database, watch)).heap("64m").start()) {
      database.execute(FILL);
      awaitWhole(agent);
      for (int i = 0; i < 3; i++) {
        slow.add(slowReader(agent));
      }
      for (int i = 0; i < 5; i++) {
        awaitWhole(agent);
      }
      assertThat(agent.process().isAlive()).as(agent.process().tail()).isTrue();
      assertThat(agent.get("/health/live").statusCode()).isEqualTo(200);
      long before = beats(database);
      agent.await("more beats", () -> beats(database), now -> now >= before + 2);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void slowReadersOfAnObserver() throws IOException {
    try (PostgresServer database = PostgresServer.create("fsync=off")) {
      slowReadersLeaveTheAgentAsItIs(database, "all");
    }
  }

  @Test
  void slowReadersOfASidecarThatWatchesItsOwnMembers() throws IOException {
    try (PostgresServer database = PostgresServer.create("fsync=off")) {
      slowReadersLeaveTheAgentAsItIs(database, "own");
    }
  }
}
