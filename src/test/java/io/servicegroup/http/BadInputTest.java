package io.servicegroup.http;

import static io.servicegroup.http.HttpFixture.problem;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.bus.FakeEvaluator;
import io.servicegroup.bus.FaultException;
import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Verdict;
import io.servicegroup.testkit.SelfSigned;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BadInputTest {

  private static final String MEMBER = "/v1/groups/compute/members/a";

  private final HttpFixture agent =
      new HttpFixture(
          HttpFixture.config(),
          new HttpVerticle.Timing(
              Duration.ofSeconds(15), Duration.ofSeconds(60), HttpFixture.SHORT));

  @BeforeEach
  void answer() {
    Topics.UPDATE.serve(
        agent.vertx,
        update ->
            Future.succeededFuture(
                new MemberView(FakeEvaluator.member("compute/a", 1), Verdict.UNKNOWN)));
  }

  @AfterEach
  void close() {
    assertThat(agent.get("/health/live").statusCode()).as("the agent goes on").isEqualTo(200);
    agent.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{", "not json", "[]", "7", "null", "\"text\"", "{\"disabled\":tru}", "{} {}"})
  void bodiesThatAreNoJsonObject(String body) {
    if (body.isEmpty()) {
      assertThat(agent.json("PATCH", MEMBER, body).statusCode()).isEqualTo(200);
    } else {
      problem(agent.json("PATCH", MEMBER, body), 400);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"disabled\":\"yes\"}",
        "{\"version\":\"5\"}",
        "{\"version\":1.5}",
        "{\"version\":-1}",
        "{\"version\":1e400}",
        "{\"version\":99999999999}",
        "{\"metadata\":[]}",
        "{\"metadata\":{\"a\":1e999}}",
        "{\"metadata\":{\"a\":\"\\u0000\"}}",
        "{\"metadata\":{\"a\":\"\\ud800\"}}",
        "{\"metadata\":{\"\\u0000\":1}}",
        "{\"forced_down\":1}",
        "{\"disabled_reason\":7}",
        "{\"disabled_reason\":\"a\\u001bb\"}",
        "{\"colour\":\"red\"}",
        "{\"<script>alert(1)</script>\":1}",
        "{\"group\":\"other\"}",
        "{\"host\":[]}"
      })
  void fieldsThatAreWrong(String body) {
    JsonObject problem = problem(agent.json("PATCH", MEMBER, body), 400);
    assertThat(problem.getString("detail")).isNotBlank().doesNotContain("Exception");
  }

  @Test
  void bodiesThatAreNestedTooDeep() {
    String deep = "{\"metadata\":" + "{\"a\":".repeat(40) + "1" + "}".repeat(41);
    problem(agent.json("PATCH", MEMBER, deep), 400);
    String deeper = "[".repeat(30_000) + "]".repeat(30_000);
    problem(agent.json("PATCH", MEMBER, deeper), 400);
  }

  @Test
  void otherMediaTypes() {
    problem(agent.send("PATCH", MEMBER, "{}"), 415);
    problem(agent.send("PATCH", MEMBER, "{}", "Content-Type", "text/plain"), 415);
    problem(
        agent.send("PATCH", MEMBER, "a=b", "Content-Type", "application/x-www-form-urlencoded"),
        415);
    assertThat(
            agent
                .send("PATCH", MEMBER, "{}", "Content-Type", "application/json; charset=utf-8")
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void bodiesOf64KiBAreTakenAndLongerOnesAreNot() throws IOException {
    String frame = "{\"metadata\":{\"a\":\"\"}}";
    String most = "x".repeat(64 * 1024 - frame.length());
    assertThat(agent.json("PATCH", MEMBER, frame.replace("\"\"", "\"" + most + "\"")).statusCode())
        .isEqualTo(200);
    problem(agent.json("PATCH", MEMBER, frame.replace("\"\"", "\"" + most + "x\"")), 413);

    String chunk = "2000\r\n" + "x".repeat(0x2000) + "\r\n";
    try (RawClient client = new RawClient(agent.port())) {
      client.send(
          "PATCH "
              + MEMBER
              + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Transfer-Encoding: chunked\r\n\r\n"
              + chunk.repeat(9));
      assertThat(client.readUntil("\r\n")).startsWith("HTTP/1.1 413");
      assertThat(client.readUntil("}")).contains("application/problem+json");
    }
  }

  @Test
  void whoStillSendsABodyThatIsTooLongLearnsThatItIs() throws IOException {
    int length = 2_000_000;
    try (RawClient client = new RawClient(agent.port())) {
      client.send(
          "PATCH "
              + MEMBER
              + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Content-Length: "
              + length
              + "\r\n\r\n");
      client.awaitAnswer();
      client.send("x".repeat(length));
      assertThat(client.readUntil("\r\n")).startsWith("HTTP/1.1 413");
      assertThat(client.readAll()).contains("65536 bytes");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/groups/a%00b/members/x",
        "/v1/groups/compute/members/a%1bb",
        "/v1/groups/compute/members/a%0ab",
        "/v1/groups/%20/members/x",
        "/v1/groups/a%00b/members"
      })
  void namesWithControlCharacters(String path) {
    JsonObject problem = problem(agent.get(path), 400);
    assertThat(problem.getString("detail")).matches("(group|host) .*");
  }

  @Test
  void namesOf10KilobytesAndMore() {
    JsonObject problem =
        problem(agent.get("/v1/groups/compute/members/" + "x".repeat(10_240)), 400);
    assertThat(problem.getString("detail"))
        .isEqualTo("host has 10240 characters; allowed are 1 to 255");
    problem(agent.get("/v1/groups/" + "x".repeat(20_000) + "/members"), 414);
    problem(agent.json("PATCH", "/v1/groups/" + "x".repeat(10_240) + "/members/a", "{}"), 400);
  }

  @Test
  void headersThatAreTooLong() {
    problem(agent.send("GET", "/health", null, "X-Long", "x".repeat(20_000)), 431);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GARBAGE\r\n\r\n",
        "GET /v1/groups/%zz/members HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /health?group=%zz HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
        "PATCH /v1/groups/g/members/h HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"
      })
  void requestsThatAreNone(String request) throws IOException {
    try (RawClient client = new RawClient(agent.port())) {
      client.send(request);
      assertThat(client.readUntil("\r\n")).matches("HTTP/1\\.[01] 400 .*\\s+");
      assertThat(client.readUntil("}")).contains("application/problem+json").doesNotContain("at ");
    }
  }

  @Test
  void nothingIsEchoedUnescaped() {
    JsonObject problem = problem(agent.get("/%3Cscript%3Ealert(1)%3C/script%3E"), 404);
    assertThat(problem.getString("instance")).doesNotContain("<");
    problem(agent.get("/v1/groups/g/members?%3Cscript%3E=1"), 400);
  }

  @Test
  void clientsThatSendTheirHeadersSlowly() throws IOException {
    try (RawClient client = new RawClient(agent.port())) {
      client.send("GET / HTTP/1.1\r\nX-Slow: ");
      assertThat(client.readAll()).isEmpty();
    }
  }

  @Test
  void clientsThatSendTheirBodySlowly() throws IOException {
    try (RawClient client = new RawClient(agent.port())) {
      client.send(
          "PATCH "
              + MEMBER
              + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
              + "Content-Length: 100\r\n\r\n{");
      assertThat(client.readAll()).startsWith("HTTP/1.1 408");
    }
  }

  @Test
  void keepsConnectionsAliveBetweenRequests() throws IOException {
    try (RawClient client = new RawClient(agent.port())) {
      for (int i = 0; i < 3; i++) {
        client.get("/health/live");
        assertThat(client.readUntil("}")).contains("200 OK");
      }
      assertThat(client.readAll()).as("closed when it is idle").isEmpty();
    }
  }

  @Test
  void aPortThatIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      AgentConfig.Http http =
          new AgentConfig.Http(
              "127.0.0.1", taken.getLocalPort(), Optional.empty(), Optional.empty(), false);
      AgentConfig config = HttpFixture.config(http, List.of(), AgentConfig.Evaluate.ALWAYS, null);
      assertThatThrownBy(() -> await(agent.vertx.deployVerticle(new HttpVerticle(config))))
          .hasMessageContaining("http.port: cannot listen on 127.0.0.1:" + taken.getLocalPort());
      AgentConfig check =
          HttpFixture.config(
              HttpFixture.http(Optional.empty()),
              List.of(),
              AgentConfig.Evaluate.ALWAYS,
              taken.getLocalPort());
      assertThatThrownBy(() -> await(agent.vertx.deployVerticle(new HttpVerticle(check))))
          .hasMessageContaining("agent_check.port: cannot listen");
    }
  }

  /** Addresses and names that no machine has: RFC 5737 and RFC 2606 reserve them for documents. */
  @ParameterizedTest
  @CsvSource({"192.0.2.1, no such address", "nowhere.invalid, cannot be resolved"})
  void anAddressThatIsNoneOfThisMachines(String host, String why) {
    AgentConfig.Http http = new AgentConfig.Http(host, 1, Optional.empty(), Optional.empty(), true);
    AgentConfig config = HttpFixture.config(http, List.of(), AgentConfig.Evaluate.ALWAYS, null);
    assertThatThrownBy(() -> await(agent.vertx.deployVerticle(new HttpVerticle(config))))
        .isInstanceOf(FaultException.class)
        .hasMessageStartingWith("http.host: cannot listen on " + host + ":1: ")
        .hasMessageContainingAll(why, "127.0.0.1");
  }

  @Test
  void anAuthorityThatIsNoneIsRefusedAtTheStart(@TempDir Path dir) {
    SelfSigned own = SelfSigned.create(dir, "localhost");
    AgentConfig.Tls tls =
        new AgentConfig.Tls(own.certificate(), own.key(), Optional.of(Path.of("pom.xml")));
    AgentConfig.Http http =
        new AgentConfig.Http("127.0.0.1", 0, Optional.empty(), Optional.of(tls), false);
    AgentConfig config = HttpFixture.config(http, List.of(), AgentConfig.Evaluate.ALWAYS, null);
    assertThatThrownBy(() -> await(agent.vertx.deployVerticle(new HttpVerticle(config))))
        .isInstanceOf(FaultException.class)
        .hasMessageContaining("http.tls.client_ca: pom.xml cannot be used: ");
  }

  @Test
  void certificatesThatAreMissing() {
    AgentConfig.Tls tls =
        new AgentConfig.Tls(Path.of("/no/cert.pem"), Path.of("/no/key.pem"), Optional.empty());
    AgentConfig.Http http =
        new AgentConfig.Http("127.0.0.1", 0, Optional.empty(), Optional.of(tls), false);
    AgentConfig config = HttpFixture.config(http, List.of(), AgentConfig.Evaluate.ALWAYS, null);
    assertThatThrownBy(() -> await(agent.vertx.deployVerticle(new HttpVerticle(config))))
        .hasMessageContaining("http.tls");
  }
}
