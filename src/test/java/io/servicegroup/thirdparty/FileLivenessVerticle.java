package io.servicegroup.thirdparty;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.CopyOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A third party's liveness verticle: a directory with a file per member. Knows nothing of the agent
 * but what the contract says of the event bus, so it is written against that alone: JSON on three
 * addresses. A file {@code group~host} holds the member's part of the heartbeat; one that holds
 * nothing is the presence of somebody who joined without an agent.
 */
public final class FileLivenessVerticle extends VerticleBase {

  /** While a file of this name is there, no beat is written. */
  static final String MUTE = "mute";

  private static final String SEPARATOR = "~";

  private String backend;
  private String directory;
  private final Set<JsonObject> present = new HashSet<>();
  private long started;
  private boolean reachable;

  @Override
  public Future<?> start() {
    backend = config().getString("backend");
    directory = config().getString("directory");
    started = System.nanoTime();
    vertx.eventBus().<JsonObject>consumer("servicegroup.heartbeat", beat -> write(beat.body()));
    vertx.setPeriodic(config().getLong("poll_ms"), id -> poll());
    return vertx.fileSystem().mkdirs(directory);
  }

  private void write(JsonObject heartbeat) {
    vertx
        .fileSystem()
        .exists(path(MUTE))
        .onSuccess(
            muted -> {
              if (!muted) {
                heartbeat.getJsonArray("members").forEach(member -> write(member));
              }
            });
  }

  private void write(Object entry) {
    JsonObject member = (JsonObject) entry;
    String file = path(member.getString("group") + SEPARATOR + member.getString("host"));
    Buffer content = member.toBuffer();
    vertx
        .fileSystem()
        .writeFile(file + ".new", content)
        .compose(
            written ->
                vertx
                    .fileSystem()
                    .move(file + ".new", file, new CopyOptions().setReplaceExisting(true)))
        .onFailure(failure -> unreachable());
  }

  private void poll() {
    long witnessed = (System.nanoTime() - started) / 1_000_000;
    vertx
        .fileSystem()
        .readDir(directory, "[^.]*" + SEPARATOR + "[^.]*")
        .compose(this::readAll)
        .onSuccess(members -> publish(witnessed, members))
        .onFailure(failure -> unreachable());
  }

  private Future<List<JsonObject>> readAll(List<String> files) {
    List<Future<JsonObject>> reads = new ArrayList<>();
    for (String file : files) {
      String[] name = Path.of(file).getFileName().toString().split(SEPARATOR, 2);
      JsonObject present = new JsonObject().put("group", name[0]).put("host", name[1]);
      reads.add(
          vertx
              .fileSystem()
              .readFile(file)
              .map(text -> text.length() == 0 ? present : text.toJsonObject()));
    }
    return Future.all(reads).map(all -> all.list());
  }

  private void publish(long witnessed, List<JsonObject> members) {
    if (!reachable) {
      state("reachable");
    }
    reachable = true;
    JsonArray beats = new JsonArray();
    JsonArray held = new JsonArray();
    JsonArray gone = new JsonArray();
    present.stream()
        .filter(name -> !members.contains(name))
        .forEach(name -> gone.add(name.copy().put("reason", "left")));
    present.clear();
    for (JsonObject member : members) {
      JsonObject seen = member.copy();
      String state = (String) seen.remove("state");
      if (state == null) {
        held.add(seen);
        present.add(seen);
      } else if (state.equals("failed")) {
        gone.add(seen.put("reason", "probe_failed"));
      } else if (state.equals("alive")) {
        seen.remove("reason");
        beats.add(seen);
      }
    }
    vertx
        .eventBus()
        .publish(
            "servicegroup.sightings",
            new JsonObject()
                .put("backend", backend)
                .put("witnessed_ms", witnessed)
                .put("beats", beats)
                .put("held", held)
                .put("gone", gone));
  }

  private void unreachable() {
    if (reachable) {
      reachable = false;
      state("unreachable");
    }
  }

  private void state(String state) {
    vertx
        .eventBus()
        .publish(
            "servicegroup.backend",
            new JsonObject()
                .put("backend", backend)
                .put("state", state)
                .put("since", Instant.now().toString()));
  }

  private String path(String name) {
    return Path.of(directory, name).toString();
  }
}
