import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * What quickstart shows: waits until the agent is ready, prints the demo services and how to kill
 * one, then each status change as a line, as it comes. Ends with the agent, or after a time.
 *
 * <p>{@code java Events URL AGENT_PID FOLDER COMMAND MILLIS}: the agent's URL and process, the
 * folder with the services' pid files, the command that starts a service again, and for how long
 * changes are shown (0: until the agent ends).
 */
final class Events {

  private static final Duration PATIENCE = Duration.ofMillis(50);
  private static final Duration PROGRESS = Duration.ofSeconds(3);
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI url;
  private final CompletableFuture<ProcessHandle> agentGone;
  private final Path folder;
  private final String command;
  private boolean introduced;

  private Events(URI url, CompletableFuture<ProcessHandle> agentGone, Path folder, String command) {
    this.url = url;
    this.agentGone = agentGone;
    this.folder = folder;
    this.command = command;
  }

  public static void main(String[] args) throws Exception {
    CompletableFuture<ProcessHandle> agentGone =
        ProcessHandle.of(Long.parseLong(args[1]))
            .map(ProcessHandle::onExit)
            .orElseGet(() -> CompletableFuture.completedFuture(null));
    Events events = new Events(URI.create(args[0]), agentGone, Path.of(args[2]), args[3]);
    agentGone.thenRun(() -> System.exit(0));
    events.awaitReady();
    long millis = Long.parseLong(args[4]);
    if (millis > 0) {
      CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS)
          .execute(() -> System.exit(0));
    }
    while (events.agentRuns()) {
      events.follow();
    }
  }

  private void awaitReady() throws InterruptedException, ExecutionException {
    HttpRequest request =
        HttpRequest.newBuilder(url.resolve("/health/ready")).timeout(Duration.ofSeconds(2)).build();
    Instant started = Instant.now();
    Instant shown = started;
    String waitingFor = waitingFor(request);
    while (!waitingFor.isEmpty() && agentRuns()) {
      if (shown.plus(PROGRESS).isBefore(Instant.now())) {
        shown = Instant.now();
        System.out.printf(
            "  %3d s  waiting for %s%n", Duration.between(started, shown).toSeconds(), waitingFor);
        System.out.flush();
      }
      waitingFor = waitingFor(request);
    }
  }

  /** What the agent is not ready for yet; empty where it is ready. */
  private String waitingFor(HttpRequest request) throws InterruptedException {
    try {
      HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
      if (answer.statusCode() == 200) {
        return "";
      }
      String checks =
          new JsonObject(answer.body())
              .getJsonArray("checks").stream()
                  .map(JsonObject.class::cast)
                  .filter(check -> !"UP".equals(check.getString("status")))
                  .map(check -> check.getString("id"))
                  .collect(Collectors.joining(", "));
      return checks.isEmpty() ? "the agent" : checks;
    } catch (IOException notListeningYet) {
      return "the agent";
    }
  }

  /** Whether the agent still runs a moment from now. */
  private boolean agentRuns() throws InterruptedException, ExecutionException {
    try {
      agentGone.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return false;
    } catch (TimeoutException stillRunning) {
      return true;
    }
  }

  private void follow() throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(url.resolve("/v1/events")).build();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                client.send(request, BodyHandlers.ofInputStream()).body(),
                StandardCharsets.UTF_8))) {
      String event = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("event:")) {
          event = line.substring("event:".length()).strip();
        } else if (line.startsWith("data:")) {
          show(event, new JsonObject(line.substring("data:".length()).strip()));
        }
      }
    } catch (IOException e) {
      System.err.println("The event stream was lost (" + e.getMessage() + "); reading it again.");
    }
  }

  private void show(String event, JsonObject data) throws IOException {
    if (event.equals("status")) {
      Instant at = Instant.parse(data.getString("at"));
      System.out.printf(
          "%s  %-4s  %s/%s  %s%n",
          TIME.format(LocalTime.ofInstant(at, ZoneId.systemDefault())),
          data.getString("status"),
          data.getString("group"),
          data.getString("host"),
          data.getString("reason"));
      System.out.flush();
    } else if (event.equals("snapshot") && !introduced) {
      introduced = true;
      introduce(data.getJsonArray("members"));
    }
  }

  private void introduce(JsonArray members) throws IOException {
    System.out.printf("%nReady: %s%n%n", url);
    String firstPid = "";
    String firstHost = "";
    for (Object entry : members) {
      JsonObject member = (JsonObject) entry;
      String host = member.getString("host");
      Path pidFile = folder.resolve(host + ".pid");
      String pid = Files.exists(pidFile) ? Files.readString(pidFile).strip() : "-";
      System.out.printf(
          "  %-4s  %s/%-10s  pid %s%n",
          member.getString("status"), member.getString("group"), host, pid);
      if (firstPid.isEmpty() && !pid.equals("-")) {
        firstPid = pid;
        firstHost = host;
      }
    }
    System.out.printf(
        "%n  Kill one:        kill -9 %s%n  Start it again:  %s %s%n  Stop everything: Ctrl-C%n%n",
        firstPid, command, firstHost);
    System.out.println("Status changes:");
    System.out.flush();
  }
}
