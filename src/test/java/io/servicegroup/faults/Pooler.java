package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.PATIENCE;
import static io.servicegroup.faults.Timing.REPORT;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.PgBouncer;
import io.servicegroup.testkit.PostgresServer;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Two agents behind PgBouncer in transaction mode, whose members beat, join and leave. */
final class Pooler {

  private static final int MEMBERS = 10;
  private static final int SERVER_CONNECTIONS = 3;

  private Pooler() {}

  static Result run(Duration time) {
    try (PostgresServer server = PostgresServer.create("fsync=off");
        PgBouncer pooler = PgBouncer.start(server, SERVER_CONNECTIONS);
        AgentProcess observer = AgentProcess.of(patient(Configs.observer(pooler.uri()))).start();
        AgentProcess sidecar =
            AgentProcess.of(
                    patient(
                        Configs.sidecar(pooler.uri(), "compute", Configs.names("host", MEMBERS))))
                .start()) {
      observer.await(0, MEMBERS, change -> change.status().equals("UP"), PATIENCE);
      List<String> faults = new ArrayList<>();
      int mark = observer.changes().mark();
      long end = System.nanoTime() + time.toNanos();
      int joins = 0;
      while (System.nanoTime() < end) {
        joinAndLeave(sidecar, joins++ % MEMBERS, faults);
        observer.changes().during(REPORT);
      }
      // Of the members that stayed nothing is to be told.
      List<Change> wrong =
          observer.changes().since(mark).stream()
              .filter(change -> change.member().startsWith("compute/"))
              .toList();
      if (!wrong.isEmpty()) {
        faults.add("changes of members that lived: " + wrong);
      }
      collectErrors("observer", observer.process().output().since(0), faults);
      collectErrors("sidecar", sidecar.process().output().since(0), faults);
      collectErrors("pgbouncer", pooler.log().since(0), faults);
      collectErrors("postgres", server.log().since(0), faults);
      return new Result(
          "through PgBouncer", joins + " joins in " + time.toSeconds() + " s of beats", faults);
    }
  }

  /** Half an interval is how long an answer may take: a busy machine's is no fault of a pooler. */
  private static JsonObject patient(JsonObject config) {
    config
        .getJsonObject("liveness")
        .put("report_interval", "2s")
        .put("service_down_time", "8s")
        // A busy machine has a second for an answer.
        .put("poll_interval", "2s");
    return config;
  }

  private static void joinAndLeave(AgentProcess sidecar, int number, List<String> faults) {
    String host = "guest-" + number;
    HttpResponse<String> joined =
        sidecar.send(
            "POST",
            "/v1/groups/guests/members",
            new JsonObject().put("host", host).put("probe", new JsonObject().put("type", "none")));
    if (joined.statusCode() / 100 != 2) {
      faults.add("join: " + joined.statusCode() + " " + joined.body());
    }
    HttpResponse<String> left =
        sidecar.send("POST", "/v1/groups/guests/members/" + host + "/leave", new JsonObject());
    if (left.statusCode() != 204) {
      faults.add("leave: " + left.statusCode() + " " + left.body());
    }
  }

  private static void collectErrors(String who, List<String> lines, List<String> faults) {
    lines.stream()
        .filter(line -> line.matches(".*\\b(WARN|WARNING|ERROR|FATAL|PANIC)\\b.*"))
        .map(line -> who + ": " + line)
        .forEach(faults::add);
  }
}
