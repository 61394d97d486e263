package io.servicegroup.testkit;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * An agent as a user runs it: a process of its own, from the jar that the build made (system
 * property {@code servicegroup.jar}) or, in a run without one, from the class path. Its status
 * changes are collected from {@code /v1/events} across its restarts.
 */
public final class AgentProcess implements AutoCloseable {

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path home = TempFiles.directory("servicegroup-agent-");
  private final int port = Ports.free();
  private final Journal<Change> changes = new Journal<>();
  private final Journal<JsonObject> snapshots = new Journal<>();
  private final Map<String, String> environment = new HashMap<>();
  private final List<String> within = new ArrayList<>();
  private String heap = "96m";
  private boolean unread;
  private int descriptors;
  private List<Path> beside = List.of();
  private Path jar;
  private Path script;
  private ManagedProcess process;

  private AgentProcess(JsonObject config) {
    configure(config);
  }

  /**
   * Gives it another configuration, from its next start on.
   *
   * @param config all of it; {@code http.port} is added where {@code http} is missing
   */
  public void configure(JsonObject config) {
    JsonObject complete = config.copy();
    if (!complete.containsKey("http")) {
      complete.put("http", new JsonObject().put("port", port));
    }
    try {
      // JSON is YAML.
      Files.writeString(home.resolve("agent.yaml"), complete.encodePrettily());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Prepares an agent.
   *
   * @param config its configuration; {@code http.port} is added where {@code http} is missing
   * @return the agent, not started
   */
  public static AgentProcess of(JsonObject config) {
    return new AgentProcess(config);
  }

  /**
   * Lets the agent's clock be wrong from its next start on.
   *
   * @param offset for example {@code +3600s}
   * @return this
   */
  public AgentProcess clock(String offset) {
    environment.put("LD_PRELOAD", FakeTime.library());
    environment.put("FAKETIME", offset);
    // Its monotonic clock is off by as much and runs as ever; left unfaked, timed waits never end.
    return this;
  }

  /**
   * Gives it more memory, from its next start on.
   *
   * @param size for example {@code 256m}
   * @return this
   */
  public AgentProcess heap(String size) {
    heap = size;
    return this;
  }

  /**
   * From its next start on, it is another release.
   *
   * @param path its jar; null for what is being tested
   * @return this
   */
  public AgentProcess jar(Path path) {
    jar = path;
    return this;
  }

  /**
   * From its next start on, a script starts it, which says how much memory it has.
   *
   * @param path the script, to be called like the jar
   * @param variables what the script reads from its environment
   * @return this
   */
  public AgentProcess by(Path path, Map<String, String> variables) {
    script = path;
    environment.putAll(variables);
    return this;
  }

  /**
   * Puts jars or directories of somebody else on its class path, from its next start on.
   *
   * @param paths what is searched before the product itself
   * @return this
   */
  public AgentProcess beside(List<Path> paths) {
    beside = List.copyOf(paths);
    return this;
  }

  /**
   * From its next start on, nobody reads what it prints: both streams are a pipe that fills up.
   *
   * @return this
   */
  public AgentProcess unread() {
    unread = true;
    return this;
  }

  /**
   * Gives it a view of its own of some files, from its next start on. Needs root.
   *
   * @param files what it sees in place of a file, by that file's path
   * @return this
   */
  public AgentProcess sees(Map<String, Path> files) {
    StringBuilder script = new StringBuilder();
    files.forEach((seen, file) -> script.append("mount --bind '%s' %s && ".formatted(file, seen)));
    within.clear();
    within.addAll(List.of("unshare", "--mount", "sh", "-c", script + "exec \"$@\"", "sh"));
    return this;
  }

  /**
   * From its next start on, it runs in a pid namespace of its own, as in a container. Needs root.
   *
   * @return this
   */
  public AgentProcess elsewhere() {
    within.clear();
    within.addAll(List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc"));
    return this;
  }

  /**
   * Allows it few files and sockets, from its next start on.
   *
   * @param most how many descriptors
   * @return this
   */
  public AgentProcess descriptors(int most) {
    descriptors = most;
    return this;
  }

  /**
   * Runs it as a user who has no line in {@code /etc/passwd} and no other process, from its next
   * start on: what is limited per user is its alone. It may read and write what root may, as the
   * tests' own folders are root's. Needs root.
   *
   * @param uid the user's number
   * @return this
   */
  public AgentProcess user(int uid) {
    String files = "=-all,+dac_override";
    within.addAll(
        List.of(
            "setpriv",
            "--reuid=" + uid,
            "--regid=" + uid,
            "--clear-groups",
            "--inh-caps" + files,
            "--ambient-caps" + files));
    return this;
  }

  /**
   * Starts it and waits until it is ready and its changes are being collected.
   *
   * @return this
   */
  public AgentProcess start() {
    launch();
    awaitAnswer("/health/live", 200);
    new EventStream(http, uri("/v1/events"), changes, snapshots).open();
    awaitAnswer("/health/ready", 200);
    return this;
  }

  /**
   * Starts it and waits for nothing.
   *
   * @return the process
   */
  public ManagedProcess launch() {
    List<String> command = new ArrayList<>(within);
    if (unread) {
      String open = "rm -f out; mkfifo out && exec 3<>out && exec \"$@\" >out 2>&1";
      command.addAll(List.of("sh", "-c", open, "sh"));
    }
    if (descriptors > 0) {
      command.addAll(List.of("sh", "-c", "ulimit -n " + descriptors + "; exec \"$@\"", "sh"));
    }
    command.addAll(script != null ? List.of(script.toString()) : java());
    command.addAll(List.of("run", "--config", home.resolve("agent.yaml").toString()));
    ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
    builder.environment().putAll(environment);
    process = ManagedProcess.start("agent", builder);
    return process;
  }

  private List<String> java() {
    List<String> command = new ArrayList<>(ManagedProcess.java("-Xss256k"));
    if (descriptors > 0) {
      // A JVM raises what it is allowed to the most that it may be.
      command.add("-XX:-MaxFDLimit");
    }
    command.add("-Xmx" + heap);
    command.addAll(jar != null ? List.of("-jar", jar.toString()) : program(beside));
    return command;
  }

  /**
   * How to run the product's command line beside jars or directories of somebody else.
   *
   * @param beside what is searched before the product itself; empty for the product alone
   * @return what follows {@code java} and its options
   */
  public static List<String> program(List<Path> beside) {
    if (beside.isEmpty()) {
      return program();
    }
    String product = System.getProperty("servicegroup.jar", System.getProperty("java.class.path"));
    return List.of(
        "-cp",
        beside.stream().map(Path::toString).collect(Collectors.joining(":")) + ":" + product,
        "io.servicegroup.Main");
  }

  /**
   * How to run a command of the product as a user does, in a small JVM that starts quickly.
   *
   * @param arguments the command and its options
   * @return the whole command line, which may be added to
   */
  public static List<String> command(String... arguments) {
    List<String> command = ManagedProcess.java("-Xss256k", "-Xmx128m");
    command.addAll(program());
    command.addAll(List.of(arguments));
    return command;
  }

  /** The jar with its class archive, or the class path and the main class. */
  private static List<String> program() {
    String jar = System.getProperty("servicegroup.jar");
    if (jar == null) {
      return List.of("-cp", System.getProperty("java.class.path"), "io.servicegroup.Main");
    }
    List<String> program = new ArrayList<>(ClassArchive.options(Path.of(jar)));
    program.addAll(List.of("-jar", jar));
    return program;
  }

  /**
   * The running process, for signals and output.
   *
   * @return the process of the last start
   */
  public ManagedProcess process() {
    return process;
  }

  /**
   * The status changes that it published, over all its runs.
   *
   * @return the journal
   */
  public Journal<Change> changes() {
    return changes;
  }

  /**
   * The snapshots with which its event streams began.
   *
   * @return the journal
   */
  public Journal<JsonObject> snapshots() {
    return snapshots;
  }

  /**
   * Waits for changes.
   *
   * @param mark from where in {@link #changes()}
   * @param count how many
   * @param wanted which
   * @param deadline for how long
   * @return the matching ones
   * @throws AssertionError with everything that came, and the log, where they did not come
   */
  public List<Change> await(int mark, int count, Predicate<Change> wanted, Duration deadline) {
    List<Change> found = changes.await(mark, count, wanted, deadline);
    if (found.size() < count) {
      throw new AssertionError(
          "waited %s for %d changes, %d came: %s%s"
              .formatted(deadline, count, found.size(), changes.since(mark), process.tail()));
    }
    return found;
  }

  /**
   * Asks it over HTTP.
   *
   * @param path for example {@code /health}
   * @return the answer
   */
  public HttpResponse<String> get(String path) {
    return send(HttpRequest.newBuilder(uri(path)));
  }

  /**
   * Asks it over HTTP.
   *
   * @param method for example {@code PATCH}
   * @param path for example {@code /v1/groups/compute/members/host-1}
   * @param body the request's body
   * @return the answer
   */
  public HttpResponse<String> send(String method, String path, JsonObject body) {
    return send(
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body.encode())));
  }

  /**
   * Where it answers.
   *
   * @param path for example {@code /health}
   * @return the URI
   */
  public URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  /**
   * Waits until a path is answered with a status.
   *
   * @param path for example {@code /health/ready}
   * @param status for example 200
   */
  public void awaitAnswer(String path, int status) {
    await(path + " is answered with " + status, () -> statusOf(path), seen -> seen == status);
  }

  /**
   * Waits for something that can be seen of it or of its stores, for as long as it lives.
   *
   * @param what what is awaited, for the message
   * @param look what is seen now; what it throws ends the wait
   * @param wanted whether it is that
   * @param <T> what is looked at
   * @return what was seen last, which is wanted
   * @throws AssertionError with what was seen last, and the log, where it was never wanted
   */
  public <T> T await(String what, Callable<T> look, Predicate<? super T> wanted) {
    return process.await(what, look, wanted);
  }

  /** Kills it and deletes its directory. */
  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
    TempFiles.delete(home);
  }

  /** The status of an answer; 0 where nobody listens yet. */
  private int statusOf(String path) {
    try {
      return get(path).statusCode();
    } catch (UncheckedIOException e) {
      return 0;
    }
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(
          request.timeout(REQUEST_TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking the agent", e);
    }
  }
}
