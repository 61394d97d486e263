package io.servicegroup.bench;

import io.servicegroup.agent.Agent;
import io.servicegroup.config.ConfigLoader;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Starts whole agents in this JVM. */
final class BenchAgent {

  private BenchAgent() {}

  /** Starts an agent as from a file; {@code http.port} is any where it is missing. */
  static Future<Agent> start(Vertx vertx, JsonObject config) {
    JsonObject complete = config.copy();
    if (!complete.containsKey("http")) {
      complete.put("http", new JsonObject().put("port", 0));
    }
    try {
      Path file = Files.createTempFile("servicegroup-bench-", ".yaml");
      Files.writeString(file, complete.encode());
      return new ConfigLoader(vertx, List.of(file), Map.of(), List.of())
          .load()
          .onComplete(read -> delete(file))
          .compose(loaded -> Agent.start(vertx, loaded));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
