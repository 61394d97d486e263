package io.servicegroup.backend.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.Ports;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * Three agents of one cluster: one that watches and one with two services are its members, one with
 * a service is its client and watches, too.
 */
@Timeout(180)
@TestMethodOrder(OrderAnnotation.class)
class HazelcastAgentsIT {

  private static final Duration DOWN_TIME = Duration.ofSeconds(6);
  private static final Duration SHORTER = Duration.ofSeconds(4);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  @Started("fsync=off")
  private static PostgresServer catalog;

  private static AgentProcess observer;
  private static AgentProcess member;
  private static AgentProcess client;

  @BeforeAll
  static void start() {
    int port = Ports.free();
    int second = Ports.free();
    String hosts = "hazelcast://127.0.0.1:%d,127.0.0.1:%d/agents".formatted(port, second);
    observer = agent("observer", hosts + "?port=" + port).start();
    member = agent("member", hosts + "?port=" + second, "m1", "m2").start();
    client = agent("client", hosts + "?mode=client", "c1").start();
    for (AgentProcess watching : List.of(observer, client)) {
      watching.await(0, 3, change -> change.status().equals("UP"), PATIENCE);
    }
    // Until then what is gone may have been so before this evaluator came.
    client.changes().during(DOWN_TIME.plusSeconds(2));
  }

  @AfterAll
  static void stop() {
    client.close();
    member.close();
    observer.close();
  }

  private static AgentProcess agent(String host, String uri, String... services) {
    JsonArray list = new JsonArray();
    for (String service : services) {
      list.add(new JsonObject().put("group", "g").put("host", service));
    }
    return AgentProcess.of(
        new JsonObject()
            .put("agent", new JsonObject().put("host", host))
            .put("catalog", new JsonObject().put("uri", catalog.uri()))
            .put("services", list)
            .put("watch", "all")
            .put(
                "liveness",
                new JsonObject()
                    .put("backends", new JsonArray().add(uri))
                    .put("report_interval", "1s")
                    .put("service_down_time", DOWN_TIME.toSeconds() + "s")));
  }

  private static void expectBoth(AgentProcess seenBy, int mark, String status, String reason) {
    List<Change> changes =
        seenBy.await(mark, 2, change -> change.status().equals(status), PATIENCE);
    assertThat(changes).extracting(Change::reason).containsOnly(reason);
    assertThat(changes).extracting(Change::member).containsExactlyInAnyOrder("g/m1", "g/m2");
  }

  @Test
  @Order(1)
  void anAgentThatIsKilledIsDownAtOnceForMembersAndClients() {
    int mark = observer.changes().mark();
    int clientMark = client.changes().mark();
    member.process().kill();
    long killed = System.nanoTime();
    expectBoth(observer, mark, "DOWN", "session_expired");
    expectBoth(client, clientMark, "DOWN", "session_expired");
    for (AgentProcess watching : List.of(observer, client)) {
      List<Change> downs = watching.changes().since(watching == observer ? mark : clientMark);
      assertThat(downs).hasSize(2).allMatch(down -> down.after(killed).compareTo(AT_ONCE) < 0);
    }
    mark = observer.changes().mark();
    clientMark = client.changes().mark();
    member.start();
    observer.await(mark, 2, change -> change.status().equals("UP"), PATIENCE);
    client.await(clientMark, 2, change -> change.status().equals("UP"), PATIENCE);
  }

  @Test
  @Order(2)
  void anAgentThatWasStoppedForLessThanTheDownTimeWasDownForNobody() {
    int mark = observer.changes().mark();
    int clientMark = client.changes().mark();
    int memberMark = member.changes().mark();
    member.process().signal("STOP");
    observer.changes().during(SHORTER);
    member.process().signal("CONT");
    // Long enough for a merge of what has split, and for a silence after it.
    observer.changes().during(DOWN_TIME.plusSeconds(4));
    assertThat(observer.changes().since(mark)).isEmpty();
    assertThat(client.changes().since(clientMark)).isEmpty();
    assertThat(member.changes().since(memberMark)).isEmpty();
  }

  @Test
  @Order(3)
  void anAgentThatStaysStoppedIsDownBySilenceAndComesBack() {
    int mark = observer.changes().mark();
    member.process().signal("STOP");
    long stopped = System.nanoTime();
    expectBoth(observer, mark, "DOWN", "heartbeat_timeout");
    Change down = observer.changes().since(mark).get(0);
    assertThat(down.after(stopped)).isGreaterThan(DOWN_TIME.minusSeconds(2));
    member.process().signal("CONT");
    observer.await(mark, 2, change -> change.status().equals("UP"), PATIENCE);
    observer.changes().during(Duration.ofSeconds(3));
    assertThat(observer.changes().since(mark)).hasSize(4);
    assertThat(member.changes().since(0)).noneMatch(change -> change.status().equals("DOWN"));
  }

  @Test
  @Order(4)
  void anAgentThatEndsInGoodOrderLeft() {
    int mark = observer.changes().mark();
    int clientMark = client.changes().mark();
    member.process().signal("TERM");
    expectBoth(observer, mark, "DOWN", "left");
    expectBoth(client, clientMark, "DOWN", "left");
    assertThat(member.process().awaitExit(PATIENCE)).isZero();
    observer.changes().during(Duration.ofSeconds(2));
    assertThat(observer.changes().since(mark)).hasSize(2);
    client.process().signal("TERM");
    observer.await(mark, 1, change -> change.is("g/c1", "DOWN"), PATIENCE);
  }
}
