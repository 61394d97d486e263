package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.LATEST_DOWN;
import static io.servicegroup.faults.Timing.PATIENCE;
import static io.servicegroup.faults.Timing.REPORT;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.TcpProxy;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A path between an agent and its servers on which each answer takes longer than half an interval:
 * slow, but alive. The agents have a backend of each technology, and anyone's word is enough for a
 * death.
 */
class SlowPathIT {

  private static final int MEMBERS = 5;
  private static final Duration EACH_WAY = Duration.ofMillis(300);

  private final List<BackendServer> servers = new ArrayList<>();
  private final List<TcpProxy> proxies = new ArrayList<>();

  @AfterEach
  void close() {
    proxies.forEach(TcpProxy::close);
    servers.forEach(BackendServer::close);
  }

  @Test
  void isNoDeath() {
    for (Technology technology : Technology.values()) {
      if (technology != Technology.HAZELCAST_MEMBER) {
        servers.add(technology.start());
        proxies.add(TcpProxy.to(servers.get(servers.size() - 1).port()));
      }
    }
    try (AgentProcess observer = AgentProcess.of(observer());
        AgentProcess sidecar = AgentProcess.of(sidecar())) {
      observer.start();
      sidecar.start();
      observer.await(0, MEMBERS, change -> change.status().equals("UP"), PATIENCE);
      sidecar.await(0, MEMBERS, change -> change.status().equals("UP"), PATIENCE);
      int seen = observer.changes().mark();
      int own = sidecar.changes().mark();
      proxies.forEach(proxy -> proxy.delay(EACH_WAY));
      observer.changes().during(LATEST_DOWN.plus(REPORT.multipliedBy(3)));
      List<Change> changes = new ArrayList<>(observer.changes().since(seen));
      changes.addAll(sidecar.changes().since(own));
      assertThat(changes).isEmpty();
    }
  }

  private JsonObject observer() {
    JsonArray uris = uris(BackendServer::uri);
    return onAll(Configs.observer(uris.getString(0)), uris);
  }

  /** Behind the proxies, the catalogue's as well. */
  private JsonObject sidecar() {
    JsonArray uris = uris(server -> server.uri(proxies.get(servers.indexOf(server)).port()));
    List<String> hosts = Configs.names("host", MEMBERS);
    return onAll(Configs.sidecar(uris.getString(0), "compute", hosts), uris);
  }

  private JsonArray uris(Function<BackendServer, String> uri) {
    return new JsonArray(servers.stream().map(uri).toList());
  }

  private static JsonObject onAll(JsonObject config, JsonArray uris) {
    config.getJsonObject("liveness").put("backends", uris).put("verdict", "all");
    return config;
  }
}
