package io.servicegroup.http;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.AgentPhase;
import io.servicegroup.bus.FakeEvaluator;
import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Values;
import io.servicegroup.model.Probe;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.Eventually;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An HttpVerticle on a free port, with a fake evaluator on its bus. Every answer is compared with
 * the description of the API.
 */
final class HttpFixture implements AutoCloseable {

  static final ConnectionGuard.Limits SHORT =
      new ConnectionGuard.Limits(Duration.ofSeconds(1), Duration.ofSeconds(1));

  static final ApiDescription DESCRIPTION = new ApiDescription();

  final Vertx vertx = Vertx.vertx();
  final FakeEvaluator evaluator = new FakeEvaluator(vertx);
  final HttpVerticle verticle;
  private final HttpClient client = HttpClient.newHttpClient();

  HttpFixture(AgentConfig config) {
    this(config, HttpVerticle.Timing.DEFAULT);
  }

  HttpFixture(AgentConfig config, HttpVerticle.Timing timing) {
    this(config, timing, true);
  }

  HttpFixture(AgentConfig config, HttpVerticle.Timing timing, boolean withEvaluator) {
    if (withEvaluator) {
      evaluator.serve();
    }
    verticle = new HttpVerticle(config, timing);
    await(vertx.deployVerticle(verticle));
  }

  HttpFixture() {
    this(config());
  }

  static AgentConfig config() {
    return config(http(Optional.empty()), List.of(), AgentConfig.Evaluate.ALWAYS, null);
  }

  static AgentConfig.Http http(Optional<String> token) {
    return new AgentConfig.Http("127.0.0.1", 0, token, Optional.empty(), false);
  }

  static AgentConfig config(
      AgentConfig.Http http,
      List<String> services,
      AgentConfig.Evaluate evaluate,
      Integer checkPort) {
    BackendUri uri = BackendUri.parse("embedded:");
    return new AgentConfig(
        new AgentConfig.Agent(
            "this-host", Duration.ofSeconds(30), Duration.ofSeconds(10), true, Optional.empty()),
        services.stream().map(HttpFixture::spec).toList(),
        new AgentConfig.Catalog(uri, AgentConfig.CreateTables.ALL),
        new AgentConfig.Liveness(
            List.of(new AgentConfig.BuiltIn("embedded", uri)),
            AgentConfig.VerdictRule.ALL,
            Duration.ofSeconds(5),
            Duration.ofSeconds(15),
            Duration.ofSeconds(1),
            Map.of(),
            new AgentConfig.MassSilence(0.5, 5, Duration.ofSeconds(15))),
        Watch.ALL,
        evaluate,
        http,
        new AgentConfig.AgentCheck("127.0.0.1", Optional.ofNullable(checkPort)),
        AgentConfig.Logging.DEFAULT,
        Values.none());
  }

  private static ServiceSpec spec(String name) {
    return new ServiceSpec(FakeEvaluator.id(name), "nova-compute", 5, Map.of(), new Probe.None());
  }

  int port() {
    return verticle.actualPort();
  }

  void phase(AgentPhase phase) {
    Topics.AGENT.publish(vertx, phase);
  }

  /** Sends a request; the headers are given as name, value, name, value. */
  HttpResponse<String> send(String method, String path, String body, String... headers) {
    HttpRequest.BodyPublisher publisher =
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
            .version(HttpClient.Version.HTTP_1_1)
            .timeout(Duration.ofSeconds(20))
            .method(method, publisher);
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      HttpResponse<String> answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      DESCRIPTION.check(method, path, answer);
      return answer;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  HttpResponse<String> get(String path) {
    return send("GET", path, null);
  }

  /** What changed of late, newest first; the query is empty or begins with its question mark. */
  JsonArray history(String query) {
    return new JsonObject(get("/v1/history" + query).body()).getJsonArray("entries");
  }

  /** Asks until the answer has a status: what is published needs a moment to arrive. */
  HttpResponse<String> awaitAnswer(String path, int status) {
    return Eventually.await(
        path + " is answered with " + status, () -> get(path), seen -> seen.statusCode() == status);
  }

  HttpResponse<String> json(String method, String path, Object body, String... more) {
    String[] headers = new String[more.length + 2];
    headers[0] = "Content-Type";
    headers[1] = "application/json";
    System.arraycopy(more, 0, headers, 2, more.length);
    return send(method, path, body.toString(), headers);
  }

  /** Checks that an answer is a complete problem document. */
  static JsonObject problem(HttpResponse<String> response, int status) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(response.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    JsonObject problem = new JsonObject(response.body());
    assertThat(problem.fieldNames())
        .containsExactlyInAnyOrder("type", "title", "status", "detail", "instance");
    assertThat(problem.getInteger("status")).isEqualTo(status);
    return problem;
  }

  @Override
  public void close() {
    await(vertx.close());
  }
}
