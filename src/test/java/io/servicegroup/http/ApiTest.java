package io.servicegroup.http;

import static io.servicegroup.http.HttpFixture.problem;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.FakeEvaluator;
import io.servicegroup.bus.Topics;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import io.servicegroup.model.VersionRange;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is read over HTTP. */
class ApiTest {

  private final HttpFixture agent = new HttpFixture();

  @AfterEach
  void close() {
    agent.close();
  }

  @Test
  void countsTheGroups() {
    agent.evaluator.knows("compute/a", Status.UP).knows("compute/b", Status.DOWN);
    agent.evaluator.knows("volume/a", Status.UNKNOWN);
    JsonArray groups = new JsonObject(agent.get("/v1/groups").body()).getJsonArray("groups");
    assertThat(groups.getJsonObject(0).encode())
        .isEqualTo(
            "{\"group\":\"compute\",\"up\":1,\"down\":1,\"unknown\":0,\"disabled\":0,\"total\":2}");
    assertThat(groups.getJsonObject(1).getInteger("unknown")).isEqualTo(1);
  }

  @Test
  void listsAndFilters() {
    agent.evaluator.knows("compute/a", Status.UP).knows("compute/b", Status.DOWN);
    JsonObject list = new JsonObject(agent.get("/v1/groups/compute/members").body());
    assertThat(list.fieldNames()).containsExactlyInAnyOrder("epoch", "seq", "stale", "members");
    assertThat(list.getJsonArray("members")).hasSize(2);
    assertThat(members("/v1/groups/compute/members?status=down")).hasSize(1);
    assertThat(members("/v1/groups/compute/members?min_version=6")).isEmpty();
    assertThat(members("/v1/groups/compute/members?binary=other")).isEmpty();
    assertThat(members("/v1/groups/compute/members?status=&binary=&min_version=")).hasSize(2);
    assertThat(members("/v1/groups/nobody/members")).isEmpty();
    problem(agent.get("/v1/groups/compute/members?status=sideways"), 400);
    problem(agent.get("/v1/groups/compute/members?min_version=x"), 400);
    problem(agent.get("/v1/groups/compute/members?colour=red"), 400);
    problem(agent.get("/v1/groups/compute/members?status=UP&status=DOWN"), 400);
  }

  private JsonArray members(String path) {
    HttpResponse<String> response = agent.get(path);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return new JsonObject(response.body()).getJsonArray("members");
  }

  @Test
  void groupsWithASlashAreAddressed() {
    agent.evaluator.knows("a/b/c", Status.UP);
    agent.evaluator.digest();
    agent.awaitAnswer("/v1/groups/a/members/b%2Fc", 200);
    assertThat(agent.get("/v1/groups/a%2Fb/members").statusCode()).isEqualTo(200);
    assertThat(agent.get("/health/groups/a%2Fb?min=0").statusCode()).isEqualTo(200);
  }

  @Test
  void showsAMemberWithEveryKey() {
    agent.evaluator.knows("compute/a", Status.UP);
    HttpResponse<String> response = agent.get("/v1/groups/compute/members/a");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(new JsonObject(response.body()).fieldNames())
        .containsExactlyInAnyOrder(
            "group",
            "host",
            "binary",
            "uuid",
            "version",
            "metadata",
            "disabled",
            "disabled_reason",
            "forced_down",
            "status",
            "reason",
            "since",
            "last_seen_up",
            "incarnation",
            "stale");
    problem(agent.get("/v1/groups/compute/members/b"), 404);
  }

  @Test
  void namesMayContainAnythingPrintable() {
    agent.evaluator.knows("grüppe/a/b ü+%é", Status.UP);
    String path = "/v1/groups/gr%C3%BCppe/members/a%2Fb%20%C3%BC+%25%C3%A9";
    HttpResponse<String> response = agent.get(path);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(new JsonObject(response.body()).getString("host")).isEqualTo("a/b ü+%é");
    assertThat(Api.path(FakeEvaluator.id("grüppe/a/b ü+%é")).replace("%2B", "+")).isEqualTo(path);
  }

  @Test
  void versions() {
    Topics.VERSIONS.serve(
        agent.vertx,
        filter -> Future.succeededFuture(List.of(new VersionRange(filter.group(), "nova", 3, 5))));
    HttpResponse<String> response = agent.get("/v1/versions?group=compute");
    assertThat(response.body())
        .isEqualTo(
            "{\"versions\":[{\"group\":\"compute\",\"binary\":\"nova\",\"min_version\":3,"
                + "\"max_version\":5}]}");
  }

  @Test
  void historyIsNewestFirstAndLimited() {
    agent.evaluator.changes("compute/a", Status.UP, Reason.HEARTBEAT);
    agent.evaluator.changes("compute/a", Status.DOWN, Reason.LEFT);
    await("the history", () -> agent.history("").size() == 2);
    assertThat(agent.history("?limit=1").getJsonObject(0).getString("reason")).isEqualTo("left");
    assertThat(agent.history("?since=2026-11-22T07:00:00.002Z")).hasSize(1);
    assertThat(agent.history("?host=b")).isEmpty();
    problem(agent.get("/v1/history?since=yesterday"), 400);
    problem(agent.get("/v1/history?limit=0"), 400);
    problem(agent.get("/v1/history?limit=10001"), 400);
  }

  @Test
  void theRootListsTheLinks() {
    JsonObject root = new JsonObject(agent.get("/").body());
    assertThat(root.getJsonArray("links")).contains("/v1/events");
    HttpResponse<String> page = agent.send("GET", "/", null, "Accept", "text/html,*/*");
    assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
    assertThat(page.body()).contains("<a href=\"/health\">");
    assertThat(agent.get("/openapi.yaml").body()).startsWith("openapi: 3.1.0");
  }

  @Test
  void whatWasNotForeseenIsNotShown() {
    agent
        .vertx
        .eventBus()
        .consumer(Topics.VERSIONS.address(), message -> message.fail(42, "at Secret.java:7"));
    HttpResponse<String> response = agent.get("/v1/versions");
    problem(response, 500);
    assertThat(response.body()).doesNotContain("Secret");
  }

  @Test
  void unknownPathsAndMethods() {
    problem(agent.get("/nothing/here"), 404);
    problem(agent.send("POST", "/nothing", "{}"), 404);
    HttpResponse<String> wrong = agent.send("DELETE", "/v1/groups", null);
    problem(wrong, 405);
    assertThat(wrong.headers().firstValue("Allow")).contains("GET, HEAD, OPTIONS");
    HttpResponse<String> options = agent.send("OPTIONS", "/v1/groups/g/members", null);
    assertThat(options.statusCode()).isEqualTo(204);
    assertThat(options.headers().firstValue("Allow")).contains("GET, HEAD, OPTIONS, POST");
  }
}
