package io.servicegroup.bench;

import static io.servicegroup.testkit.Eventually.await;

import io.servicegroup.bus.Topics;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Status;
import io.servicegroup.testkit.Journal;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The fleet of {@link PairingCost}, in a JVM of its own so that its CPU is nobody else's: agents of
 * one member each, as sidecars are, and one that watches them all; every agent with an event loop
 * and connections of its own.
 */
public final class PairingFleet {

  /** Agents with a member. */
  static final int AGENTS = 50;

  /** Printed when every member is up. */
  static final String READY = "every member is up";

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private PairingFleet() {}

  /**
   * Runs until it is killed.
   *
   * @param arguments {@code catalog.uri} and the only entry of {@code liveness.backends}
   */
  public static void main(String[] arguments) {
    try {
      Vertx watching = vertx();
      Journal<MemberId> up = new Journal<>();
      Topics.STATUS.consume(
          watching,
          change -> {
            if (change.status() == Status.UP) {
              up.add(change.id());
            }
          });
      await(BenchAgent.start(watching, config(arguments).put("watch", "all")));
      for (int i = 1; i <= AGENTS; i++) {
        JsonObject service = new JsonObject().put("group", "compute").put("host", "host-" + i);
        JsonObject config = config(arguments).put("services", JsonArray.of(service));
        config.getJsonObject("agent").put("host", "host-" + i);
        await(BenchAgent.start(vertx(), config));
      }
      Set<MemberId> seen =
          up.await(0, AGENTS, id -> true, PATIENCE).stream().collect(Collectors.toSet());
      if (seen.size() < AGENTS) {
        throw new IllegalStateException(seen.size() + " of " + AGENTS + " members are up");
      }
      System.out.println(READY);
    } catch (RuntimeException e) {
      // Otherwise Vert.x's threads would keep the JVM.
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static Vertx vertx() {
    return Vertx.vertx(
        new VertxOptions()
            .setEventLoopPoolSize(1)
            .setWorkerPoolSize(1)
            .setInternalBlockingPoolSize(1));
  }

  private static JsonObject config(String[] uris) {
    return new JsonObject()
        .put("agent", new JsonObject().put("start_timeout", "2m"))
        .put("catalog", new JsonObject().put("uri", uris[0]))
        .put("liveness", new JsonObject().put("backends", JsonArray.of(uris[1])));
  }
}
