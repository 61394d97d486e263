package io.servicegroup;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.PostgresServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An agent with the heap of a sidecar, asked for long lists by many at once. */
@Timeout(180)
class SmallHeapIT {

  private static final int MEMBERS = 3000;
  private static final int READERS = 30;

  private static JsonObject config(PostgresServer database) {
    return new JsonObject()
        .put("services", new JsonArray().add(new JsonObject().put("group", "g").put("host", "own")))
        .put("watch", "all")
        .put("catalog", new JsonObject().put("uri", database.uri()))
        .put(
            "liveness",
            new JsonObject().put("report_interval", "500ms").put("service_down_time", "5s"));
  }

  private static long beats(PostgresServer database) {
    return database.number("SELECT max(report_count) FROM services WHERE host = 'own'");
  }

  @Test
  void readersOfListsTakeItNeitherTheListenerNorTheBeats() {
    try (PostgresServer database = PostgresServer.create();
        AgentProcess agent = AgentProcess.of(config(database)).heap("64m").start()) {
      database.execute(
          "INSERT INTO services (host, \"binary\", topic, report_count, disabled, deleted, version,"
              + " uuid) SELECT 'host-' || i, 'nova-compute', 'compute', 1, false, 0, 1,"
              + " gen_random_uuid() FROM generate_series(1, "
              + MEMBERS
              + ") i");
      HttpClient readers = HttpClient.newHttpClient();
      HttpRequest request =
          HttpRequest.newBuilder(agent.uri("/v1/groups/compute/members"))
              .timeout(Duration.ofSeconds(60))
              .build();
      List<CompletableFuture<HttpResponse<String>>> lists =
          IntStream.range(0, READERS)
              .mapToObj(i -> readers.sendAsync(request, HttpResponse.BodyHandlers.ofString()))
              .toList();
      lists.forEach(list -> assertThat(list.join().statusCode()).isIn(200, 503));

      assertThat(agent.process().isAlive()).as(agent.process().tail()).isTrue();
      assertThat(agent.get("/health/live").statusCode()).isEqualTo(200);
      long before = beats(database);
      agent.await("more beats", () -> beats(database), now -> now >= before + 3);
    }
  }
}
