package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.LATEST_DOWN;
import static io.servicegroup.faults.Timing.PATIENCE;
import static io.servicegroup.faults.Timing.POLL;
import static io.servicegroup.faults.Timing.REPORT;

import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.Services;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.Eventually;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the death of a server does to a pairing: a <em>sidecar</em> beats for 20 members, an
 * <em>observer</em> watches their group, operators have spoken of two of them, and a few members of
 * another group, which nobody watches, have an agent that is dead. The server is killed for longer
 * than {@code service_down_time} and then started again, with what it kept.
 */
public final class ServerDeath implements AutoCloseable {

  private static final int MEMBERS = 20;
  private static final int FORGOTTEN = 5;
  private static final String LIST = "/v1/groups/compute/members";
  private static final String DISABLED = "host-1";
  private static final String FORCED_DOWN = "host-2";
  private static final String REASON = "a disk";

  /**
   * Whatever an agent may say of a server that is lost or back, but for what that lost, and for
   * what another agent had said of its own beats on a busy machine before.
   */
  private static final Pattern OUTAGE =
      Pattern.compile(
          "cannot be (?:reached|written)|written (?:in time|again)|is back|"
              + "well again(?! with the beats of agent)|silence counts anew");

  private final Site site;
  private final AgentProcess observer;
  private final AgentProcess sidecar;

  /** Starts the agents; all members are up then. The site is closed with this. */
  ServerDeath(Site site) {
    this.site = site;
    joinForgotten();
    observer = AgentProcess.of(site.observer().put("watch", JsonArray.of("compute"))).start();
    sidecar = AgentProcess.of(site.sidecar("compute", Configs.names("host", MEMBERS))).start();
    observer.await(0, MEMBERS, change -> change.status().equals("UP"), PATIENCE);
    say(DISABLED, new JsonObject().put("disabled", true).put("disabled_reason", REASON));
    int mark = observer.changes().mark();
    int own = sidecar.changes().mark();
    say(FORCED_DOWN, new JsonObject().put("forced_down", true));
    for (AgentProcess agent : List.of(observer, sidecar)) {
      int from = agent == observer ? mark : own;
      agent.await(from, 1, change -> change.is("compute/" + FORCED_DOWN, "DOWN"), PATIENCE);
    }
  }

  /** As an agent does that dies then. */
  private void joinForgotten() {
    try (Migrations stores = new Migrations()) {
      ServiceCatalog catalog = stores.catalog(site.catalog.uri());
      for (String host : Configs.names("forgotten", FORGOTTEN)) {
        ServiceSpec spec = Services.spec("forgotten", host, "forgotten", 0);
        Eventually.await(catalog.join(spec, "dead", Set.of(site.technology.backend())));
      }
      Eventually.await(catalog.close());
    }
  }

  private void say(String host, JsonObject word) {
    HttpResponse<String> answer = observer.send("PATCH", LIST + "/" + host, word);
    if (answer.statusCode() != 200) {
      throw new IllegalStateException("PATCH: " + answer.statusCode() + " " + answer.body());
    }
  }

  /**
   * What was seen.
   *
   * @param falseChanges status changes at both agents, from the kill until everybody who had not
   *     been heard would be down
   * @param listed members that the observer listed while the server was dead
   * @param stale whether that list was marked so
   * @param write the HTTP status of an operator's word meanwhile
   * @param versions the HTTP status of {@code GET /v1/versions} meanwhile
   * @param health that of the sidecar's {@code /health}, asked for a member that takes work
   * @param live that of the sidecar's {@code /health/live}
   * @param completeAfterMillis from the server's start until the observer listed every member of
   *     the group again, not stale, with the operators' words; null where it did not
   * @param forgottenKept members without agent and watcher that are still in the catalogue
   * @param lines what both agents logged of the loss and of the return: one line each
   */
  public record Seen(
      int falseChanges,
      int listed,
      boolean stale,
      int write,
      int versions,
      int health,
      int live,
      Long completeAfterMillis,
      int forgottenKept,
      List<String> lines) {}

  /** The catalogue's server. */
  BackendServer catalog() {
    return site.catalog;
  }

  /** The server of the beats. */
  BackendServer liveness() {
    return site.server();
  }

  /** Kills a server, starts it again, and says what was seen. */
  Seen kill(BackendServer server) {
    List<AgentProcess> agents = List.of(observer, sidecar);
    List<Integer> marks = agents.stream().map(agent -> agent.changes().mark()).toList();
    List<Integer> logs = agents.stream().map(agent -> agent.process().output().mark()).toList();
    server.kill();
    pass(POLL.multipliedBy(2));
    JsonObject list = new JsonObject(observer.get(LIST).body());
    int write = observer.send("PATCH", LIST + "/host-3", version()).statusCode();
    int versions = observer.get("/v1/versions?group=compute").statusCode();
    int health = sidecar.get("/health?host=host-4").statusCode();
    int live = sidecar.get("/health/live").statusCode();
    pass(LATEST_DOWN);
    server.start();
    long started = System.nanoTime();
    Long complete = awaitComplete(started);
    pass(LATEST_DOWN.plus(REPORT));
    List<Change> wrong = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < agents.size(); i++) {
      agents.get(i).process().output().since(logs.get(i)).stream()
          .filter(line -> OUTAGE.matcher(line).find())
          .forEach(lines::add);
      wrong.addAll(agents.get(i).changes().since(marks.get(i)));
    }
    return new Seen(
        wrong.size(),
        list.getJsonArray("members").size(),
        list.getBoolean("stale"),
        write,
        versions,
        health,
        live,
        complete,
        members(new JsonObject(observer.get("/v1/groups/forgotten/members").body())).size(),
        lines);
  }

  private static JsonObject version() {
    return new JsonObject().put("version", 7);
  }

  private Long awaitComplete(long started) {
    try {
      observer.await("a complete list", this::isComplete, Boolean::booleanValue);
    } catch (AssertionError never) {
      return null;
    }
    return Duration.ofNanos(System.nanoTime() - started).toMillis();
  }

  private boolean isComplete() {
    JsonObject list = new JsonObject(observer.get(LIST).body());
    List<JsonObject> members = members(list);
    return !list.getBoolean("stale")
        && members.size() == MEMBERS
        && members.stream().allMatch(ServerDeath::keepsTheWords);
  }

  private static boolean keepsTheWords(JsonObject member) {
    String host = member.getString("host");
    return member.getBoolean("disabled") == host.equals(DISABLED)
        && member.getBoolean("forced_down") == host.equals(FORCED_DOWN)
        && (!host.equals(DISABLED) || REASON.equals(member.getString("disabled_reason")));
  }

  private static List<JsonObject> members(JsonObject list) {
    return list.getJsonArray("members").stream().map(JsonObject.class::cast).toList();
  }

  private void pass(Duration time) {
    observer.changes().during(time);
  }

  @Override
  public void close() {
    sidecar.close();
    observer.close();
    site.close();
  }
}
