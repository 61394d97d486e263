package io.servicegroup.faults;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.IntStream;

/** Configurations of the scenarios' agents. */
final class Configs {

  private Configs() {}

  /** An agent that only watches, everybody. */
  static JsonObject observer(String uri) {
    return agent(uri).put("watch", "all");
  }

  /** A sidecar whose members beat while it lives. */
  static JsonObject sidecar(String uri, String group, List<String> hosts) {
    JsonArray services = new JsonArray();
    hosts.forEach(host -> services.add(new JsonObject().put("group", group).put("host", host)));
    return agent(uri).put("services", services);
  }

  /** An agent without services. */
  static JsonObject agent(String uri) {
    return new JsonObject()
        .put("agent", new JsonObject().put("host", "host-1"))
        .put("catalog", new JsonObject().put("uri", uri))
        .put(
            "liveness",
            new JsonObject()
                .put("report_interval", Timing.REPORT.toSeconds() + "s")
                .put("service_down_time", Timing.DOWN.toSeconds() + "s"));
  }

  /** Names with numbers, from 1. */
  static List<String> names(String prefix, int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> prefix + "-" + i).toList();
  }
}
