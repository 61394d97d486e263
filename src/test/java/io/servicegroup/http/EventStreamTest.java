package io.servicegroup.http;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import io.servicegroup.testkit.Eventually;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventStreamTest {

  private HttpFixture agent = new HttpFixture();
  private final List<RawClient> clients = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (RawClient client : clients) {
      client.close();
    }
    agent.close();
  }

  private void startWith(AgentConfig config, Duration comments) {
    agent.close();
    agent =
        new HttpFixture(
            config,
            new HttpVerticle.Timing(
                comments, Duration.ofSeconds(3), ConnectionGuard.Limits.DEFAULT));
  }

  private RawClient connect(String query, String... headers) throws IOException {
    RawClient client = new RawClient(agent.port()).get("/v1/events" + query, headers);
    clients.add(client);
    return client;
  }

  /** Reads the next event, without comments and chunk sizes. */
  private static Event next(RawClient client) throws IOException {
    client.readUntil("event: ");
    String type = client.readUntil("\n").trim();
    String line = client.readUntil("\n");
    String id = null;
    if (line.startsWith("id: ")) {
      id = line.substring(4).trim();
      line = client.readUntil("\n");
    }
    assertThat(line).startsWith("data: ");
    JsonObject data = new JsonObject(line.substring(6));
    String schema = type.equals("snapshot") ? "List" : "StatusChange";
    ApiDescription.check(type, HttpFixture.DESCRIPTION.schema(schema), data);
    return new Event(type, id, data);
  }

  private record Event(String type, String id, JsonObject data) {}

  @Test
  void headersAndACommentComeAtOnceThenASnapshot() throws IOException {
    agent.evaluator.knows("compute/a", Status.UP);
    RawClient client = connect("");
    String head = client.readUntil("\r\n\r\n").toLowerCase(Locale.ROOT);
    assertThat(head).startsWith("http/1.1 200").contains("content-type: text/event-stream");
    client.readUntil(":\n\n");
    Event snapshot = next(client);
    assertThat(snapshot.type()).isEqualTo("snapshot");
    assertThat(snapshot.id()).isEqualTo("e1:0");
    assertThat(snapshot.data().getJsonArray("members")).hasSizeLessThanOrEqualTo(1);

    agent.evaluator.changes("compute/a", Status.DOWN, Reason.LEFT);
    Event change = next(client);
    assertThat(change.type()).isEqualTo("status");
    assertThat(change.id()).isEqualTo("e1:1");
    assertThat(change.data().getString("reason")).isEqualTo("left");
    assertThat(change.data().getString("previous")).isEqualTo("UP");
  }

  @Test
  void aGroupIsFiltered() throws IOException {
    RawClient client = connect("?group=volume");
    assertThat(next(client).type()).isEqualTo("snapshot");
    agent.evaluator.changes("compute/a", Status.UP, Reason.HEARTBEAT);
    agent.evaluator.changes("volume/a", Status.UP, Reason.HEARTBEAT);
    assertThat(next(client).id()).isEqualTo("e1:2");
  }

  @Test
  void resumesWhereItWas() throws IOException {
    RawClient first = connect("");
    next(first);
    for (int i = 0; i < 5; i++) {
      agent.evaluator.changes("compute/" + i, Status.UP, Reason.HEARTBEAT);
      next(first);
    }
    RawClient second = connect("", "Last-Event-ID: e1:2");
    assertThat(next(second).id()).isEqualTo("e1:3");
    assertThat(next(second).id()).isEqualTo("e1:4");
    assertThat(next(second).id()).isEqualTo("e1:5");
    agent.evaluator.changes("compute/a", Status.UP, Reason.HEARTBEAT);
    assertThat(next(second).id()).isEqualTo("e1:6");
    RawClient upToDate = connect("", "Last-Event-ID: e1:6");
    upToDate.readUntil(":\n\n");
    agent.evaluator.changes("compute/a", Status.DOWN, Reason.LEFT);
    assertThat(next(upToDate).id()).isEqualTo("e1:7");
  }

  @Test
  void aSnapshotComesWhereItCannotResume() throws IOException {
    RawClient first = connect("");
    next(first);
    for (int i = 0; i <= EventStream.CAPACITY; i++) {
      agent.evaluator.changes("compute/a", i % 2 == 0 ? Status.UP : Status.DOWN, Reason.HEARTBEAT);
    }
    String last = "e1:" + (EventStream.CAPACITY + 1);
    first.readUntil("id: " + last + "\n");
    for (String id : List.of("e1:0", "e0:5", "e1:99999", "e1:-7", "nonsense", "e1:x", ":")) {
      Event event = next(connect("", "Last-Event-ID: " + id));
      assertThat(event.type()).as(id).isEqualTo("snapshot");
      assertThat(event.id()).isEqualTo(last);
    }
    assertThat(next(connect("", "Last-Event-ID: e1:1")).id()).isEqualTo("e1:2");
  }

  @Test
  void lostEventsAndANewEpochGiveASnapshot() throws IOException {
    RawClient client = connect("");
    next(client);
    agent.evaluator.loses("compute/a", Status.UP, Reason.HEARTBEAT);
    agent.evaluator.digest();
    Event snapshot = next(client);
    assertThat(snapshot.type()).isEqualTo("snapshot");
    assertThat(snapshot.id()).isEqualTo("e1:1");
    agent.evaluator.restarts("e2");
    agent.evaluator.digest();
    assertThat(next(client).id()).isEqualTo("e2:0");
    agent.evaluator.changes("compute/a", Status.DOWN, Reason.LEFT);
    assertThat(next(client).id()).isEqualTo("e2:1");
  }

  @Test
  void nothingIsMissedOrDoubledByClientsThatConnectMeanwhile() throws IOException {
    next(connect(""));
    List<RawClient> many = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      many.add(connect(""));
      for (int j = 0; j < 20; j++) {
        agent.evaluator.changes("compute/" + i, j % 2 == 0 ? Status.UP : Status.DOWN, Reason.LEFT);
      }
    }
    for (RawClient client : many) {
      Event snapshot = next(client);
      assertThat(snapshot.type()).isEqualTo("snapshot");
      long seq = snapshot.data().getLong("seq");
      while (seq < 400) {
        assertThat(next(client).data().getLong("seq")).isEqualTo(++seq);
      }
    }
  }

  @Test
  void commentsKeepItOpen() throws IOException {
    startWith(HttpFixture.config(), Duration.ofMillis(100));
    RawClient client = connect("");
    next(client);
    client.readUntil(":\n\n");
    client.readUntil(":\n\n");
  }

  @Test
  void aClientThatStopsReadingIsDisconnectedAndSlowsNobody() throws IOException {
    startWith(HttpFixture.config(), Duration.ofSeconds(1));
    RawClient reader = connect("");
    next(reader);
    connect("").readUntil("event: snapshot");
    await("clients", () -> agent.verticle.eventClients() == 2);
    StatusChange last = null;
    // This is far more than fits into the buffers on both sides of a loopback connection.
    for (int i = 0; i < 9_000; i++) {
      last =
          agent.evaluator.changes(
              "compute/" + "x".repeat(200), i % 2 == 0 ? Status.UP : Status.DOWN, Reason.LEFT);
    }
    reader.readUntil("id: e1:" + last.seq() + "\n");
    await("clients", () -> agent.verticle.eventClients() == 1);
    agent.evaluator.changes("compute/a", Status.UP, Reason.HEARTBEAT);
    assertThat(next(reader).data().getString("host")).isEqualTo("a");
  }

  @Test
  void aClientThatGoesIsForgotten() throws IOException {
    next(connect(""));
    clients.get(0).close();
    await("clients", () -> agent.verticle.eventClients() == 0);
  }

  @Test
  void howManyReadIsSaidWheneverOneComesOrGoes() throws Exception {
    BlockingQueue<Integer> readers = new LinkedBlockingQueue<>();
    Topics.READERS.consume(agent.vertx, readers::add);
    next(connect(""));
    next(connect(""));
    clients.get(0).close();
    assertThat(Eventually.next(readers)).isEqualTo(1);
    assertThat(Eventually.next(readers)).isEqualTo(2);
    assertThat(Eventually.next(readers)).isEqualTo(1);
  }

  @Test
  void withoutAnEvaluatorThereIsASnapshotWithoutNumber() throws IOException {
    AgentConfig never =
        HttpFixture.config(
            HttpFixture.http(Optional.empty()), List.of(), AgentConfig.Evaluate.NEVER, null);
    agent.close();
    agent = new HttpFixture(never, HttpVerticle.Timing.DEFAULT, false);
    Event snapshot = next(connect(""));
    assertThat(snapshot.id()).isNull();
    assertThat(snapshot.data().getString("epoch")).isNull();
  }

  @Test
  void headAndUnknownKeys() {
    HttpResponse<String> head = agent.send("HEAD", "/v1/events", null);
    assertThat(head.headers().firstValue("Content-Type")).contains("text/event-stream");
    HttpFixture.problem(agent.get("/v1/events?colour=red"), 400);
  }

  @Test
  void aStopEndsTheStream() throws IOException {
    RawClient client = connect("");
    next(client);
    await(agent.vertx.undeploy(agent.verticle.deploymentID()));
    assertThat(client.readAll()).doesNotContain("event:");
  }
}
