package io.servicegroup.thirdparty;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.agent.Agent;
import io.servicegroup.bus.ServiceGroup;
import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.ConfigLoader;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import io.servicegroup.testkit.Eventually;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole agent on a backend that no class of ours knows, named by its configuration alone. */
@Timeout(120)
class ThirdPartyVerticleIT {

  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final Duration SERVICE_DOWN_TIME = Duration.ofSeconds(2);
  private static final Duration REPORT_INTERVAL = Duration.ofMillis(500);
  private static final MemberId OWN = new MemberId("compute", "own");
  private static final MemberId GUEST = new MemberId("compute", "guest");

  @Started private static PostgresServer server;

  @TempDir private Path home;
  private final BlockingQueue<StatusChange> changes = new LinkedBlockingQueue<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private Vertx vertx;
  private Path beats;
  private Agent agent;

  @BeforeEach
  void startAgent() throws Exception {
    beats = home.resolve("beats");
    Path file =
        Files.writeString(
            home.resolve("agent.yaml"),
            """
            agent: {host: host-1}
            services: [{group: compute, host: own}]
            catalog: {uri: "%s"}
            liveness:
              backends:
                - verticle: io.servicegroup.thirdparty.FileLivenessVerticle
                  name: files
                  config: {backend: files, directory: "%s", poll_ms: 100}
              report_interval: %dms
              service_down_time: %dms
              poll_interval: 100ms
            watch: all
            http: {port: 0}
            """
                .formatted(
                    server.uri(), beats, REPORT_INTERVAL.toMillis(), SERVICE_DOWN_TIME.toMillis()));
    vertx = Vertx.vertx();
    Topics.STATUS.consume(vertx, changes::add);
    AgentConfig config = await(new ConfigLoader(vertx, List.of(file), Map.of(), List.of()).load());
    agent = await(Agent.start(vertx, config));
  }

  @AfterEach
  void stopAgent() throws Exception {
    if (agent != null) {
      await(agent.stop());
    }
    await(vertx.close());
  }

  @Test
  void itsMembersLiveAndDie() throws Exception {
    StatusChange up = next(OWN);
    assertThat(up.status()).isEqualTo(Status.UP);
    assertThat(up.backend()).isEqualTo("files");

    Path mute = Files.createFile(beats.resolve(FileLivenessVerticle.MUTE));
    long muted = System.nanoTime();
    StatusChange down = next(OWN);
    Duration silent = Duration.ofNanos(System.nanoTime() - muted);
    assertThat(down.status()).isEqualTo(Status.DOWN);
    assertThat(down.reason()).isEqualTo(Reason.HEARTBEAT_TIMEOUT);
    assertThat(silent).isGreaterThan(SERVICE_DOWN_TIME.minus(REPORT_INTERVAL.multipliedBy(2)));

    Files.delete(mute);
    assertThat(next(OWN).status()).isEqualTo(Status.UP);
    await(Topics.LEAVE.request(vertx, OWN, DEADLINE));
    // This backend says nothing of members that are not in the heartbeat any more: a silence.
    assertThat(next(OWN).status()).isEqualTo(Status.DOWN);
  }

  @Test
  void whoJoinsItWithoutAnAgentIsAMemberUntilItLeaves() throws Exception {
    next(OWN);
    ServiceGroup services = ServiceGroup.create(vertx);
    Path present = Files.createFile(beats.resolve("compute~guest"));
    StatusChange up = next(GUEST);
    assertThat(up.status()).isEqualTo(Status.UP);
    assertThat(up.binary()).isEqualTo("compute");
    assertThat(up.incarnation()).isNull();

    Snapshot all = await(Topics.STATUS_SNAPSHOT.request(vertx, MemberFilter.ALL, DEADLINE));
    assertThat(all.members()).extracting(MemberView::catalogued).containsExactly(false, true);
    // The mirrors follow a moment later, and tell nobody when.
    await("both are mirrored", () -> services.members("compute").size() == 2);
    await("both are up", () -> get("/health/groups/compute?min=2").statusCode() == 200);
    assertThat(json("/v1/groups").getJsonArray("groups").getJsonObject(0).getInteger("up"))
        .isEqualTo(2);
    assertThat(json("/v1/groups/compute/members").getJsonArray("members")).hasSize(2);
    JsonObject guest = json("/v1/groups/compute/members/guest");
    assertThat(guest.getString("status")).isEqualTo("UP");
    assertThat(guest.getValue("uuid")).isNull();
    assertThat(guest.containsKey("catalogued")).isFalse();
    assertThat(firstEvent()).contains("\"guest\"").contains("\"own\"").doesNotContain("catalogued");
    refusesToChangeIt();

    Files.delete(present);
    StatusChange left = next(GUEST);
    assertThat(left.status()).isEqualTo(Status.DOWN);
    assertThat(left.reason()).isEqualTo(Reason.LEFT);
    assertThat(get("/v1/groups/compute/members/guest").statusCode()).isEqualTo(404);
    await("one is mirrored", () -> services.members("compute").size() == 1);
    await("one is too few", () -> get("/health/groups/compute?min=2").statusCode() == 503);
  }

  private void refusesToChangeIt() throws Exception {
    String path = "/v1/groups/compute/members/guest";
    HttpRequest.Builder patch =
        request(path)
            .header("Content-Type", "application/json")
            .method("PATCH", BodyPublishers.ofString("{\"forced_down\": true}"));
    for (HttpRequest.Builder change :
        List.of(
            patch,
            request(path).DELETE(),
            request(path + "/leave").POST(BodyPublishers.noBody()))) {
      HttpResponse<String> answer = http.send(change.build(), BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(409);
      assertThat(answer.body()).contains("no row in the catalogue");
    }
  }

  private StatusChange next(MemberId id) throws InterruptedException {
    StatusChange change = Eventually.next(changes);
    assertThat(change.id()).isEqualTo(id);
    return change;
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + agent.httpPort() + path));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(request(path).build(), BodyHandlers.ofString());
  }

  private JsonObject json(String path) throws Exception {
    return new JsonObject(get(path).body());
  }

  private String firstEvent() throws Exception {
    try (var lines = http.send(request("/v1/events").build(), BodyHandlers.ofLines()).body()) {
      return lines.filter(line -> line.startsWith("data:")).findFirst().orElseThrow();
    }
  }
}
