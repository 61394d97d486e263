package io.servicegroup.backend.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.LongForm;
import io.servicegroup.testkit.PairedAgent;
import io.servicegroup.testkit.Ports;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Three agents that are one cluster, of which one hangs, and a fourth that joins meanwhile. Only
 * who hangs is a process of its own.
 */
@Timeout(240)
class HazelcastHungIT {

  private static final Duration DOWN_TIME = Duration.ofSeconds(6);
  private static final String JOINER = "h3";

  @Started("fsync=off")
  private static PostgresServer catalog;

  private final List<Integer> ports = Stream.generate(Ports::free).limit(4).toList();
  private final List<PairedAgent> living = new ArrayList<>();
  private AgentProcess hanging;

  @AfterEach
  void stop() {
    hanging.close();
    living.forEach(PairedAgent::close);
  }

  /** With one service, and a list of addresses that begins with one of them. */
  private JsonObject config(String group, int index, int first) {
    String hosts =
        Stream.concat(Stream.of(first), Stream.of(0, 1, 2, 3).filter(other -> other != first))
            .map(other -> "127.0.0.1:" + ports.get(other))
            .collect(Collectors.joining(","));
    String uri = "hazelcast://%s/%s?port=%d".formatted(hosts, group, ports.get(index));
    String host = "h" + index;
    return new JsonObject()
        .put("agent", new JsonObject().put("host", group + "-" + host))
        .put("catalog", new JsonObject().put("uri", catalog.uri()))
        .put(
            "services", new JsonArray().add(new JsonObject().put("group", group).put("host", host)))
        .put("watch", new JsonArray().add(group))
        .put(
            "liveness",
            new JsonObject()
                .put("backends", new JsonArray().add(uri))
                .put("report_interval", "1s")
                .put("service_down_time", DOWN_TIME.toSeconds() + "s"));
  }

  private PairedAgent startLiving(String group, int index, int first) throws Exception {
    JsonObject config = config(group, index, first).put("http", new JsonObject().put("port", 0));
    PairedAgent agent = PairedAgent.start(config.encode());
    living.add(agent);
    return agent;
  }

  /** The oldest is the one that the others ask who may join. */
  @Test
  void anAgentJoinsWhileTheOldestHangs() throws Exception {
    joinWhileHangs(0, false);
  }

  @Test
  @LongForm
  void anAgentJoinsWhileOneHangsThatWasGivenUpLongAgo() throws Exception {
    joinWhileHangs(1, true);
  }

  private void joinWhileHangs(int hung, boolean givenUp) throws Exception {
    String group = "g-" + hung;
    for (int index = 0; index < 3; index++) {
      if (index == hung) {
        hanging = AgentProcess.of(config(group, index, 0)).start();
      } else {
        startLiving(group, index, 0);
      }
    }
    for (PairedAgent watching : living) {
      watching.await(0, 3, change -> change.status() == Status.UP);
    }
    hanging.process().signal("STOP");
    if (givenUp) {
      awaitFromAll(living, "h" + hung, Status.DOWN);
    }
    List<PairedAgent> older = List.copyOf(living);
    // Ready within its start_timeout, or it would not have started.
    PairedAgent joiner = startLiving(group, 3, hung);
    joiner.await(0, 3, change -> change.status() == Status.UP);
    awaitFromAll(older, JOINER, Status.UP);
    awaitFromAll(older, "h" + hung, Status.DOWN);
    // Longer than a split would take to be seen.
    joiner.changes().during(DOWN_TIME.plusSeconds(2));
    for (PairedAgent watching : living) {
      assertThat(watching.changes().since(0))
          .filteredOn(change -> change.status() == Status.DOWN)
          .extracting(change -> change.id().host())
          .allMatch(("h" + hung)::equals);
    }
  }

  private static void awaitFromAll(List<PairedAgent> watching, String host, Status status) {
    watching.forEach(agent -> agent.await(0, 1, change -> is(change, host, status)));
  }

  private static boolean is(StatusChange change, String host, Status status) {
    return change.id().host().equals(host) && change.status() == status;
  }
}
