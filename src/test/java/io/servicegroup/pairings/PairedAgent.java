package io.servicegroup.pairings;

import static io.servicegroup.testkit.Eventually.await;

import io.servicegroup.agent.Agent;
import io.servicegroup.bus.ServiceGroup;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.ConfigLoader;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.StatusChange;
import io.servicegroup.model.VersionRange;
import io.servicegroup.testkit.Journal;
import io.servicegroup.testkit.Members;
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

/** An agent in this process, on an event bus of its own, asked over HTTP and over that bus. */
final class PairedAgent implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final long PAUSE_MILLIS = 100;

  private final HttpClient http;
  private final Vertx vertx;
  private final Agent agent;
  private final ServiceGroup bus;
  private final Journal<StatusChange> changes = new Journal<>();

  PairedAgent(HttpClient http, Path file, String yaml) throws Exception {
    this.http = http;
    this.vertx =
        Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setInternalBlockingPoolSize(4));
    Path written = Files.writeString(file, yaml);
    AgentConfig config =
        await(new ConfigLoader(vertx, List.of(written), Map.of(), List.of()).load());
    this.bus = ServiceGroup.create(vertx);
    bus.onChange(changes::add);
    this.agent = await(Agent.start(vertx, config));
  }

  /** What changed, in order, as a listener of this process is told. */
  Journal<StatusChange> changes() {
    return changes;
  }

  /** Asks over HTTP; the body may be null. */
  HttpResponse<String> send(String method, String path, JsonObject body)
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
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** The members of a group, as the list over HTTP has them. */
  List<SeenMember> listOverHttp(String group) throws Exception {
    JsonObject list = new JsonObject(send("GET", "/v1/groups/" + group + "/members", null).body());
    return list.getJsonArray("members").stream()
        .map(JsonObject.class::cast)
        .map(SeenMember::of)
        .toList();
  }

  /** The members of a group, as the list over the bus has them. */
  List<SeenMember> listOverBus(String group) {
    return await(bus.list(new MemberFilter(group, null, null, null))).members().stream()
        .map(SeenMember::of)
        .toList();
  }

  /** The members of a group that a consumer in this process knows of. */
  List<SeenMember> followed(String group) {
    return bus.members(group).stream().map(SeenMember::of).toList();
  }

  /** A member, as one that beats through a backend. */
  Member member(String group, String host, String backend) {
    Member seen = bus.member(new MemberId(group, host)).orElseThrow().member();
    return Members.like(seen)
        .agent("another")
        .backends(backend)
        .lastSeenUp(null)
        .wordsOrder(0)
        .build();
  }

  /** A group's only range of versions, {@code "5..7"}, over HTTP. */
  String versionsOverHttp(String group) throws Exception {
    JsonObject answer = new JsonObject(send("GET", "/v1/versions?group=" + group, null).body());
    return answer.getJsonArray("versions").stream()
        .map(JsonObject.class::cast)
        .map(range -> range.getInteger("min_version") + ".." + range.getInteger("max_version"))
        .toList()
        .toString();
  }

  /** The same, over the bus. */
  String versionsOverBus(String group) {
    List<VersionRange> ranges = await(bus.versions(group, null));
    return ranges.stream()
        .map(range -> range.minVersion() + ".." + range.maxVersion())
        .toList()
        .toString();
  }

  /** Lets a little time pass. */
  void pause() {
    await(vertx.timer(PAUSE_MILLIS, TimeUnit.MILLISECONDS));
  }

  /** Stops it in good order. */
  @Override
  public void close() {
    await(bus.close());
    await(agent.stop());
    await(vertx.close());
  }
}
