package io.servicegroup.testkit;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A real tooz coordinator in a Python process: a member, a reader and a watcher of the groups that
 * our agents share with Python services. Every call waits for its answer, with a deadline; what
 * tooz raises becomes an {@link IllegalStateException} that starts with the exception's name.
 *
 * <p>Not thread-safe.
 */
public final class ToozPeer implements AutoCloseable {

  /** Debian's own Python, for which its tooz is installed: the path may have another first. */
  private static final String PYTHON = "/usr/bin/python3";

  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /** What is not tooz's default. */
  public enum Option {
    /** Ids are {@code str}; by default they are bytes, as tooz's documentation asks for. */
    TEXT_IDS,
    /** tooz's own thread beats; by default only {@link #heartbeat()} does. */
    BEATS
  }

  /**
   * What a watcher told.
   *
   * @param group of which group
   * @param member who
   * @param kind {@code joined} or {@code left}
   */
  public record Event(String group, String member, String kind) {}

  private final ManagedProcess process;
  private int requests;

  private ToozPeer(ManagedProcess process) {
    this.process = process;
  }

  /**
   * Starts a coordinator, which is a member of no group yet.
   *
   * @param uri the server and tooz's own options, for example {@code
   *     memcached://127.0.0.1:11211?timeout=5}
   * @param member its member id
   * @param options what is not the default
   * @return the connected peer
   */
  public static ToozPeer start(String uri, String member, Option... options) {
    ProcessBuilder command = new ProcessBuilder(PYTHON, "-u", "-W", "ignore", script().toString());
    // Python's own distutils, which starts in a third of the time that the one of setuptools takes.
    command.environment().put("SETUPTOOLS_USE_DISTUTILS", "stdlib");
    ToozPeer peer = new ToozPeer(ManagedProcess.start("tooz peer " + member, command));
    Set<Option> chosen = Set.of(options);
    try {
      peer.call(
          new JsonObject()
              .put("call", "start")
              .put("uri", uri)
              .put("member", member)
              .put("text_ids", chosen.contains(Option.TEXT_IDS))
              .put("beats", chosen.contains(Option.BEATS)));
      return peer;
    } catch (IllegalStateException e) {
      peer.close();
      throw e;
    }
  }

  private static Path script() {
    URL script = ToozPeer.class.getResource("tooz_peer.py");
    try {
      return Path.of(script.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(script + " is no file", e);
    }
  }

  /**
   * Makes a group; it may be there already.
   *
   * @param group its id
   */
  public void createGroup(String group) {
    call(request("create_group", group));
  }

  /**
   * Joins a group.
   *
   * @param group its id
   * @param capabilities what JSON has: null, a text, a number, an object or an array
   */
  public void join(String group, Object capabilities) {
    call(request("join", group).put("capabilities", capabilities));
  }

  /**
   * Joins a group as {@link #join} does, unless this member is in it.
   *
   * @param group its id
   * @param capabilities what JSON has: null, a text, a number, an object or an array
   */
  public void joinUnlessMember(String group, Object capabilities) {
    call(request("join_unless_member", group).put("capabilities", capabilities));
  }

  /**
   * Leaves a group.
   *
   * @param group its id
   */
  public void leave(String group) {
    call(request("leave", group));
  }

  /** Beats once, as a service's loop does. */
  public void heartbeat() {
    call(request("heartbeat"));
  }

  /**
   * Reads a group; where the driver prunes, it prunes.
   *
   * @param group its id
   * @return the member ids, sorted
   */
  public List<String> members(String group) {
    return texts(call(request("members", group)));
  }

  /**
   * Reads a member's capabilities.
   *
   * @param group its group
   * @param member its id
   * @return as JSON has them, bytes as text
   */
  public Object capabilities(String group, String member) {
    return call(request("capabilities", group).put("member", member));
  }

  /**
   * Replaces this peer's own capabilities.
   *
   * @param group in which group
   * @param capabilities as for {@link #join}
   */
  public void updateCapabilities(String group, Object capabilities) {
    call(request("update_capabilities", group).put("capabilities", capabilities));
  }

  /**
   * Lists the groups.
   *
   * @return their ids, sorted
   */
  public List<String> groups() {
    return texts(call(request("groups")));
  }

  /**
   * Watches who joins; who is there already counts as known.
   *
   * @param group which group
   */
  public void watchJoin(String group) {
    call(request("watch_join", group));
  }

  /**
   * Watches who leaves.
   *
   * @param group which group
   */
  public void watchLeave(String group) {
    call(request("watch_leave", group));
  }

  /**
   * Runs the watchers once.
   *
   * @return what they told, in order
   */
  public List<Event> runWatchers() {
    JsonArray events = (JsonArray) call(request("run_watchers"));
    return IntStream.range(0, events.size())
        .mapToObj(events::getJsonArray)
        .map(event -> new Event(event.getString(0), event.getString(1), event.getString(2)))
        .toList();
  }

  /** Ends the coordinator in good order: its beat goes, its groups are left where it has joined. */
  public void stop() {
    call(request("stop"));
  }

  /** SIGKILL: nothing is left, nothing more is written. */
  public void kill() {
    process.kill();
  }

  /** As {@link #kill()}. */
  @Override
  public void close() {
    process.close();
  }

  private static JsonObject request(String call) {
    return new JsonObject().put("call", call);
  }

  private static JsonObject request(String call, String group) {
    return request(call).put("group", group);
  }

  private Object call(JsonObject request) {
    int id = ++requests;
    process.send(request.copy().put("id", id).encode());
    JsonObject answer = new JsonObject(process.awaitLine("{\"id\":%d,".formatted(id), TIMEOUT));
    if (answer.containsKey("error")) {
      throw new IllegalStateException(answer.getString("error"));
    }
    return answer.getValue("result");
  }

  private static List<String> texts(Object array) {
    return ((JsonArray) array).stream().map(String.class::cast).toList();
  }
}
