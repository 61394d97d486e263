package io.servicegroup.pairings;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.ManagedProcess;
import io.servicegroup.testkit.RedisServer;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A restore that is meant holds against agents that remember otherwise. */
@Timeout(120)
class AcceptedRestoreIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String H1 = "/v1/groups/compute/members/h1";

  @Test
  void whatWasAcceptedIsTheNewestWord() throws Exception {
    try (RedisServer server = RedisServer.create();
        AgentProcess agent = AgentProcess.of(config(server))) {
      agent.start();
      agent.await(0, 1, change -> change.is("compute/h1", "UP"), PATIENCE);
      save(server);
      int mark = agent.changes().mark();
      agent.send("PATCH", H1, new JsonObject().put("forced_down", true));
      agent.await(mark, 1, change -> change.is("compute/h1", "DOWN"), PATIENCE);

      agent.process().signal("STOP");
      server.kill();
      server.start();
      String output = accept(server);
      mark = agent.changes().mark();
      agent.process().signal("CONT");

      assertThat(output).contains("Accepted", "1 members");
      agent.await(mark, 1, change -> change.is("compute/h1", "UP"), PATIENCE);
      agent.changes().during(Duration.ofSeconds(3));
      assertThat(new JsonObject(agent.get(H1).body()).getBoolean("forced_down")).isFalse();
    }
  }

  private static String accept(RedisServer server) {
    List<String> command =
        AgentProcess.command("catalog", "accept", "--set", "catalog.uri=" + server.uri());
    try (ManagedProcess process =
        ManagedProcess.start("accept", new ProcessBuilder(command).redirectErrorStream(true))) {
      assertThat(process.awaitExit(PATIENCE)).as(process.tail()).isZero();
      return String.join("\n", process.output().since(0));
    }
  }

  private static JsonObject config(RedisServer server) {
    JsonObject service =
        new JsonObject().put("group", "compute").put("host", "h1").put("binary", "worker");
    return new JsonObject()
        .put("services", new JsonArray().add(service))
        .put("catalog", new JsonObject().put("uri", server.uri()))
        .put(
            "liveness",
            new JsonObject()
                .put("report_interval", "500ms")
                .put("service_down_time", "3s")
                .put("poll_interval", "200ms"))
        .put("watch", "all");
  }

  private static void save(RedisServer server) throws Exception {
    Vertx vertx = Vertx.vertx();
    Redis redis = Redis.createClient(vertx, server.uri());
    await(redis.send(Request.cmd(Command.SAVE)));
    await(vertx.close());
  }
}
