package io.servicegroup.testkit;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.stream.Stream;

/** Reads an agent's {@code /v1/events} into journals, until the agent closes it. */
final class EventStream {

  private final HttpClient client;
  private final URI uri;
  private final Journal<Change> changes;
  private final Journal<JsonObject> snapshots;
  private String event = "";
  private final StringBuilder data = new StringBuilder();

  EventStream(HttpClient client, URI uri, Journal<Change> changes, Journal<JsonObject> snapshots) {
    this.client = client;
    this.uri = uri;
    this.changes = changes;
    this.snapshots = snapshots;
  }

  /** Connects (returns when the agent answered) and reads on a thread of its own. */
  void open() {
    try {
      HttpResponse<Stream<String>> response =
          client.send(
              HttpRequest.newBuilder(uri).header("Accept", "text/event-stream").build(),
              HttpResponse.BodyHandlers.ofLines());
      if (response.statusCode() != 200) {
        throw new IllegalStateException(uri + " answered " + response.statusCode());
      }
      Thread reader = new Thread(() -> read(response.body()), "events of " + uri);
      reader.setDaemon(true);
      reader.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while connecting to " + uri, e);
    }
  }

  private void read(Stream<String> lines) {
    try {
      lines.forEach(this::line);
    } catch (UncheckedIOException e) {
      // The agent was killed; its next start opens a new stream.
      data.setLength(0);
    }
  }

  private void line(String line) {
    if (line.isEmpty()) {
      dispatch();
    } else if (line.startsWith("event:")) {
      event = line.substring(6).strip();
    } else if (line.startsWith("data:")) {
      data.append(line.substring(5).strip());
    }
  }

  private void dispatch() {
    if (event.equals("status")) {
      changes.add(Change.of(new JsonObject(data.toString()), System.nanoTime()));
    } else if (event.equals("snapshot")) {
      snapshots.add(new JsonObject(data.toString()));
    }
    event = "";
    data.setLength(0);
  }
}
