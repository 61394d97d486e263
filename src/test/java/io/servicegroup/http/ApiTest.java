package io.servicegroup.http;

import static io.servicegroup.http.HttpFixture.problem;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.FakeEvaluator;
import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import io.servicegroup.model.Verdict;
import io.servicegroup.model.VersionRange;
import io.vertx.core.Future;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ApiTest {

  private final HttpFixture agent = new HttpFixture();
  private final AtomicReference<JsonObject> asked = new AtomicReference<>();
  private final AtomicInteger times = new AtomicInteger();

  @AfterEach
  void close() {
    agent.close();
  }

  private static JsonObject stored(String name, boolean created) {
    MemberView view =
        new MemberView(
            FakeEvaluator.member(name, 1),
            new Verdict(Status.UP, Reason.HEARTBEAT, FakeEvaluator.NOW, null, false, "embedded"));
    return Topics.UPDATE.encodeAnswer().apply(view).put("created", created);
  }

  private void joinAnswers(JsonObject answer) {
    agent
        .vertx
        .eventBus()
        .<JsonObject>localConsumer(
            Topics.JOIN.address(),
            message -> {
              asked.set(message.body());
              times.incrementAndGet();
              message.reply(answer);
            });
  }

  /**
   * An agent whose process was suspended finds a request, and the end of the connection that it
   * came on.
   */
  @Test
  void whoHasGoneIsNotListenedToAnyMore() throws Exception {
    String body = "{\"binary\": \"old\"}";
    joinAnswers(stored("compute/a", false));
    CountDownLatch awake = new CountDownLatch(1);
    try (RawClient gone = new RawClient(agent.port())) {
      gone.get("/v1/groups").readUntil("groups");
      sleepUntil(awake);
      gone.send(
          "POST /v1/groups/compute/members HTTP/1.1\r\nHost: localhost\r\n"
              + "Content-Type: application/json\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);
    }
    awake.countDown();

    assertThat(
            agent.json("POST", "/v1/groups/compute/members", "{\"binary\": \"new\"}").statusCode())
        .isEqualTo(200);
    assertThat(asked.get().getString("binary")).isEqualTo("new");
    assertThat(times.get()).isEqualTo(1);
  }

  @Test
  void whoBeatsAndDoesNotWaitForTheAnswerHasBeaten() throws Exception {
    AtomicInteger beats = new AtomicInteger();
    Topics.HEARTBEAT_TOUCH.serve(
        agent.vertx,
        id -> {
          beats.incrementAndGet();
          return Future.succeededFuture();
        });
    for (int i = 0; i < 20; i++) {
      try (RawClient hasty = new RawClient(agent.port())) {
        hasty.send(
            "PUT /v1/groups/compute/members/a/heartbeat HTTP/1.1\r\nHost: localhost\r\n\r\n");
      }
    }
    await("every beat", () -> beats.get() == 20);
  }

  /** Blocks all event loops. */
  private void sleepUntil(CountDownLatch awake) throws Exception {
    int loops = VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE;
    CountDownLatch asleep = new CountDownLatch(loops);
    for (int i = 0; i < loops; i++) {
      ((VertxInternal) agent.vertx)
          .createEventLoopContext()
          .runOnContext(
              turn -> {
                asleep.countDown();
                try {
                  awake.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
    }
    assertThat(asleep.await(10, TimeUnit.SECONDS)).isTrue();
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
  void joins() {
    joinAnswers(stored("compute/a b", true));
    HttpResponse<String> response =
        agent.json("POST", "/v1/groups/compute/members", new JsonObject().put("host", "a b"));
    assertThat(response.statusCode()).isEqualTo(201);
    assertThat(response.headers().firstValue("Location"))
        .contains("/v1/groups/compute/members/a%20b");
    assertThat(new JsonObject(response.body()).containsKey("created")).isFalse();
    assertThat(asked.get())
        .isEqualTo(
            new JsonObject()
                .put("group", "compute")
                .put("host", "a b")
                .put("probe", new JsonObject().put("type", "self")));
  }

  @Test
  void joinsAgainOnThisHostWithAProbe() {
    joinAnswers(stored("compute/this-host", false));
    JsonObject body =
        new JsonObject().put("group", "compute").put("probe", new JsonObject().put("type", "none"));
    assertThat(agent.json("POST", "/v1/groups/compute/members", body).statusCode()).isEqualTo(200);
    assertThat(asked.get().getString("host")).isEqualTo("this-host");
    assertThat(asked.get().getJsonObject("probe").getString("type")).isEqualTo("none");
  }

  @Test
  void theGroupInTheBodyMustAgree() {
    joinAnswers(stored("compute/a", true));
    problem(
        agent.json("POST", "/v1/groups/compute/members", new JsonObject().put("group", "other")),
        400);
    problem(
        agent.json("PATCH", "/v1/groups/compute/members/a", new JsonObject().put("host", 7)), 400);
    assertThat(asked.get()).isNull();
  }

  @Test
  void refusalsOfTheBusAreAnswered() {
    Topics.UPDATE.serve(
        agent.vertx,
        update ->
            Future.failedFuture(
                new ServiceGroupException(Refusal.CONFLICT, "it exists in another group")));
    HttpResponse<String> response =
        agent.json("PATCH", "/v1/groups/compute/members/a", new JsonObject().put("disabled", true));
    assertThat(problem(response, 409).getString("detail")).isEqualTo("it exists in another group");
    assertThat(
            problem(
                    agent.json(
                        "PATCH",
                        "/v1/groups/compute/members/a",
                        new JsonObject().put("disabled", "yes")),
                    400)
                .getString("detail"))
        .isEqualTo("disabled must be true or false");
  }

  @Test
  void aMissingCatalogueIsTemporary() {
    HttpResponse<String> response =
        agent.json("PATCH", "/v1/groups/g/members/h", new JsonObject().put("disabled", true));
    problem(response, 503);
    assertThat(response.headers().firstValue("Retry-After")).contains("1");
    problem(agent.send("DELETE", "/v1/groups/g/members/h", null), 503);
    problem(agent.get("/v1/versions"), 503);
  }

  @Test
  void updatesAreKeptInTheHistory() {
    Topics.UPDATE.serve(
        agent.vertx,
        update ->
            Future.succeededFuture(
                new MemberView(FakeEvaluator.member("compute/a", 1), Verdict.UNKNOWN)));
    JsonObject body =
        new JsonObject().put("disabled", true).put("disabled_reason", "disk <b>broken</b>");
    assertThat(agent.json("PATCH", "/v1/groups/compute/members/a", body).statusCode())
        .isEqualTo(200);
    JsonObject entry = history("?group=compute&host=a").getJsonObject(0);
    assertThat(entry.getString("kind")).isEqualTo("action");
    assertThat(entry.getString("action")).isEqualTo("update");
    assertThat(entry.getString("who")).isEqualTo("anonymous@127.0.0.1");
    assertThat(entry.getString("why")).isEqualTo("disk <b>broken</b>");
    assertThat(entry.getJsonObject("what")).isEqualTo(body);
    assertThat(history("?group=other")).isEmpty();
  }

  @Test
  void historyIsNewestFirstAndLimited() {
    agent.evaluator.changes("compute/a", Status.UP, Reason.HEARTBEAT);
    agent.evaluator.changes("compute/a", Status.DOWN, Reason.LEFT);
    await("the history", () -> history("").size() == 2);
    assertThat(history("?limit=1").getJsonObject(0).getString("reason")).isEqualTo("left");
    assertThat(history("?since=2026-11-22T07:00:00.002Z")).hasSize(1);
    assertThat(history("?host=b")).isEmpty();
    problem(agent.get("/v1/history?since=yesterday"), 400);
    problem(agent.get("/v1/history?limit=0"), 400);
    problem(agent.get("/v1/history?limit=10001"), 400);
  }

  private JsonArray history(String query) {
    return new JsonObject(agent.get("/v1/history" + query).body()).getJsonArray("entries");
  }

  @Test
  void leaveDeleteAndBeat() {
    Topics.LEAVE.serve(agent.vertx, id -> Future.succeededFuture());
    Topics.DELETE.serve(agent.vertx, id -> Future.succeededFuture());
    Topics.HEARTBEAT_TOUCH.serve(
        agent.vertx,
        id ->
            id.host().equals("a")
                ? Future.succeededFuture()
                : Future.failedFuture(
                    new ServiceGroupException(Refusal.MISSING, "not served here")));
    String member = "/v1/groups/compute/members/a";
    assertThat(agent.send("POST", member + "/leave", null).statusCode()).isEqualTo(204);
    assertThat(agent.send("DELETE", member, null).statusCode()).isEqualTo(204);
    assertThat(agent.send("PUT", member + "/heartbeat", null).statusCode()).isEqualTo(204);
    assertThat(agent.json("PUT", member + "/heartbeat", "{}").statusCode()).isEqualTo(204);
    problem(agent.json("PUT", member + "/heartbeat", "{\"a\":1}"), 400);
    problem(agent.send("PUT", "/v1/groups/compute/members/b/heartbeat", null), 404);
    assertThat(history("")).hasSize(2);
  }

  @Test
  void writesNeedTheToken() {
    try (HttpFixture guarded =
        new HttpFixture(
            HttpFixture.config(
                HttpFixture.http(Optional.of("s3cret")),
                List.of(),
                AgentConfig.Evaluate.ALWAYS,
                null))) {
      Topics.LEAVE.serve(guarded.vertx, id -> Future.succeededFuture());
      String path = "/v1/groups/compute/members/a/leave";
      HttpResponse<String> none = guarded.send("POST", path, null);
      problem(none, 401);
      assertThat(none.headers().firstValue("WWW-Authenticate"))
          .contains("Bearer realm=\"servicegroup\"");
      problem(guarded.send("POST", path, null, "Authorization", "Bearer wrong"), 401);
      problem(guarded.send("POST", path, null, "Authorization", "Basic s3cret"), 401);
      problem(guarded.send("POST", path, null, "Authorization", "Bearer"), 401);
      assertThat(guarded.send("POST", path, null, "Authorization", "Bearer s3cret").statusCode())
          .isEqualTo(204);
      assertThat(guarded.get("/v1/history").body()).contains("token@127.0.0.1");
      assertThat(guarded.get("/health").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void pagesOfOtherSitesMayNotWrite() {
    Topics.LEAVE.serve(agent.vertx, id -> Future.succeededFuture());
    String path = "/v1/groups/compute/members/a/leave";
    problem(agent.send("POST", path, null, "Origin", "https://evil.example"), 403);
    problem(agent.send("POST", path, null, "Origin", "null"), 403);
    String own = "http://127.0.0.1:" + agent.port();
    assertThat(agent.send("POST", path, null, "Origin", own).statusCode()).isEqualTo(204);
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
