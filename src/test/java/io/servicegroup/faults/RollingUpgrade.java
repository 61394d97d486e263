package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.PATIENCE;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.Change;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * An agent of the older release and one of this share a store, as during a rolling upgrade: both
 * join, beat, say words and delete; then each is restarted as the other. Every word holds at both,
 * and nobody falls silent for the other.
 */
final class RollingUpgrade implements AutoCloseable {

  /** Some reads of the catalogue: whatever is to be undone would be undone by then. */
  private static final Duration SETTLED = Duration.ofSeconds(4);

  private static final String MEMBERS = "/v1/groups/compute/members";

  private final Path olderJar;
  private final BackendServer server;
  private final AgentProcess older;
  private final AgentProcess newer;
  private final List<String> faults = new ArrayList<>();
  private int checks;

  private RollingUpgrade(Technology technology, Path olderJar) {
    this.olderJar = olderJar;
    this.server = technology.start();
    this.older = AgentProcess.of(config("older")).jar(olderJar);
    this.newer = AgentProcess.of(config("newer"));
  }

  /** Runs all of it on one technology. */
  static Result run(Technology technology, Path olderJar) {
    try (RollingUpgrade upgrade = new RollingUpgrade(technology, olderJar)) {
      upgrade.run();
      return new Result(
          "rolling upgrade on " + technology.text(),
          upgrade.checks + " checks at both agents",
          upgrade.faults);
    }
  }

  private JsonObject config(String host) {
    JsonObject config = Configs.sidecar(server.uri(), "compute", List.of(host)).put("watch", "all");
    config.getJsonObject("agent").put("leave_on_stop", false);
    config
        .getJsonObject("liveness")
        .put("report_interval", "1s")
        .put("service_down_time", "15s")
        .put("poll_interval", "500ms");
    return config;
  }

  private void run() {
    older.start();
    newer.start();
    both("both are up", agent -> is(agent, "older", "UP") && is(agent, "newer", "UP"));
    words();
    deletions();
    patch(newer, "older", "disabled", true);
    patch(older, "newer", "disabled", true);
    both("both are disabled", this::bothDisabled);
    restart(older, null);
    restart(newer, olderJar);
    both("both are up again", agent -> is(agent, "older", "UP") && is(agent, "newer", "UP"));
    holds("both are disabled still", this::bothDisabled);
    for (AgentProcess agent : List.of(older, newer)) {
      agent.changes().since(0).stream()
          .filter(change -> change.status().equals("DOWN"))
          .filter(change -> !List.of("forced_down", "deleted", "left").contains(change.reason()))
          .map(Change::toString)
          .forEach(faults::add);
    }
  }

  private void words() {
    patch(older, "newer", "forced_down", true);
    holds("forced down by the older agent", agent -> says(agent, "newer", "forced_down", true));
    patch(newer, "older", "disabled", true);
    holds("disabled by the newer agent", agent -> says(agent, "older", "disabled", true));
    patch(older, "older", "disabled", false);
    holds("enabled by the older agent", agent -> says(agent, "older", "disabled", false));
    patch(newer, "newer", "forced_down", false);
    both("cleared by the newer agent", agent -> is(agent, "newer", "UP"));
  }

  private void deletions() {
    for (AgentProcess joins : List.of(older, newer)) {
      AgentProcess deletes = joins == older ? newer : older;
      String host = joins == older ? "by-older" : "by-newer";
      JsonObject member = new JsonObject().put("host", host).put("binary", "worker");
      for (int again = 0; again < 2; again++) {
        send(joins, "POST", MEMBERS, member);
        holds(host + " joined", agent -> is(agent, host, null));
        send(deletes, "DELETE", MEMBERS + "/" + host, new JsonObject());
        holds(host + " was deleted", agent -> !is(agent, host, null));
      }
    }
  }

  private void restart(AgentProcess agent, Path jar) {
    agent.process().signal("TERM");
    agent.process().awaitExit(PATIENCE);
    agent.jar(jar).start();
  }

  private boolean bothDisabled(AgentProcess agent) {
    return says(agent, "older", "disabled", true) && says(agent, "newer", "disabled", true);
  }

  private void patch(AgentProcess through, String host, String field, boolean value) {
    send(through, "PATCH", MEMBERS + "/" + host, new JsonObject().put(field, value));
  }

  private void send(AgentProcess through, String method, String path, JsonObject body) {
    HttpResponse<String> answer = through.send(method, path, body);
    if (answer.statusCode() >= 300) {
      faults.add(method + " " + path + ": " + answer.statusCode() + " " + answer.body());
    }
  }

  private static boolean is(AgentProcess agent, String host, String status) {
    HttpResponse<String> answer = agent.get(MEMBERS + "/" + host);
    return answer.statusCode() == 200
        && (status == null || status.equals(new JsonObject(answer.body()).getString("status")));
  }

  private static boolean says(AgentProcess agent, String host, String field, boolean value) {
    HttpResponse<String> answer = agent.get(MEMBERS + "/" + host);
    return answer.statusCode() == 200 && new JsonObject(answer.body()).getBoolean(field) == value;
  }

  private void both(String what, Predicate<AgentProcess> condition) {
    for (AgentProcess agent : List.of(older, newer)) {
      checks++;
      String where = what + " at the " + (agent == older ? "older" : "newer") + " agent";
      try {
        agent.await(where, () -> condition.test(agent), Boolean::booleanValue);
      } catch (AssertionError e) {
        faults.add(e.getMessage());
        return;
      }
    }
  }

  private void holds(String what, Predicate<AgentProcess> condition) {
    both(what, condition);
    newer.changes().during(SETTLED);
    both(what + ", some reads later", condition);
  }

  @Override
  public void close() {
    older.close();
    newer.close();
    server.close();
  }
}
