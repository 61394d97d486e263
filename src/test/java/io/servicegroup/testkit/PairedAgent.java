package io.servicegroup.testkit;

import io.servicegroup.agent.Agent;
import io.servicegroup.bus.ServiceGroup;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.ConfigLoader;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.StatusChange;
import io.servicegroup.model.VersionRange;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * An agent in this process, on an event bus of its own, asked over HTTP and over that bus. It costs
 * a test much less than an {@link AgentProcess} where nothing is done to the process itself.
 */
public final class PairedAgent implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final long PAUSE_MILLIS = 100;

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Vertx vertx;
  private final Agent agent;
  private final ServiceGroup bus;
  private final Journal<StatusChange> changes = new Journal<>();

  private PairedAgent(Path file) throws Exception {
    this.vertx =
        Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setInternalBlockingPoolSize(4));
    AgentConfig config =
        Eventually.await(new ConfigLoader(vertx, List.of(file), Map.of(), List.of()).load());
    this.bus = ServiceGroup.create(vertx);
    bus.onChange(changes::add);
    this.agent = Eventually.await(Agent.start(vertx, config));
  }

  /**
   * Starts one.
   *
   * @param yaml its configuration; JSON will do
   * @return the agent, which is ready
   * @throws Exception why it did not start
   */
  public static PairedAgent start(String yaml) throws Exception {
    Path file = Files.createTempFile("servicegroup-agent-", ".yaml");
    try {
      return new PairedAgent(Files.writeString(file, yaml));
    } finally {
      Files.delete(file);
    }
  }

  /**
   * Waits for changes.
   *
   * @param mark from where in {@link #changes()}
   * @param count how many
   * @param wanted which
   * @return the matching ones
   * @throws AssertionError with everything that came, where they did not come
   */
  public List<StatusChange> await(int mark, int count, Predicate<StatusChange> wanted) {
    List<StatusChange> found = changes.await(mark, count, wanted, PATIENCE);
    if (found.size() < count) {
      throw new AssertionError(
          "waited for %d changes, %d came: %s".formatted(count, found.size(), changes.since(mark)));
    }
    return found;
  }

  /**
   * What changed, in order, as a listener of this process is told.
   *
   * @return the journal
   */
  public Journal<StatusChange> changes() {
    return changes;
  }

  /**
   * Asks over HTTP.
   *
   * @param method for example {@code PATCH}
   * @param path for example {@code /v1/groups/compute/members/host-1}
   * @param body the request's body, or null
   * @return the answer
   * @throws IOException where none came
   * @throws InterruptedException where this thread was not to wait for it
   */
  public HttpResponse<String> send(String method, String path, JsonObject body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + agent.httpPort() + path))
            .version(HttpClient.Version.HTTP_1_1)
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body.encode()));
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /**
   * The members of a group, as the list over HTTP has them.
   *
   * @param group its name
   * @return the members
   * @throws Exception where there is no answer
   */
  public List<SeenMember> listOverHttp(String group) throws Exception {
    JsonObject list = new JsonObject(send("GET", "/v1/groups/" + group + "/members", null).body());
    return list.getJsonArray("members").stream()
        .map(JsonObject.class::cast)
        .map(SeenMember::of)
        .toList();
  }

  /**
   * The members of a group, as the list over the bus has them.
   *
   * @param group its name
   * @return the members
   */
  public List<SeenMember> listOverBus(String group) {
    return Eventually.await(bus.list(new MemberFilter(group, null, null, null))).members().stream()
        .map(SeenMember::of)
        .toList();
  }

  /**
   * The members of a group that a consumer in this process knows of.
   *
   * @param group its name
   * @return the members
   */
  public List<SeenMember> followed(String group) {
    return bus.members(group).stream().map(SeenMember::of).toList();
  }

  /**
   * A member, as one that beats through a backend.
   *
   * @param group its group
   * @param host its name in the group
   * @param backend the backend's name
   * @return as this process knows it, beside another agent
   */
  public Member member(String group, String host, String backend) {
    Member seen = bus.member(new MemberId(group, host)).orElseThrow().member();
    return Members.like(seen)
        .agent("another")
        .backends(backend)
        .lastSeenUp(null)
        .wordsOrder(0)
        .build();
  }

  /**
   * The ranges of versions of a group, over HTTP.
   *
   * @param group its name
   * @return for example {@code [5..7]}
   * @throws Exception where there is no answer
   */
  public String versionsOverHttp(String group) throws Exception {
    JsonObject answer = new JsonObject(send("GET", "/v1/versions?group=" + group, null).body());
    return answer.getJsonArray("versions").stream()
        .map(JsonObject.class::cast)
        .map(range -> range.getInteger("min_version") + ".." + range.getInteger("max_version"))
        .toList()
        .toString();
  }

  /**
   * The same, over the bus.
   *
   * @param group its name
   * @return for example {@code [5..7]}
   */
  public String versionsOverBus(String group) {
    List<VersionRange> ranges = Eventually.await(bus.versions(group, null));
    return ranges.stream()
        .map(range -> range.minVersion() + ".." + range.maxVersion())
        .toList()
        .toString();
  }

  /** Lets a little time pass. */
  public void pause() {
    Eventually.await(vertx.timer(PAUSE_MILLIS, TimeUnit.MILLISECONDS));
  }

  /** Stops it in good order. */
  @Override
  public void close() {
    Eventually.await(bus.close());
    Eventually.await(agent.stop());
    Eventually.await(vertx.close());
  }
}
