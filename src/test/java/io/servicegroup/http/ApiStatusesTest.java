package io.servicegroup.http;

import static io.servicegroup.http.HttpFixture.DESCRIPTION;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.AgentPhase;
import io.servicegroup.bus.Topics;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The server answers with every status that {@code openapi.yaml} lists, and with no other. */
class ApiStatusesTest {

  /** The answer that a list gets after a wait of ten seconds, or where a thousand lists wait. */
  private static final Set<String> NOT_REACHED_HERE = Set.of("GET /v1/history 503");

  private final Set<String> answered = new TreeSet<>();
  private DescribedAgent agent = new DescribedAgent(true);

  @AfterEach
  void close() {
    agent.close();
  }

  @Test
  void everyDescribedStatusIsAnsweredAndNoOther() throws IOException {
    agent.http.evaluator.knows("compute/a", Status.UP);
    agent.http.evaluator.digest();
    for (String operation : DESCRIPTION.operations()) {
      provoke(operation);
    }
    askOnceReady();
    agent.close();
    agent = new DescribedAgent(false);
    askAll();

    assertThat(answered).doesNotContainAnyElementsOf(NOT_REACHED_HERE);
    answered.addAll(NOT_REACHED_HERE);
    Set<String> described = new TreeSet<>();
    for (String operation : DESCRIPTION.operations()) {
      DESCRIPTION.statuses(operation).forEach(status -> described.add(operation + " " + status));
    }
    assertThat(answered).isEqualTo(described);
  }

  private void note(String operation, HttpResponse<String> answer) {
    answered.add(operation + " " + answer.statusCode());
  }

  private void askAll() {
    for (String operation : DESCRIPTION.operations()) {
      note(operation, agent.send(operation));
    }
  }

  /**
   * Sends every kind of request to every operation, and lets the bus refuse writes in every way.
   */
  private void provoke(String operation) throws IOException {
    note(operation, agent.send(operation));
    if (agent.served().get(operation).query().isPresent()) {
      note(operation, agent.send(operation, "?nonsense=1", null));
    }
    if (operation.startsWith("GET")) {
      return;
    }
    String method = DescribedAgent.method(operation);
    String path = DescribedAgent.path(operation);
    note(operation, agent.http.send(method, path, null));
    note(operation, agent.http.send(method, path, null, with("Origin", "https://evil.example")));
    note(operation, agent.http.send(method, path, "{}", with("Content-Type", "text/plain")));
    answered.add(operation + " " + announceTooMuch(method, path));
    for (int status : DESCRIPTION.statuses(operation)) {
      if (Set.of(404, 409, 503).contains(status)) {
        agent.refuses(status);
        note(operation, agent.send(operation));
        agent.refuses(0);
      }
    }
  }

  private static String[] with(String name, String value) {
    return new String[] {DescribedAgent.TOKEN[0], DescribedAgent.TOKEN[1], name, value};
  }

  /**
   * Announces a body that is too long and sends nothing of it: a client that is still sending may
   * lose the answer when the server closes the connection.
   */
  private String announceTooMuch(String method, String path) throws IOException {
    try (RawClient client = new RawClient(agent.http.port())) {
      client.send(
          method
              + " "
              + path
              + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Authorization: Bearer s3cret\r\nContent-Length: 70000\r\n\r\n");
      return client.readUntil("\r\n").split(" ")[1];
    }
  }

  private void askOnceReady() {
    HttpFixture http = agent.http;
    http.evaluator.changes("compute/own", Status.UP, Reason.HEARTBEAT);
    http.phase(AgentPhase.RUNNING);
    Topics.BACKEND.publish(
        http.vertx,
        new BackendState("embedded", BackendState.State.REACHABLE, Instant.now(), null));
    Topics.HEARTBEAT.publish(http.vertx, List.of(LocalHealthTest.alive("compute/own", 1)));
    for (String path : List.of("/health/ready", "/health", "/health/groups/compute")) {
      http.awaitAnswer(path, 200);
    }
    await("the history", () -> http.get("/v1/history").body().contains("compute"));
    askAll();
    String join = "POST /v1/groups/{group}/members";
    note(join, agent.send(join, "", new JsonObject().put("host", "new")));
    note("GET /health", http.get("/health?host=nobody"));
    note("GET /v1/groups/{group}/members/{host}", http.get("/v1/groups/compute/members/nobody"));
  }
}
