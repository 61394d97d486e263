package io.servicegroup.faults;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.Journal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * An agent with many services that is killed and started again, with catalogue and beats in one
 * server at the end of a path that takes its time: until all beat anew, and who was told down
 * before.
 */
final class ManyRestart {

  private static final Duration DOWN = Duration.ofSeconds(15);
  private static final Duration STARTED = Duration.ofMinutes(5);

  private ManyRestart() {}

  /**
   * Runs it.
   *
   * @param technology what keeps catalogue and beats; has a server
   * @param members how many services
   * @param eachWay for how long the path delays what is sent, while the agent starts again
   * @return with a fault where somebody was told down
   */
  static Result run(Technology technology, int members, Duration eachWay) {
    try (Site site = new Site(technology, technology);
        AgentProcess observer = AgentProcess.of(paced(site.observer())).heap("256m");
        AgentProcess sidecar = AgentProcess.of(sidecar(site, members)).heap("256m")) {
      Journal<Change> changes = observer.changes();
      observer.start();
      sidecar.launch();
      changes.await(0, members, change -> change.status().equals("UP"), STARTED);
      site.proxy().delay(eachWay);
      int mark = changes.mark();
      sidecar.process().kill();
      long killed = System.nanoTime();
      sidecar.launch();
      List<Change> back =
          changes.await(mark, members, change -> change.reason().equals("restarted"), STARTED);
      List<String> faults = new ArrayList<>();
      long down = changes.since(mark).stream().filter(c -> c.status().equals("DOWN")).count();
      if (down > 0) {
        faults.add(down + " members were told DOWN");
      }
      if (back.size() < members) {
        faults.add(members - back.size() + " did not come back");
      }
      return new Result(
          "%s, %d ms each way".formatted(technology.text(), eachWay.toMillis()),
          "killed with %d services, which beat anew between %s and %s s later, %d false DOWN"
              .formatted(members, seconds(back, killed, 0), seconds(back, killed, 1), down),
          faults);
    }
  }

  private static String seconds(List<Change> changes, long since, double share) {
    if (changes.isEmpty()) {
      return "never";
    }
    long[] nanos = changes.stream().mapToLong(c -> c.after(since).toMillis()).sorted().toArray();
    return "%.1f".formatted(nanos[(int) (share * (nanos.length - 1))] / 1000.0);
  }

  private static JsonObject paced(JsonObject config) {
    config
        .getJsonObject("liveness")
        .put("report_interval", "5s")
        .put("service_down_time", DOWN.toSeconds() + "s");
    return config;
  }

  private static JsonObject sidecar(Site site, int members) {
    JsonObject config = paced(site.sidecar("compute", Configs.names("host", members)));
    String uri = site.server().uri(site.proxy().port());
    config.getJsonObject("catalog").put("uri", uri);
    config.getJsonObject("liveness").put("backends", JsonArray.of(uri));
    return config;
  }
}
