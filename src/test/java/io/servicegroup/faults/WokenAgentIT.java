package io.servicegroup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.BackendServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An agent that was stopped undoes nothing with what it was asked meanwhile. */
@Timeout(120)
class WokenAgentIT {

  private static final String MEMBER = "/v1/groups/compute/members/h1";

  @Test
  void aWordWhoseSpeakerHasGoneIsNotSaidOverALaterOne() throws IOException {
    try (BackendServer server = Technology.REDIS.start();
        AgentProcess sleeper = AgentProcess.of(agent(server)).start();
        AgentProcess other = AgentProcess.of(agent(server)).start()) {
      JsonObject member =
          new JsonObject().put("host", "h1").put("probe", new JsonObject().put("type", "none"));
      assertThat(other.send("POST", "/v1/groups/compute/members", member).statusCode())
          .isEqualTo(201);
      sleeper.process().signal("STOP");
      leaveUnanswered(sleeper, disabled("old"));
      assertThat(other.send("PATCH", MEMBER, disabled("new")).statusCode()).isEqualTo(200);

      sleeper.process().signal("CONT");

      JsonObject version = new JsonObject().put("version", 7);
      assertThat(sleeper.send("PATCH", MEMBER, version).statusCode()).isEqualTo(200);
      assertThat(new JsonObject(other.get(MEMBER).body()).getString("disabled_reason"))
          .isEqualTo("new");
      assertThat(new JsonObject(sleeper.get(MEMBER).body()).getString("disabled_reason"))
          .isEqualTo("new");
    }
  }

  private static JsonObject disabled(String why) {
    return new JsonObject().put("disabled", true).put("disabled_reason", why);
  }

  /** As whoever gives up waiting does. */
  private static void leaveUnanswered(AgentProcess agent, JsonObject change) throws IOException {
    String body = change.encode();
    String request =
        """
        PATCH %s HTTP/1.1\r
        Host: localhost\r
        Content-Type: application/json\r
        Content-Length: %d\r
        \r
        %s\
        """
            .formatted(MEMBER, body.length(), body);
    try (Socket socket = new Socket("127.0.0.1", agent.uri("/").getPort())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static JsonObject agent(BackendServer server) {
    return Configs.observer(server.uri());
  }
}
