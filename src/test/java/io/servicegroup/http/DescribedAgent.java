package io.servicegroup.http;

import static io.servicegroup.http.HttpFixture.DESCRIPTION;

import io.servicegroup.bus.FakeEvaluator;
import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.ServiceSpecReader;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Verdict;
import io.servicegroup.model.VersionRange;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A server that gets requests by the names of the description's operations. A test decides how the
 * bus answers its writes.
 */
final class DescribedAgent implements AutoCloseable {

  static final String[] TOKEN = {"Authorization", "Bearer s3cret"};

  final HttpFixture http;

  /** The status with which the bus refuses writes; 0 where it accepts them. */
  private volatile int refusal;

  /**
   * Starts a server.
   *
   * @param complete whether the bus answers reading requests
   */
  DescribedAgent(boolean complete) {
    AgentConfig config =
        HttpFixture.config(
            HttpFixture.http(Optional.of("s3cret")),
            List.of("compute/own"),
            AgentConfig.Evaluate.ALWAYS,
            null);
    http = new HttpFixture(config, HttpVerticle.Timing.DEFAULT, complete);
    Function<MemberId, Future<Void>> done = id -> unlessRefused(null);
    Topics.LEAVE.serve(http.vertx, done);
    Topics.DELETE.serve(http.vertx, done);
    Topics.HEARTBEAT_TOUCH.serve(http.vertx, done);
    MemberView view = new MemberView(FakeEvaluator.member("compute/a", 1), Verdict.UNKNOWN);
    Topics.UPDATE.serve(http.vertx, update -> unlessRefused(view));
    Topics.join(ServiceSpecReader::read)
        .serve(
            http.vertx,
            spec -> unlessRefused(new Topics.Joined(view, spec.id().host().equals("new"))));
    if (complete) {
      VersionRange versions = new VersionRange("compute", "nova", 3, 5);
      Topics.VERSIONS.serve(http.vertx, filter -> unlessRefused(List.of(versions)));
    }
  }

  private <T> Future<T> unlessRefused(T answer) {
    return refusal == 0
        ? Future.succeededFuture(answer)
        : Future.failedFuture(
            new ServiceGroupException(Refusal.of(refusal).orElseThrow(), "refused"));
  }

  void refuses(int status) {
    refusal = status;
  }

  /** Lists the operations of the server's routes, by their names in the description. */
  Map<String, Operation> served() {
    Map<String, Operation> served = new TreeMap<>();
    for (Route route : http.verticle.router().getRoutes()) {
      Operation.of(route)
          .ifPresent(
              operation ->
                  served.put(operation.method() + " " + Api.template(route.getPath()), operation));
    }
    return served;
  }

  static String method(String operation) {
    return operation.split(" ")[0];
  }

  static String path(String operation) {
    return operation.split(" ")[1].replace("{group}", "compute").replace("{host}", "a");
  }

  /** Sends the request that the description asks for, with a body where the operation has one. */
  HttpResponse<String> send(String operation) {
    return send(operation, "", DESCRIPTION.body(operation).map(b -> new JsonObject()).orElse(null));
  }

  HttpResponse<String> send(String operation, String query, JsonObject body) {
    String method = method(operation);
    String path = path(operation) + query;
    if (path.equals("/v1/events")) {
      // The event stream never ends, so only its head is read.
      return http.send("HEAD", path, null);
    }
    return body == null || method.equals("GET")
        ? http.send(method, path, null, TOKEN)
        : http.json(method, path, body, TOKEN);
  }

  @Override
  public void close() {
    http.close();
  }
}
