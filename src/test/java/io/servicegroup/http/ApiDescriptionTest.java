package io.servicegroup.http;

import static io.servicegroup.http.HttpFixture.DESCRIPTION;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.AgentPhase;
import io.servicegroup.bus.FakeEvaluator;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.ServiceSpecReader;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import io.servicegroup.model.Verdict;
import io.servicegroup.model.VersionRange;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The running server against {@code openapi.yaml}, in both directions: what is described is served,
 * and what is served is described. That each answer has the described form is held by {@link
 * HttpFixture}, for every test that uses it.
 */
class ApiDescriptionTest {

  private static final String[] TOKEN = {"Authorization", "Bearer s3cret"};

  private static final Set<HttpMethod> BESIDE_GET = Set.of(HttpMethod.HEAD, HttpMethod.OPTIONS);

  /** Answered after ten seconds, or where a thousand wait. */
  private static final Set<String> NOT_REACHED_HERE = Set.of("GET /v1/history 503");

  /** What the answers to writes depend on. */
  private volatile int refusal;

  private HttpFixture agent = fixture(true);

  @AfterEach
  void close() {
    agent.close();
  }

  private HttpFixture fixture(boolean withEvaluator) {
    HttpFixture made =
        new HttpFixture(
            HttpFixture.config(
                HttpFixture.http(Optional.of("s3cret")),
                List.of("compute/own"),
                AgentConfig.Evaluate.ALWAYS,
                null),
            HttpVerticle.Timing.DEFAULT,
            withEvaluator);
    Function<MemberId, Future<Void>> done = id -> unlessRefused(null);
    Topics.LEAVE.serve(made.vertx, done);
    Topics.DELETE.serve(made.vertx, done);
    Topics.HEARTBEAT_TOUCH.serve(made.vertx, done);
    MemberView view = new MemberView(FakeEvaluator.member("compute/a", 1), Verdict.UNKNOWN);
    Topics.UPDATE.serve(made.vertx, update -> unlessRefused(view));
    Topics.join(ServiceSpecReader::read)
        .serve(
            made.vertx,
            spec -> unlessRefused(new Topics.Joined(view, spec.id().host().equals("new"))));
    if (withEvaluator) {
      Topics.VERSIONS.serve(
          made.vertx, filter -> unlessRefused(List.of(new VersionRange("compute", "nova", 3, 5))));
    }
    return made;
  }

  private <T> Future<T> unlessRefused(T answer) {
    return refusal == 0
        ? Future.succeededFuture(answer)
        : Future.failedFuture(new ServiceGroupException(refusal, "refused"));
  }

  @Test
  void whatIsServedIsDescribedAndWhatIsDescribedIsServed() {
    assertThat(served().keySet()).isEqualTo(DESCRIPTION.operations());
  }

  /** No route is beside those: it would not be listed. */
  @Test
  void noRouteIsServedBesides() {
    Set<String> paths =
        DESCRIPTION.operations().stream()
            .map(operation -> operation.split(" ")[1])
            .collect(Collectors.toSet());
    for (Route route : agent.verticle.router().getRoutes()) {
      if (route.getPath() != null && Operation.of(route).isEmpty()) {
        assertThat(Api.template(route.getPath())).isIn(paths);
        assertThat(BESIDE_GET)
            .as(route.getPath())
            .containsAll(route.methods() == null ? Set.of() : route.methods());
      }
    }
  }

  private Map<String, Operation> served() {
    Map<String, Operation> served = new TreeMap<>();
    for (Route route : agent.verticle.router().getRoutes()) {
      Operation.of(route)
          .ifPresent(
              operation ->
                  served.put(operation.method() + " " + Api.template(route.getPath()), operation));
    }
    return served;
  }

  @Test
  void theParametersOfPathsAndQueriesAreTheDescribedOnes() {
    served()
        .forEach(
            (name, operation) -> {
              assertThat(new TreeSet<>(operation.query().orElse(List.of())))
                  .as("the query of " + name)
                  .isEqualTo(DESCRIPTION.parameters(name, "query"));
              Set<String> inPath = new TreeSet<>();
              Matcher names = Pattern.compile("\\{([a-z]+)}").matcher(name);
              while (names.find()) {
                inPath.add(names.group(1));
              }
              assertThat(inPath)
                  .as("the path of " + name)
                  .isEqualTo(DESCRIPTION.parameters(name, "path"));
            });
  }

