package io.servicegroup;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Ports;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.ZooKeeperServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.server.auth.DigestAuthenticationProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Secrets that are changed under a running agent. */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class SecretsIT {

  private static final Duration DEADLINE = Duration.ofSeconds(40);
  private static final String OTHERS =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity" + " WHERE usename = 'agent'";

  @TempDir private Path dir;

  private JsonObject config(PostgresServer database, String password) {
    return config("postgresql://agent:" + password + "@127.0.0.1:" + database.port() + "/postgres");
  }

  private static JsonObject config(String uri) {
    return new JsonObject()
        .put("services", new JsonArray().add(new JsonObject().put("group", "g").put("host", "h")))
        .put("catalog", new JsonObject().put("uri", uri))
        .put(
            "liveness",
            new JsonObject().put("report_interval", "300ms").put("service_down_time", "3s"));
  }

  private static void rotate(PostgresServer database, String password) {
    database.execute("ALTER ROLE agent PASSWORD '" + password + "'");
    database.ask(OTHERS);
  }

  private static void awaitBeats(PostgresServer database, AgentProcess agent) {
    long before = database.number("SELECT max(report_count) FROM services");
    agent.await(
        "more beats",
        () -> database.number("SELECT max(report_count) FROM services"),
        now -> now >= before + 3);
  }

  @Test
  void aPasswordIsReadAgainForTheNextConnectionAndALiteralOneWithAReload() throws IOException {
    Path file = Files.writeString(dir.resolve("password"), "first\n");
    try (PostgresServer database = PostgresServer.create()) {
      database.execute("CREATE ROLE agent LOGIN SUPERUSER PASSWORD 'first'");
      try (AgentProcess agent = AgentProcess.of(config(database, "${file:" + file + "}")).start()) {
        Files.writeString(file, "sec@nd");
        rotate(database, "sec@nd");
        awaitBeats(database, agent);
        agent.process().awaitLine("The secret of catalog.uri has changed", DEADLINE);

        agent.configure(config(database, "third"));
        agent.process().signal("HUP");
        agent.process().awaitLine("The configuration was read again", DEADLINE);
        rotate(database, "third");
        awaitBeats(database, agent);
        assertThat(agent.process().output().since(0))
            .noneMatch(line -> line.contains("sec@nd") || line.contains("third"));
      }
    }
  }

  @Test
  void aUserOfZooKeeperGoesOnWithTheNewPasswordOnceTheNodesAreItsOwn() throws Exception {
    Path file = Files.writeString(dir.resolve("digest"), "first");
    try (ZooKeeperServer server = ZooKeeperServer.create();
        AgentProcess agent =
            AgentProcess.of(
                config("zookeeper://nova:${file:" + file + "}@127.0.0.1:" + server.port()))) {
      agent.start();
      agent.await(0, 1, change -> change.status().equals("UP"), DEADLINE);
      int mark = agent.changes().mark();
      Files.writeString(file, "sec@nd");
      ZooKeeper operator = server.connect();
      operator.addAuthInfo("digest", "nova:first".getBytes(StandardCharsets.UTF_8));
      operator.addAuthInfo("digest", "nova:sec@nd".getBytes(StandardCharsets.UTF_8));
      giveAll(operator, "/", "nova:sec@nd");
      operator.close();
      String member = "/v1/groups/g/members/h";
      JsonObject disable = new JsonObject().put("disabled", true).put("disabled_reason", "x");
      agent.await(
          "a write as the new user",
          () -> agent.send("PATCH", member, disable).statusCode(),
          status -> status == 200);
      agent.process().awaitLine("The secret of catalog.uri has changed", DEADLINE);
      assertThat(agent.changes().since(mark)).isEmpty();
    }
  }

  /** What an operator does who changes a password: every node is the new one's. */
  private static void giveAll(ZooKeeper operator, String path, String credentials)
      throws Exception {
    for (String child : operator.getChildren(path, false)) {
      if (!child.equals("zookeeper")) {
        giveAll(operator, path.equals("/") ? "/" + child : path + "/" + child, credentials);
      }
    }
    if (!path.equals("/")) {
      String digest = DigestAuthenticationProvider.generateDigest(credentials);
      operator.setACL(path, Arrays.asList(new ACL(Perms.ALL, new Id("digest", digest))), -1);
    }
  }

  @Test
  void theTokenIsReadAgainForTheNextRequest() throws Exception {
    Path file = Files.writeString(dir.resolve("token"), "one");
    try (PostgresServer database = PostgresServer.create()) {
      database.execute("CREATE ROLE agent LOGIN SUPERUSER PASSWORD 'first'");
      JsonObject config = config(database, "first");
      int port = Ports.free();
      config.put("http", new JsonObject().put("port", port).put("token", "${file:" + file + "}"));
      try (AgentProcess agent = AgentProcess.of(config)) {
        agent.launch().awaitLine("is running", Duration.ofSeconds(60));
        assertThat(write(port, "one")).isEqualTo(201);
        Files.writeString(file, "two");
        assertThat(write(port, "one")).isEqualTo(401);
        assertThat(write(port, "two")).isEqualTo(200);
      }
    }
  }

  private static int write(int port, String token) throws Exception {
    String uri = "http://127.0.0.1:" + port + "/v1/groups/g/members";
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(uri))
                .timeout(DEADLINE)
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + token)
                .POST(HttpRequest.BodyPublishers.ofString("{\"host\": \"x\"}"))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .statusCode();
  }
}
