package io.servicegroup.http;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.AgentPhase;
import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthRoutesTest {

  private HttpFixture agent = new HttpFixture();

  @AfterEach
  void close() {
    agent.close();
  }

  private void startWith(List<String> services, AgentConfig.Evaluate evaluate) {
    agent.close();
    agent =
        new HttpFixture(
            HttpFixture.config(HttpFixture.http(Optional.of("secret")), services, evaluate, null));
  }

  @Test
  void liveIsAlwaysThere() {
    HttpResponse<String> live = agent.get("/health/live");
    assertThat(live.statusCode()).isEqualTo(200);
    assertThat(live.headers().firstValue("Content-Type")).contains("application/json");
    HttpResponse<String> head = agent.send("HEAD", "/health/live", null);
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
  }

  @Test
  void healthFollowsTheService() {
    startWith(List.of("compute/a"), AgentConfig.Evaluate.ALWAYS);
    HttpResponse<String> before = agent.get("/health");
    assertThat(before.statusCode()).isEqualTo(503);
    assertThat(new JsonObject(before.body()).getJsonArray("checks").getJsonObject(0))
        .isEqualTo(
            new JsonObject()
                .put("id", "compute/a")
                .put("status", "DOWN")
                .put("reason", "not reported yet"));
    Topics.HEARTBEAT.publish(agent.vertx, List.of(LocalHealthTest.alive("compute/a", 1)));
    agent.awaitAnswer("/health", 200);
    assertThat(agent.send("HEAD", "/health", null).statusCode()).isEqualTo(200);
    assertThat(agent.get("/health?group=compute&host=a").statusCode()).isEqualTo(200);
    HttpFixture.problem(agent.get("/health?host=b"), 404);
    Topics.CATALOG.publish(agent.vertx, LocalHealthTest.joined("compute/a", true, false));
    await("the answer", () -> agent.send("HEAD", "/health", null).statusCode() == 503);
    assertThat(agent.get("/health").body()).contains("disabled: maintenance");
  }

  @Test
  void getHeadAndOptionsAreAnsweredAlikeAndNothingElse() throws IOException {
    startWith(List.of("compute/a"), AgentConfig.Evaluate.ALWAYS);
    List<String> paths =
        List.of(
            "/health", "/health/live", "/health/ready", "/health/groups/compute", "/health?x=1");
    assertAlike(paths, List.of(503, 200, 503, 503, 400));
    agent.evaluator.changes("compute/a", Status.UP, Reason.HEARTBEAT);
    agent.phase(AgentPhase.RUNNING);
    Topics.BACKEND.publish(
        agent.vertx,
        new BackendState("embedded", BackendState.State.REACHABLE, Instant.now(), null));
    Topics.HEARTBEAT.publish(agent.vertx, List.of(LocalHealthTest.alive("compute/a", 1)));
    agent.awaitAnswer("/health/ready", 200);
    agent.awaitAnswer("/health/groups/compute", 200);
    assertAlike(paths, List.of(200, 200, 200, 200, 400));
    for (String path : paths) {
      for (String method : List.of("POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO")) {
        HttpResponse<String> refused = agent.send(method, path, null);
        assertThat(refused.statusCode()).as(method + path).isEqualTo(405);
        assertThat(refused.headers().firstValue("Allow")).contains("GET, HEAD, OPTIONS");
      }
    }
  }

  private void assertAlike(List<String> paths, List<Integer> statuses) throws IOException {
    for (int i = 0; i < paths.size(); i++) {
      for (String method : List.of("GET", "HEAD", "OPTIONS")) {
        assertThat(agent.send(method, paths.get(i), null).statusCode())
            .as(method + " " + paths.get(i))
            .isEqualTo(statuses.get(i));
      }
      // This is HAProxy's request where only the path of its health check is configured.
      try (RawClient balancer = new RawClient(agent.port())) {
        balancer.send("OPTIONS " + paths.get(i) + " HTTP/1.0\r\n\r\n");
        assertThat(balancer.readAll()).startsWith("HTTP/1.0 " + statuses.get(i));
      }
    }
  }

  @Test
  void stoppingIsDownForEverybodyButTheSupervisor() {
    agent.awaitAnswer("/health", 200);
    agent.phase(AgentPhase.STOPPING);
    agent.awaitAnswer("/health", 503);
    assertThat(agent.get("/health/ready").statusCode()).isEqualTo(503);
    assertThat(agent.get("/health/live").statusCode()).isEqualTo(200);
  }

  @Test
  void readyComesWithTheFirstVerdict() {
    startWith(List.of("compute/a"), AgentConfig.Evaluate.ALWAYS);
    agent.evaluator.knows("compute/a", Status.UNKNOWN);
    agent.phase(AgentPhase.RUNNING);
    Topics.BACKEND.publish(
        agent.vertx,
        new BackendState("embedded", BackendState.State.REACHABLE, Instant.now(), null));
    Topics.HEARTBEAT.publish(agent.vertx, List.of(LocalHealthTest.alive("compute/a", 1)));
    agent.awaitAnswer("/health", 200);
    HttpResponse<String> notYet = agent.get("/health/ready");
    assertThat(notYet.statusCode()).isEqualTo(503);
    assertThat(notYet.body()).contains("no first verdicts yet");
    agent.evaluator.changes("compute/a", Status.UP, Reason.HEARTBEAT);
    agent.awaitAnswer("/health/ready", 200);
  }

  @Test
  void readyWithoutEvaluatorNeedsNoVerdicts() {
    startWith(List.of(), AgentConfig.Evaluate.NEVER);
    agent.phase(AgentPhase.RUNNING);
    Topics.BACKEND.publish(
        agent.vertx,
        new BackendState("embedded", BackendState.State.REACHABLE, Instant.now(), null));
    agent.awaitAnswer("/health/ready", 200);
  }

  @Test
  void aGroupIsUpWithEnoughAvailableMembers() {
    agent.evaluator.knows("compute/a", Status.UP).knows("compute/b", Status.UP);
    agent.evaluator.digest();
    agent.evaluator.changes("compute/c", Status.DOWN, Reason.LEFT);
    agent.awaitAnswer("/health/groups/compute?min=2", 200);
    HttpResponse<String> three = agent.get("/health/groups/compute?min=3");
    assertThat(three.statusCode()).isEqualTo(503);
    assertThat(three.body()).contains("2 available, 3 wanted");
    assertThat(agent.get("/health/groups/nobody").statusCode()).isEqualTo(503);
    assertThat(agent.get("/health/groups/nobody?min=0").statusCode()).isEqualTo(200);
    assertThat(agent.send("HEAD", "/health/groups/compute", null).statusCode()).isEqualTo(200);
    agent.evaluator.catalog(
        CatalogEvent.Type.UPDATED,
        LocalHealthTest.joined("compute/a", true, false).member(),
        false);
    agent.awaitAnswer("/health/groups/compute?min=2", 503);
    HttpFixture.problem(agent.get("/health/groups/compute?min=-1"), 400);
    HttpFixture.problem(agent.get("/health/groups/compute?min=two"), 400);
  }
}
