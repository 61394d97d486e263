package io.servicegroup.faults;

import static java.util.Map.entry;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.ManagedProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Members that come and go, in groups that come and go: nothing of them may stay behind in the
 * agents' memory. Half of them are deleted through the agent that they joined through, half through
 * another one. What is alive in both agents' heaps is counted by class after some, and at the end.
 */
final class Growth {

  private static final int BATCH = 100;

  /** So many requests at a time: a catalogue that has to wait for others answers 503 in the end. */
  private static final int AT_ONCE = 20;

  private static final int GROUP = 10;

  private static final int LOOKS = 3;

  /**
   * So many entries each bounded memory holds: {@code /v1/history}, {@code /v1/events}, the
   * removals that an agent remembers, and the members of whom something was said through it.
   */
  private static final int MEMORY = 10_000;

  /** So many members an agent remembers why it does not beat for any more. */
  private static final int CONFLICTS = 100;

  /**
   * How many there may be at most of what those memories hold, however many members come and go. A
   * change that was told names a member and a life in the history; a member that was removed is
   * remembered with both, and its name once more with the uuids it had; of whom something was said,
   * the name is remembered; what was read of documents is, until they are all read again.
   */
  private static final Map<String, Integer> BOUNDS =
      Map.ofEntries(
          entry("catalog.ParsedMembers$Read", 2 * MEMORY),
          entry("catalog.DocumentStore$Key", 2 * MEMORY),
          entry("model.MemberId", 6 * MEMORY),
          entry("model.Incarnation", 4 * MEMORY),
          entry("model.Member", 3 * MEMORY),
          entry("model.StatusChange", MEMORY),
          entry("catalog.RemovedMembers$Removed", MEMORY),
          entry("http.History$Changed", MEMORY),
          entry("http.History$Acted", MEMORY),
          entry("http.EventRing$Event", MEMORY),
          entry("model.Conflict", CONFLICTS));

  /** What code that is compiled later, and one batch more, may take. */
  private static final double ROOM = 1.10;

  private static final long ROOM_BYTES = 3_000_000;

