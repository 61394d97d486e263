package io.servicegroup.testkit;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Writes down which classes agents load: {@code scripts/class-list} runs it. */
public final class ClassLists {

  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private final Path jar;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Set<String> lines = new LinkedHashSet<>();

  private ClassLists(Path jar) {
    this.jar = jar;
  }

  /**
   * Runs agents and writes the list.
   *
   * @param arguments the agent's jar, and the file to write
   * @throws IOException where the file cannot be written
   */
  public static void main(String[] arguments) throws IOException {
    ClassLists lists = new ClassLists(Path.of(arguments[0]));
    // The default backend alone: classes of the others would be in the memory of those without
    // them.
    try (PostgresServer postgres = PostgresServer.create()) {
      lists.record(postgres.uri());
    }
    Files.write(Path.of(arguments[1]), lists.lines);
    System.exit(0);
  }

  /** The life of an agent that registers, beats, judges, answers and leaves. */
  private void record(String catalog) throws IOException {
    Path list = Files.createTempFile("servicegroup-classes-", ".txt");
    int port = Ports.free();
    JsonObject config =
        new JsonObject()
            .put("services", new JsonArray().add(new JsonObject().put("group", "compute")))
            .put("catalog", new JsonObject().put("uri", catalog))
            .put("http", new JsonObject().put("port", port));
    Path file = Files.writeString(Files.createTempFile("servicegroup-", ".yaml"), config.encode());
    List<String> command =
        ManagedProcess.java(
            "-XX:DumpLoadedClassList=" + list,
            "-cp",
            jar.toString(),
            "io.servicegroup.Main",
            "run",
            "--config",
            file.toString());
    try (ManagedProcess agent = ManagedProcess.start("agent", new ProcessBuilder(command))) {
      agent.awaitLine("is UP", TIMEOUT);
      for (String path : List.of("/health", "/health/ready", "/v1/groups/compute/members", "/")) {
        ask(port, path);
      }
      agent.signal("HUP");
      agent.signal("TERM");
      agent.awaitExit(TIMEOUT);
      Files.readAllLines(list).forEach(this::add);
    } finally {
      Files.delete(file);
      Files.delete(list);
    }
  }

  private void ask(int port, String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
    Eventually.await(
        path + " is answered",
        () -> http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode(),
        status -> status < 500);
  }

  /** Takes a line without the number that it has within one run. */
  private void add(String line) {
    if (!line.startsWith("#") && !line.contains(" source: ")) {
      lines.add(line.replaceFirst(" id: \\d+$", ""));
    }
  }
}
