package io.servicegroup.faults;

import static io.servicegroup.testkit.Eventually.succeeds;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.PairedAgent;
import io.servicegroup.testkit.PgBouncer;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.servicegroup.testkit.TcpProxy;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests what an agent holds of PostgreSQL, and what it does where news is lost. */
@Timeout(180)
class SharedConnectionIT {

  private static final String SESSIONS =
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'servicegroup'";

  @Started("fsync=off")
  private static PostgresServer server;

  private static JsonObject atAnyPort(JsonObject config) {
    return config.put("http", new JsonObject().put("port", 0));
  }

  private static PairedAgent sidecar(String uri, String host) throws Exception {
    return PairedAgent.start(atAnyPort(Configs.sidecar(uri, "compute", List.of(host))).encode());
  }

  private static PairedAgent observer(String uri) throws Exception {
    return PairedAgent.start(atAnyPort(Configs.observer(uri)).encode());
  }

  @Test
  void anAgentThatIdlesHoldsOneConnection() throws Exception {
    try (PairedAgent sidecar = sidecar(server.uri(), "idle")) {
      sidecar.await(0, 1, change -> change.id().host().equals("idle"));
      succeeds("one connection", () -> server.number(SESSIONS), count -> count == 1);
      int mark = sidecar.changes().mark();
      try (PairedAgent observer = observer(server.uri())) {
        observer.await(0, 1, change -> change.id().host().equals("idle"));
        succeeds("one connection each", () -> server.number(SESSIONS), count -> count == 2);
      }
      assertThat(sidecar.changes().since(mark)).isEmpty();
    }
  }

  @Test
  void behindAPoolerItIsOneToo() throws Exception {
    try (PgBouncer pooler = PgBouncer.start(server, 3);
        TcpProxy proxy = TcpProxy.to(pooler.port());
        PairedAgent sidecar =
            sidecar(PostgresServer.uriAt(proxy.port()) + "?pooled=true", "pooled")) {
      sidecar.await(0, 1, change -> change.id().host().equals("pooled"));
      succeeds("one connection", proxy::connections, count -> count == 1);
    }
  }

  /** The catalogue is read at once after a time without news, not with the next periodic read. */
  @Test
  void newsThatWasLostIsMadeUpForAtOnce() throws Exception {
    try (TcpProxy proxy = TcpProxy.to(server.port());
        PairedAgent sidecar = sidecar(server.uri(), "host-1");
        PairedAgent observer = observer(PostgresServer.uriAt(proxy.port()))) {
      observer.await(0, 1, change -> change.id().host().equals("host-1"));
      proxy.refuse();
      int status =
          sidecar
              .send(
                  "PATCH",
                  "/v1/groups/compute/members/host-1",
                  new JsonObject().put("disabled", true))
              .statusCode();
      assertThat(status).isEqualTo(200);

      proxy.pass();
      long passed = System.nanoTime();
      succeeds(
          "the word",
          () -> observer.followed("compute"),
          members -> members.stream().anyMatch(member -> member.disabled()));
      assertThat(Duration.ofNanos(System.nanoTime() - passed)).isLessThan(Duration.ofSeconds(6));
    }
  }
}
