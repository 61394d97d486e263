package io.servicegroup.http;

import static io.servicegroup.http.HttpFixture.DESCRIPTION;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Compares the running server with {@code openapi.yaml} in both directions: everything described is
 * served, and everything served is described. {@link HttpFixture} checks that each answer has the
 * described form, in every test that uses it.
 */
class ApiDescriptionTest {

  private static final Set<HttpMethod> BESIDE_GET = Set.of(HttpMethod.HEAD, HttpMethod.OPTIONS);

  private final DescribedAgent agent = new DescribedAgent(true);

  @AfterEach
  void close() {
    agent.close();
  }

  @Test
  void whatIsServedIsDescribedAndWhatIsDescribedIsServed() {
    assertThat(agent.served().keySet()).isEqualTo(DESCRIPTION.operations());
  }

  /** Every route belongs to a described path; another one would be listed nowhere. */
  @Test
  void noRouteIsServedBesides() {
    Set<String> paths =
        DESCRIPTION.operations().stream()
            .map(operation -> operation.split(" ")[1])
            .collect(Collectors.toSet());
    for (Route route : agent.http.verticle.router().getRoutes()) {
      if (route.getPath() != null && Operation.of(route).isEmpty()) {
        assertThat(Api.template(route.getPath())).isIn(paths);
        assertThat(BESIDE_GET)
            .as(route.getPath())
            .containsAll(route.methods() == null ? Set.of() : route.methods());
      }
    }
  }

  @Test
  void theParametersOfPathsAndQueriesAreTheDescribedOnes() {
    agent
        .served()
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
    agent
        .served()
        .forEach(
            (name, operation) -> {
              HttpResponse<String> answer = agent.send(name, "?nonsense=1", null);
              if (operation.query().isEmpty()) {
                assertThat(answer.statusCode()).as(name).isIn(200, 503);
              } else {
                assertThat(allowed(answer)).as(name).isEqualTo(Set.copyOf(operation.query().get()));
              }
            });
  }

  /** A refusal of an unknown field names the fields that are accepted. */
  @Test
  void theFieldsOfBodiesAreTheDescribedOnes() {
    for (String operation : DESCRIPTION.operations()) {
      HttpResponse<String> answer = agent.send(operation, "", new JsonObject().put("nonsense", 1));
      if (DESCRIPTION.body(operation).isPresent()) {
        assertThat(allowed(answer))
            .as(operation)
            .isEqualTo(fields(DESCRIPTION.bodySchema(operation)));
        HttpResponse<String> without = agent.send(operation, "", null);
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
    return agent.send("POST /v1/groups/{group}/members", "", new JsonObject().put("probe", probe));
  }

  private static Set<String> fields(JsonObject schema) {
    return new TreeSet<>(schema.getJsonObject("properties").fieldNames());
  }

  /** Reads from a refusal of an unknown key which keys are allowed. */
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

  /** Only one field is missing in some answers, and the description says so. */
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
  void theFirstPageLinksToAllThatCanBeRead() {
    JsonArray links = new JsonObject(agent.http.get("/").body()).getJsonArray("links");
    assertThat(links.stream().map(link -> "GET " + link).collect(Collectors.toSet()))
        .isEqualTo(
            DESCRIPTION.operations().stream()
                .filter(operation -> operation.startsWith("GET ") && !operation.equals("GET /"))
                .collect(Collectors.toSet()));
  }
}
