package io.servicegroup.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * {@code openapi.yaml} as the tests read it. For the tests an object has no other fields than those
 * described, although clients have to expect that fields are added.
 */
final class ApiDescription {

  private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

  /** The answers that every path may give, which the description lists once. */
  private static final Set<Integer> ANYWHERE = Set.of(405, 408, 414, 431, 500);

  private static final JsonSchemaOptions OPTIONS =
      new JsonSchemaOptions()
          .setBaseUri("https://servicegroup.invalid")
          .setDraft(Draft.DRAFT202012)
          .setOutputFormat(OutputFormat.Basic);

  private final JsonObject root = load();

  private static JsonObject load() {
    try (InputStream in = ApiDescription.class.getResourceAsStream("openapi.yaml")) {
      Map<String, Object> tree = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
      JsonObject root = new JsonObject(tree);
      return (JsonObject) inlined(root, root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies a part of the description, with every reference replaced by its target. */
  private static Object inlined(Object value, JsonObject root) {
    if (value instanceof JsonObject object && object.getString("$ref") != null) {
      JsonObject found = root;
      for (String name : object.getString("$ref").substring(2).split("/")) {
        found = found.getJsonObject(name);
        assertThat(found).as(object.encode()).isNotNull();
      }
      return inlined(found, root);
    }
    if (value instanceof JsonObject object) {
      JsonObject copy = new JsonObject();
      object.forEach(entry -> copy.put(entry.getKey(), inlined(entry.getValue(), root)));
      return copy;
    }
    return value instanceof JsonArray array ? array(array, item -> inlined(item, root)) : value;
  }

  private static JsonArray array(JsonArray array, UnaryOperator<Object> change) {
    return new JsonArray(new ArrayList<>(array.stream().map(change).toList()));
  }

  /** Lists every operation, in the form {@code GET /health}. */
  Set<String> operations() {
    Set<String> operations = new TreeSet<>();
    for (Map.Entry<String, Object> path : paths()) {
      ((JsonObject) path.getValue())
          .fieldNames().stream()
              .filter(METHODS::contains)
              .forEach(method -> operations.add(method.toUpperCase() + " " + path.getKey()));
    }
    return operations;
  }

  private JsonObject paths() {
    return root.getJsonObject("paths");
  }

  private Optional<JsonObject> operation(String method, String path) {
    return Optional.ofNullable(paths().getJsonObject(path).getJsonObject(method.toLowerCase()));
  }

  private JsonObject operation(String operation) {
    String[] parts = operation.split(" ");
    return operation(parts[0], parts[1]).orElseThrow();
  }

  /** The names of an operation's parameters: {@code query}, {@code path} or {@code header}. */
  Set<String> parameters(String operation, String in) {
    JsonArray none = new JsonArray();
    return Stream.of(operation(operation), paths().getJsonObject(operation.split(" ")[1]))
        .flatMap(holder -> holder.getJsonArray("parameters", none).stream())
        .map(JsonObject.class::cast)
        .filter(parameter -> parameter.getString("in").equals(in))
        .map(parameter -> parameter.getString("name"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The statuses of an operation that are listed with it. */
  Set<Integer> statuses(String operation) {
    return operation(operation).getJsonObject("responses").fieldNames().stream()
        .map(Integer::valueOf)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The description of an operation's body; empty where it has none. */
  Optional<JsonObject> body(String operation) {
    return Optional.ofNullable(operation(operation).getJsonObject("requestBody"));
  }

  /** The schema of an operation's body. */
  JsonObject bodySchema(String operation) {
    return body(operation)
        .orElseThrow()
        .getJsonObject("content")
        .getJsonObject("application/json")
        .getJsonObject("schema");
  }

  /** Finds a schema by its name. */
  JsonObject schema(String name) {
    return root.getJsonObject("components").getJsonObject("schemas").getJsonObject(name);
  }

  /** Lists the schemas of all JSON answers. */
  Stream<JsonObject> answers() {
    return operations().stream()
        .map(operation -> operation(operation).getJsonObject("responses"))
        .flatMap(responses -> responses.stream())
        .map(response -> (JsonObject) response.getValue())
        .flatMap(response -> response.getJsonObject("content", new JsonObject()).stream())
        .filter(content -> content.getKey().endsWith("json"))
        .map(content -> ((JsonObject) content.getValue()).getJsonObject("schema"));
  }

  /** Compares an answer's status, content type and body with the description. */
  void check(String method, String target, HttpResponse<String> answer) {
    String asked = method + " " + target + " " + answer.statusCode();
    String path = target.split("\\?", 2)[0];
    Optional<String> template =
        paths().fieldNames().stream().filter(known -> matches(known, path)).findFirst();
    boolean alike = path.startsWith("/health");
    String as = method.equals("HEAD") || (alike && method.equals("OPTIONS")) ? "GET" : method;
    Optional<JsonObject> operation = template.flatMap(known -> operation(as, known));
    int status = answer.statusCode();
    if (template.isEmpty()) {
      assertThat(status).as(asked + ": the path is not described").isIn(400, 404, 405, 414, 431);
    } else if (operation.isEmpty()) {
      int expected = method.equals("OPTIONS") ? 204 : 405;
      assertThat(status).as(asked + ": the method is not described").isEqualTo(expected);
    } else if (!ANYWHERE.contains(status)) {
      JsonObject response =
          operation.get().getJsonObject("responses").getJsonObject(String.valueOf(status));
      assertThat(response).as(asked + ": the status is not described").isNotNull();
      check(asked, response, answer, method.equals("HEAD"));
    }
  }

  private static boolean matches(String template, String path) {
    return path.matches(template.replace(".", "\\.").replaceAll("\\{[a-z]+}", "[^/]+"));
  }

  private static void check(
      String asked, JsonObject response, HttpResponse<String> answer, boolean head) {
    Optional<String> type =
        answer.headers().firstValue("Content-Type").map(text -> text.split(";")[0]);
    JsonObject content = response.getJsonObject("content", new JsonObject());
    if (content.isEmpty()) {
      assertThat(answer.body()).as(asked + ": no body is described").isEmpty();
      return;
    }
    assertThat(type).as(asked + ": the type of the body").isPresent();
    assertThat(content.fieldNames()).as(asked).contains(type.get());
    if (type.get().endsWith("json") && !head) {
      JsonObject schema = content.getJsonObject(type.get()).getJsonObject("schema");
      check(asked, schema, new JsonObject(answer.body()));
    }
  }

  /** Compares a value with a schema of the description. */
  static void check(String what, JsonObject schema, Object value) {
    OutputUnit found =
        Validator.create(JsonSchema.of((JsonObject) closed(schema)), OPTIONS).validate(value);
    assertThat(found.getValid())
        .as(() -> what + ": " + found.getErrors() + "\nin " + value)
        .isTrue();
  }

  private static Object closed(Object value) {
    if (value instanceof JsonArray array) {
      return array(array, ApiDescription::closed);
    }
    if (!(value instanceof JsonObject object)) {
      return value;
    }
    JsonObject copy = new JsonObject();
    object.forEach(entry -> copy.put(entry.getKey(), closed(entry.getValue())));
    return object.getValue("properties") == null ? copy : copy.put("additionalProperties", false);
  }
}