  @Test
  void aKeyThatAQueryDoesNotHaveIsRefusedWithThoseThatItHas() {
    served()
        .forEach(
            (name, operation) -> {
              HttpResponse<String> answer = send(name, "?nonsense=1", null);
              if (operation.query().isEmpty()) {
                assertThat(answer.statusCode()).as(name).isIn(200, 503);
              } else {
                assertThat(allowed(answer)).as(name).isEqualTo(Set.copyOf(operation.query().get()));
              }
            });
  }

  /** The fields that a refusal names are those that are taken. */
  @Test
  void theFieldsOfBodiesAreTheDescribedOnes() {
    for (String operation : DESCRIPTION.operations()) {
      HttpResponse<String> answer = send(operation, "", new JsonObject().put("nonsense", 1));
      if (DESCRIPTION.body(operation).isPresent()) {
        assertThat(allowed(answer))
            .as(operation)
            .isEqualTo(fields(DESCRIPTION.bodySchema(operation)));
        HttpResponse<String> without = send(operation, "", null);
        boolean required = DESCRIPTION.body(operation).get().getBoolean("required", false);
        assertThat(without.statusCode() == 400).as(operation).isEqualTo(required);
      } else if (!operation.startsWith("GET")) {
        assertThat(answer.body()).as(operation).contains("this takes no body");
      }
    }
  }

  @Test
  void theFieldsOfProbesAreTheDescribedOnes() {
    JsonObject schema = DESCRIPTION.schema("Probe");
    Set<String> taken = new TreeSet<>();
    for (Object type :
        schema.getJsonObject("properties").getJsonObject("type").getJsonArray("enum")) {
      taken.addAll(allowed(joinProbe(new JsonObject().put("type", type).put("nonsense", 1))));
    }
    assertThat(taken).isEqualTo(fields(schema));
    JsonObject tls = new JsonObject().put("nonsense", 1);
    assertThat(allowed(joinProbe(new JsonObject().put("type", "http").put("tls", tls))))
        .isEqualTo(fields(schema.getJsonObject("properties").getJsonObject("tls")));
    assertThat(joinProbe(new JsonObject().put("type", "nonsense")).body())
        .contains(
            String.join(
                ", ",
                schema
                    .getJsonObject("properties")
                    .getJsonObject("type")
                    .getJsonArray("enum")
                    .stream()
                    .map(String.class::cast)
                    .toList()));
  }

  private HttpResponse<String> joinProbe(JsonObject probe) {
    return send("POST /v1/groups/{group}/members", "", new JsonObject().put("probe", probe));
  }

  private static Set<String> fields(JsonObject schema) {
    return new TreeSet<>(schema.getJsonObject("properties").fieldNames());
  }

  /** What a refusal says is allowed instead of a key that is not there. */
  private static Set<String> allowed(HttpResponse<String> refused) {
    String detail = HttpFixture.problem(refused, 400).getString("detail");
    Matcher keys =
        Pattern.compile("(?:nonsense|unknown key).*allowed are ([a-z_, ]+)").matcher(detail);
    if (!keys.find()) {
      assertThat(detail).isEqualTo("this path takes no query");
      return Set.of();
    }
    return Set.of(keys.group(1).trim().split(", "));
  }

  /** What is not always there is said to be so. */
  @Test
  void everyFieldOfAnAnswerIsAlwaysThere() {
    List<String> optional = new ArrayList<>();
    DESCRIPTION.answers().forEach(schema -> addOptional(schema, optional));
    assertThat(Set.copyOf(optional)).containsExactly("kind of StatusChange");
  }

  private static void addOptional(Object value, List<String> found) {
    if (value instanceof JsonArray array) {
      array.forEach(item -> addOptional(item, found));
    }
    if (value instanceof JsonObject schema) {
      if (schema.getValue("properties") instanceof JsonObject properties) {
        Set<String> missing = new TreeSet<>(properties.fieldNames());
        schema.getJsonArray("required", new JsonArray()).forEach(missing::remove);
        boolean change = schema.equals(DESCRIPTION.schema("StatusChange"));
        missing.forEach(field -> found.add(field + (change ? " of StatusChange" : "")));
      }
      schema.forEach(entry -> addOptional(entry.getValue(), found));
    }
  }

