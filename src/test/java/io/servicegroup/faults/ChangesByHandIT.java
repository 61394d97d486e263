package io.servicegroup.faults;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.PairedAgent;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.SeenMember;
import io.servicegroup.testkit.Started;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Somebody changes the table {@code services} by hand: every agent that is concerned sees it at
 * once, although it reads the catalogue once a minute.
 */
@Timeout(120)
class ChangesByHandIT {

  /** The catalogue is read this often where not every change is announced. */
  private static final Duration REPORT = Duration.ofSeconds(20);

  /** About a second, and what a loaded machine needs. */
  private static final Duration SOON = REPORT.dividedBy(2);

  @Started("fsync=off")
  private static PostgresServer server;

  @Test
  void areSeenAtOnce() throws Exception {
    try (PairedAgent sidecar =
            start(Configs.sidecar(server.uri(), "compute", List.of("ours")).put("watch", "own"));
        PairedAgent observer = start(Configs.observer(server.uri()))) {
      seen(observer, "ours", Optional::isPresent);
      server.execute(
          """
          INSERT INTO services (topic, host, "binary") VALUES ('compute', 'theirs', 'other');
          """);
      seen(observer, "theirs", Optional::isPresent);

      server.execute("UPDATE services SET disabled = true, disabled_reason = 'disk'");
      for (PairedAgent agent : List.of(observer, sidecar)) {
        seen(agent, "ours", found -> found.orElseThrow().disabled());
      }
      seen(observer, "theirs", found -> found.orElseThrow().disabled());

      server.execute("DELETE FROM services WHERE host = 'theirs'");
      seen(observer, "theirs", Optional::isEmpty);

      // The agents that remember what an agent joined restore it.
      server.execute("TRUNCATE services, servicegroup_members");
      within("its row", () -> server.number("SELECT count(*) FROM services"), rows -> rows == 1);
      within("its word", () -> server.ask("SELECT disabled_reason FROM services"), "disk"::equals);
      assertThat(observer.followed("compute")).extracting(SeenMember::host).containsExactly("ours");
    }
  }

  private static PairedAgent start(JsonObject config) throws Exception {
    config.put("http", new JsonObject().put("port", 0));
    config
        .getJsonObject("liveness")
        .put("report_interval", REPORT.toSeconds() + "s")
        .put("service_down_time", REPORT.multipliedBy(3).toSeconds() + "s");
    return PairedAgent.start(config.encode());
  }

  private static void seen(PairedAgent agent, String host, Predicate<Optional<SeenMember>> wanted) {
    within(
        host,
        () ->
            agent.followed("compute").stream()
                .filter(member -> member.host().equals(host))
                .findFirst(),
        wanted);
  }

  private static <T> void within(String what, Callable<T> look, Predicate<? super T> wanted) {
    await(what, SOON, look, wanted);
  }
}