  private static final Pattern LINE = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+).*");

  /**
   * What an agent that watches everybody keeps of each group in ZooKeeper. The nodes of a group
   * stay there when its last member has gone, since services that know tooz only may be about to
   * join it; so does the watch on them, for as long as the connection lasts.
   */
  private static final Map<String, Integer> OF_A_GROUP =
      Map.of("backend.zookeeper.ZooKeeperListings$Listing", 2, "runtime.Backoff", 2);

  static {
    BOUNDS.keySet().forEach(Growth::requireClass);
    OF_A_GROUP.keySet().forEach(Growth::requireClass);
  }

  private record Heap(long bytes, Map<String, Long> ours) {}

  private final AgentProcess first;
  private final AgentProcess second;
  private final HttpClient http = HttpClient.newHttpClient();
  private int members;

  private Growth(AgentProcess first, AgentProcess second) {
    this.first = first;
    this.second = second;
  }

  /**
   * Lets members come and go.
   *
   * @param technology catalogue and beats, where it has a server
   * @param before how many before the first count
   * @param more how many between the first count and the last
   */
  static Result run(Technology technology, int before, int more) throws Exception {
    Technology catalogue =
        technology == Technology.HAZELCAST_MEMBER ? Technology.POSTGRESQL : technology;
    try (Site site = new Site(catalogue, technology);
        AgentProcess first = AgentProcess.of(site.observer()).start();
        AgentProcess second = AgentProcess.of(site.observer()).start()) {
      Growth growth = new Growth(first, second);
      growth.comeAndGo(before);
      List<Heap> heapsBefore = settledHeaps(first, second);
      growth.comeAndGo(before + more);
      List<Heap> heapsAfter = settledHeaps(first, second);
      List<String> faults = new ArrayList<>();
      for (int i = 0; i < heapsBefore.size(); i++) {
        faults.addAll(
            faults("agent " + (i + 1), heapsBefore.get(i), heapsAfter.get(i), before, more));
      }
      return new Result(
          "%d members come and go, on %s".formatted(growth.members, technology.text()),
          "live heap of the two agents %s after %d, %s at the end"
              .formatted(kilobytes(heapsBefore), before, kilobytes(heapsAfter)),
          faults);
    }
  }

  /** A bound for a class that has another name by now would be none. */
  private static void requireClass(String name) {
    try {
      Class.forName("io.servicegroup." + name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("there is no class " + name, e);
    }
  }

  private static String kilobytes(List<Heap> heaps) {
    return heaps.stream()
        .map(heap -> heap.bytes() / 1024 + " kB")
        .collect(Collectors.joining(" and "));
  }

  /** What is still on its way when the last is deleted is over when its time to be heard is. */
  private static List<Heap> settledHeaps(AgentProcess first, AgentProcess second) {
    first.changes().during(Timing.LATEST_DOWN.plus(Timing.DOWN));
    return List.of(heap(first), heap(second));
  }

  private static List<String> faults(String who, Heap before, Heap after, int counted, int more) {
    int few = more / 10;
    int groups = (counted + more) / GROUP;
    List<String> faults = new ArrayList<>();
    after
        .ours()
        .forEach(
            (type, count) -> {
              long grown = count - before.ours().getOrDefault(type, 0L);
              long most =
                  BOUNDS.getOrDefault(type, 0) + groups * OF_A_GROUP.getOrDefault(type, 0) + few;
              if (grown > few && count > most) {
                faults.add("%s keeps %d more of %s, %d".formatted(who, grown, type, count));
              }
            });
    if (counted >= MEMORY && after.bytes() > before.bytes() * ROOM + ROOM_BYTES) {
      faults.add("the heap of %s grew".formatted(who));
    }
    return faults;
  }

  private void comeAndGo(int until) {
    while (members < until) {
      List<String> paths = new ArrayList<>();
      for (int i = 0; i < BATCH; i++, members++) {
        paths.add("/v1/groups/g-%d/members/h-%d".formatted(members / GROUP, members));
      }
      all(paths, this::join);
      all(paths, path -> delete(path, path.endsWith("0") || path.endsWith("5") ? second : first));
      awaitNobody(first);
      awaitNobody(second);
    }
  }

  private static void all(List<String> paths, Function<String, CompletableFuture<Void>> action) {
    for (int i = 0; i < paths.size(); i += AT_ONCE) {
      List<String> some = paths.subList(i, Math.min(paths.size(), i + AT_ONCE));
      CompletableFuture.allOf(some.stream().map(action).toArray(CompletableFuture[]::new))
          .orTimeout(Timing.PATIENCE.toSeconds(), TimeUnit.SECONDS)
          .join();
    }
  }

  private CompletableFuture<Void> join(String path) {
    int name = path.lastIndexOf('/');
    JsonObject body = new JsonObject().put("host", path.substring(name + 1));
    body.put("probe", new JsonObject().put("type", "none"));
    return send("POST", first, path.substring(0, name), body);
  }

  private CompletableFuture<Void> delete(String path, AgentProcess agent) {
    return send("DELETE", agent, path, new JsonObject());
  }

  private CompletableFuture<Void> send(
      String method, AgentProcess agent, String path, JsonObject body) {
    HttpRequest request =
        HttpRequest.newBuilder(agent.uri(path))
            .header("Content-Type", "application/json")
            .timeout(Timing.PATIENCE)
            .method(method, HttpRequest.BodyPublishers.ofString(body.encode()))
            .build();
    return http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .thenAccept(
            answer -> {
              if (answer.statusCode() >= 300) {
                throw new AssertionError(
                    method + " " + path + ": " + answer.body() + agent.process().tail());
              }
            });
  }

  private static void awaitNobody(AgentProcess agent) {
    agent.await("no group", () -> groups(agent), JsonArray::isEmpty);
  }

  private static JsonArray groups(AgentProcess agent) {
    return new JsonObject(agent.get("/v1/groups").body()).getJsonArray("groups");
  }

  /** The least of a few looks: what a poll needs while it is under way does not stay. */
  private static Heap heap(AgentProcess agent) {
    Heap least = look(agent);
    for (int i = 1; i < LOOKS; i++) {
      agent.changes().during(Timing.POLL);
      Heap next = look(agent);
      Map<String, Long> ours = new TreeMap<>(least.ours());
      ours.replaceAll((type, count) -> Math.min(count, next.ours().getOrDefault(type, 0L)));
      least = new Heap(Math.min(least.bytes(), next.bytes()), ours);
    }
    return least;
  }

  /** What is alive; a full collection comes first. */
  private static Heap look(AgentProcess agent) {
    List<String> lines =
        ManagedProcess.run(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(agent.process().pid()),
                "GC.class_histogram"));
    Map<String, Long> ours = new TreeMap<>();
    long bytes = 0;
    String ourPackage = "io.servicegroup.";
    for (String line : lines) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        bytes += Long.parseLong(matcher.group(2));
        if (matcher.group(3).startsWith(ourPackage)) {
          ours.put(
              matcher.group(3).substring(ourPackage.length()), Long.parseLong(matcher.group(1)));
        }
      }
    }
    if (bytes == 0) {
      throw new AssertionError("no histogram: " + lines.stream().collect(Collectors.joining("\n")));
    }
    return new Heap(bytes, ours);
  }
}
