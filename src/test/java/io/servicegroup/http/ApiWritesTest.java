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
import io.vertx.core.Future;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
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

/** What changes members: joins, leaves, words and beats. */
class ApiWritesTest {

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
    JsonObject entry = agent.history("?group=compute&host=a").getJsonObject(0);
    assertThat(entry.getString("kind")).isEqualTo("action");
    assertThat(entry.getString("action")).isEqualTo("update");
    assertThat(entry.getString("who")).isEqualTo("anonymous@127.0.0.1");
    assertThat(entry.getString("why")).isEqualTo("disk <b>broken</b>");
    assertThat(entry.getJsonObject("what")).isEqualTo(body);
    assertThat(agent.history("?group=other")).isEmpty();
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
    assertThat(agent.history("")).hasSize(2);
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
}