  @Test
  void everyDescribedStatusIsAnsweredAndNoOther() {
    Set<String> answered = new TreeSet<>();
    agent.evaluator.knows("compute/a", Status.UP);
    agent.evaluator.digest();
    for (String operation : DESCRIPTION.operations()) {
      provoke(operation, answered);
    }
    becomeReady();
    for (String operation : DESCRIPTION.operations()) {
      answered.add(operation + " " + send(operation, "", body(operation)).statusCode());
    }
    JsonObject anew = new JsonObject().put("host", "new");
    String join = "POST /v1/groups/{group}/members";
    answered.add(join + " " + send(join, "", anew).statusCode());
    answered.add("GET /health " + agent.get("/health?host=nobody").statusCode());
    answered.add(
        "GET /v1/groups/{group}/members/{host} "
            + agent.get("/v1/groups/compute/members/nobody").statusCode());
    agent.close();
    agent = fixture(false);
    for (String operation : DESCRIPTION.operations()) {
      answered.add(operation + " " + send(operation, "", body(operation)).statusCode());
    }

    Set<String> described = new TreeSet<>(NOT_REACHED_HERE);
    assertThat(answered).doesNotContainAnyElementsOf(described);
    answered.addAll(described);
    described.clear();
    for (String operation : DESCRIPTION.operations()) {
      DESCRIPTION.statuses(operation).forEach(status -> described.add(operation + " " + status));
    }
    assertThat(answered).isEqualTo(described);
  }

  /** Sends what every operation may be sent, and what a write may be answered over the bus. */
  private void provoke(String operation, Set<String> answered) {
    answered.add(operation + " " + send(operation, "", body(operation)).statusCode());
    if (served().get(operation).query().isPresent()) {
      answered.add(operation + " " + send(operation, "?nonsense=1", null).statusCode());
    }
    if (operation.startsWith("GET")) {
      return;
    }
    String method = operation.split(" ")[0];
    String path = path(operation);
    List<HttpResponse<String>> refused =
        List.of(
            agent.send(method, path, null),
            agent.send(method, path, null, with("Origin", "https://evil.example")),
            agent.send(method, path, "{}", with("Content-Type", "text/plain")),
            agent.json(method, path, " ".repeat(70_000), TOKEN));
    refused.forEach(answer -> answered.add(operation + " " + answer.statusCode()));
    for (int status : DESCRIPTION.statuses(operation)) {
      if (Set.of(404, 409, 503).contains(status)) {
        refusal = status;
        answered.add(operation + " " + send(operation, "", body(operation)).statusCode());
        refusal = 0;
      }
    }
  }

  private void becomeReady() {
    agent.evaluator.changes("compute/own", Status.UP, Reason.HEARTBEAT);
    agent.phase(AgentPhase.RUNNING);
    Topics.BACKEND.publish(
        agent.vertx,
        new BackendState("embedded", BackendState.State.REACHABLE, Instant.now(), null));
    Topics.HEARTBEAT.publish(agent.vertx, List.of(LocalHealthTest.alive("compute/own", 1)));
    HttpFixture.until(() -> agent.get("/health/ready").statusCode() == 200);
    HttpFixture.until(() -> agent.get("/health").statusCode() == 200);
    HttpFixture.until(() -> agent.get("/health/groups/compute").statusCode() == 200);
    HttpFixture.until(() -> agent.get("/v1/history").body().contains("compute"));
  }

  private static JsonObject body(String operation) {
    return DESCRIPTION.body(operation).map(body -> new JsonObject()).orElse(null);
  }

  private static String path(String operation) {
    return operation.split(" ")[1].replace("{group}", "compute").replace("{host}", "a");
  }

  private HttpResponse<String> send(String operation, String query, JsonObject body) {
    String method = operation.split(" ")[0];
    String path = path(operation) + query;
    if (path.startsWith("/v1/events") && query.isEmpty()) {
      // It never ends; its head tells.
      return agent.send("HEAD", path, null);
    }
    return body == null || method.equals("GET")
        ? agent.send(method, path, null, TOKEN)
        : agent.json(method, path, body, TOKEN);
  }

  private static String[] with(String name, String value) {
    return new String[] {TOKEN[0], TOKEN[1], name, value};
  }

  @Test
  void theFirstPageLinksToAllThatCanBeRead() {
    JsonArray links = new JsonObject(agent.get("/").body()).getJsonArray("links");
    assertThat(links.stream().map(link -> "GET " + link).collect(Collectors.toSet()))
        .isEqualTo(
            DESCRIPTION.operations().stream()
                .filter(operation -> operation.startsWith("GET ") && !operation.equals("GET /"))
                .collect(Collectors.toSet()));
  }
}
