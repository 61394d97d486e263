package io.servicegroup.bench;

import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Members;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How fast an agent answers from a catalogue that grows. Its members do not beat. */
final class PairingReads implements AutoCloseable {

  /** So many members a catalogue holds, one size after the other. */
  static final int[] SIZES = {100, 1_000, 10_000};

  private static final String GROUP = "compute";
  private static final String LIST = "/v1/groups/" + GROUP + "/members";
  private static final String VERSIONS = "/v1/versions?group=" + GROUP;

  /** Who watches 10,000 members needs more than a sidecar. */
  private static final String HEAP = "256m";

  private static final int AT_ONCE = 32;
  private static final int WARM_UP = 10;
  private static final int TIMES = 15;

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final Stand stand;
  private final ServiceCatalog catalog;
  private final Set<String> backends;
  private int size;

  /**
   * Opens a catalogue.
   *
   * @param stand where it is; empty
   * @param backends through which its members are said to beat, so that each has a vote
   */
  PairingReads(Stand stand, List<Technology> backends) {
    this.stand = stand;
    this.backends = backends.stream().map(Technology::backend).collect(Collectors.toSet());
    BackendUri uri = BackendUri.parse(stand.uri());
    catalog =
        io.servicegroup.backend.Technology.of(uri.scheme())
            .catalog(vertx, new AgentConfig.Catalog(uri, AgentConfig.CreateTables.ALL));
    await(catalog::open);
  }

  /**
   * What was measured: medians of wall time at an HTTP client, in milliseconds.
   *
   * @param members in the catalogue
   * @param versions {@code GET /v1/versions?group=}, which is min(version)
   * @param list {@code GET /v1/groups/{group}/members}, all of them
   */
  record Figures(int members, double versions, double list) {}

  /** Fills it up to so many members. */
  void fill(int members) {
    for (; size < members; size += AT_ONCE) {
      int end = Math.min(size + AT_ONCE, members);
      await(
          () ->
              Future.join(
                  IntStream.range(size, end)
                      .mapToObj(number -> catalog.adopt(member(number)))
                      .toList()));
    }
    size = members;
  }

  private Member member(int number) {
    return Members.of(GROUP, "host-" + number)
        .uuid(UUID.randomUUID().toString())
        .version(number % 10 + 1)
        .metadata(Map.of("zone", "az-" + number % 3))
        .incarnation(Incarnation.parse((number + 1) + "-be4c4"))
        .agent("bench")
        .backends(backends)
        .build();
  }

  /**
   * Asks an agent of its own, which watches the group, before its {@code service_down_time} is over
   * and it has told of each member that it does not beat.
   */
  Figures read(Stand liveness) {
    JsonObject config =
        new JsonObject()
            .put("catalog", new JsonObject().put("uri", stand.uri()))
            .put("liveness", new JsonObject().put("backends", JsonArray.of(liveness.uri())))
            .put("watch", JsonArray.of(GROUP));
    try (AgentProcess agent = AgentProcess.of(config).heap(HEAP)) {
      agent.launch();
      agent.awaitAnswer(LIST, 200);
      check(agent);
      return new Figures(size, median(() -> agent.get(VERSIONS)), median(() -> agent.get(LIST)));
    }
  }

  private void check(AgentProcess agent) {
    JsonObject range =
        new JsonObject(agent.get(VERSIONS).body()).getJsonArray("versions").getJsonObject(0);
    JsonObject list = new JsonObject(agent.get(LIST).body());
    int members = list.getJsonArray("members").size();
    if (range.getInteger("min_version") != 1 || members != size || list.getBoolean("stale")) {
      throw new IllegalStateException(
          "%s: %s, %d of %d members, stale: %s"
              .formatted(
                  stand.technology().text(), range, members, size, list.getBoolean("stale")));
    }
  }

  private static double median(Supplier<HttpResponse<String>> request) {
    for (int i = 0; i < WARM_UP; i++) {
      ask(request);
    }
    double[] millis = IntStream.range(0, TIMES).mapToDouble(i -> ask(request)).sorted().toArray();
    return Arrays.stream(millis).skip(TIMES / 2).findFirst().orElseThrow();
  }

  private static double ask(Supplier<HttpResponse<String>> request) {
    long started = System.nanoTime();
    HttpResponse<String> answer = request.get();
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(answer.statusCode() + " " + answer.body());
    }
    return (System.nanoTime() - started) / 1e6;
  }

  private void await(Supplier<Future<?>> work) {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        nothing ->
            Future.succeededFuture().compose(now -> work.get()).<Void>mapEmpty().onComplete(done));
    done.future().toCompletionStage().toCompletableFuture().orTimeout(1, TimeUnit.MINUTES).join();
  }

  @Override
  public void close() {
    await(catalog::close);
    vertx.close().toCompletionStage().toCompletableFuture().orTimeout(1, TimeUnit.MINUTES).join();
  }
}
