package io.servicegroup.backend.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.LongForm;
import io.servicegroup.testkit.Ports;
import io.servicegroup.testkit.PostgresServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Three agents that are one cluster, of which one hangs, and a fourth that joins meanwhile. */
@Timeout(240)
@Execution(ExecutionMode.CONCURRENT)
class HazelcastHungIT {

  private static final Duration DOWN_TIME = Duration.ofSeconds(6);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String JOINER = "h3";

  private static PostgresServer catalog;

  private final List<Integer> ports = Stream.generate(Ports::free).limit(4).toList();
  private final List<AgentProcess> agents = new ArrayList<>();

  @BeforeAll
  static void startCatalog() {
    catalog = PostgresServer.create("fsync=off");
  }

  @AfterAll
  static void stopCatalog() {
    catalog.close();
  }

  @AfterEach
  void stop() {
    agents.forEach(AgentProcess::close);
  }

  /** With one service, and a list of addresses that begins with one of them. */
  private AgentProcess start(String group, int first) {
    int index = agents.size();
    String hosts =
        Stream.concat(Stream.of(first), Stream.of(0, 1, 2, 3).filter(other -> other != first))
            .map(other -> "127.0.0.1:" + ports.get(other))
            .collect(Collectors.joining(","));
    String uri = "hazelcast://%s/%s?port=%d".formatted(hosts, group, ports.get(index));
    String host = "h" + index;
    AgentProcess agent =
        AgentProcess.of(
            new JsonObject()
                .put("agent", new JsonObject().put("host", group + "-" + host))
                .put("catalog", new JsonObject().put("uri", catalog.uri()))
                .put(
                    "services",
                    new JsonArray().add(new JsonObject().put("group", group).put("host", host)))
                .put("watch", new JsonArray().add(group))
                .put(
                    "liveness",
                    new JsonObject()
                        .put("backends", new JsonArray().add(uri))
                        .put("report_interval", "1s")
                        .put("service_down_time", DOWN_TIME.toSeconds() + "s")));
    agents.add(agent);
    return agent.start();
  }

  /** The oldest is the one that the others ask who may join. */
  @Test
  void anAgentJoinsWhileTheOldestHangs() {
    joinWhileHangs(0, false);
  }

  @Test
  @LongForm
  void anAgentJoinsWhileOneHangsThatWasGivenUpLongAgo() {
    joinWhileHangs(1, true);
  }

  private void joinWhileHangs(int hung, boolean givenUp) {
    String group = "g-" + hung;
    for (int index = 0; index < 3; index++) {
      start(group, 0);
    }
    AgentProcess stopped = agents.get(hung);
    List<AgentProcess> living = new ArrayList<>(agents);
    living.remove(stopped);
    for (AgentProcess watching : living) {
      watching.await(0, 3, change -> change.status().equals("UP"), PATIENCE);
    }
    stopped.process().signal("STOP");
    if (givenUp) {
      awaitFromAll(living, group + "/h" + hung, "DOWN");
    }
    // Ready within its start_timeout, or it would have ended.
    AgentProcess joiner = start(group, hung);
    joiner.await(0, 3, change -> change.status().equals("UP"), PATIENCE);
    awaitFromAll(living, group + "/" + JOINER, "UP");
    living.add(joiner);
    awaitFromAll(living.subList(0, 2), group + "/h" + hung, "DOWN");
    // Longer than a split would take to be seen.
    joiner.changes().during(DOWN_TIME.multipliedBy(2));
    for (AgentProcess watching : living) {
      assertThat(watching.changes().since(0))
          .filteredOn(change -> change.status().equals("DOWN"))
          .extracting(Change::member)
          .allMatch(member -> member.equals(group + "/h" + hung));
    }
  }

  private static void awaitFromAll(List<AgentProcess> watching, String member, String status) {
    watching.forEach(agent -> agent.await(0, 1, change -> change.is(member, status), PATIENCE));
  }
}
