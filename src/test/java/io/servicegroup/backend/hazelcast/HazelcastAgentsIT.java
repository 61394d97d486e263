package io.servicegroup.backend.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Eventually;
import io.servicegroup.testkit.PairedAgent;
import io.servicegroup.testkit.Ports;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.SeenMember;
import io.servicegroup.testkit.Started;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * Three agents of one cluster: one that watches and one with two services are its members, one with
 * a service is its client and watches, too. Only the one with two services is a process of its own.
 * Each test begins where all live, whatever became of the one before; the order saves starts.
 */
@Timeout(180)
@TestMethodOrder(OrderAnnotation.class)
class HazelcastAgentsIT {

  private static final Duration DOWN_TIME = Duration.ofSeconds(6);
  private static final Duration SHORTER = Duration.ofSeconds(4);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ATTEMPTS = 2;
  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  @Started("fsync=off")
  private static PostgresServer catalog;

  private static String hosts;
  private static PairedAgent observer;
  private static AgentProcess member;
  private static PairedAgent client;

  /** When somebody came or fell silent last, by {@link System#nanoTime}. */
  private static long disturbed;

  private int observed;
  private int clientSaw;

  @BeforeAll
  static void start() throws Exception {
    int port = Ports.free();
    int second = Ports.free();
    hosts = "hazelcast://127.0.0.1:%d,127.0.0.1:%d/agents".formatted(port, second);
    observer = watching("observer", hosts + "?port=" + port);
    member = AgentProcess.of(config("member", hosts + "?port=" + second, "m1", "m2"));
    member.start();
    client = watching("client", hosts + "?mode=client", "c1");
    disturbed = System.nanoTime();
  }

  @AfterAll
  static void stop() {
    client.close();
    member.close();
    observer.close();
  }

  @BeforeEach
  void everybodyLives() {
    if (!member.process().isAlive()) {
      member.start();
      disturbed = System.nanoTime();
    }
    for (PairedAgent watching : List.of(observer, client)) {
      Eventually.await(
          "all are up",
          () -> watching.followed("g"),
          all -> all.stream().filter(HazelcastAgentsIT::isUpAndStays).count() == 3);
    }
    observed = observer.changes().mark();
    clientSaw = client.changes().mark();
  }

  private static PairedAgent watching(String host, String uri, String... services)
      throws Exception {
    JsonObject config = config(host, uri, services).put("http", new JsonObject().put("port", 0));
    return PairedAgent.start(config.encode());
  }

  private static JsonObject config(String host, String uri, String... services) {
    JsonArray list = new JsonArray();
    for (String service : services) {
      list.add(new JsonObject().put("group", "g").put("host", service));
    }
    return new JsonObject()
        .put("agent", new JsonObject().put("host", host))
        .put("catalog", new JsonObject().put("uri", catalog.uri()))
        .put("services", list)
        .put("watch", "all")
        .put(
            "liveness",
            new JsonObject()
                .put("backends", new JsonArray().add(uri))
                .put("report_interval", "1s")
                .put("service_down_time", DOWN_TIME.toSeconds() + "s"));
  }

  private static List<StatusChange> expectBoth(
      PairedAgent seenBy, int mark, Status status, Reason reason) {
    List<StatusChange> changes = seenBy.await(mark, 2, change -> change.status() == status);
    assertThat(changes).extracting(StatusChange::reason).containsOnly(reason);
    assertThat(changes)
        .extracting(change -> change.id().host())
        .containsExactlyInAnyOrder("m1", "m2");
    return changes;
  }

  /**
   * Until then what is gone may have been so before this evaluator came, or before a cluster
   * merged.
   */
  private static void awaitCalm() {
    long end = disturbed + DOWN_TIME.multipliedBy(2).toNanos();
    observer.changes().during(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
  }

  @Test
  @Order(1)
  void anAgentThatWasStoppedForLessThanTheDownTimeWasDownForNobody() {
    int memberMark = member.changes().mark();
    member.process().signal("STOP");
    observer.changes().during(SHORTER);
    member.process().signal("CONT");
    disturbed = System.nanoTime();
    // Long enough for a merge of what has split, and for a silence after it.
    observer.changes().during(DOWN_TIME.plusSeconds(4));
    assertThat(observer.changes().since(observed)).isEmpty();
    assertThat(client.changes().since(clientSaw)).isEmpty();
    assertThat(member.changes().since(memberMark)).isEmpty();
  }

  /**
   * Where a busy machine has just missed a round trip, an absence is silence like any other: then
   * it is tried once more.
   */
  @Test
  @Order(2)
  void anAgentThatIsKilledIsDownAtOnceForMembersAndClients() {
    for (int left = ATTEMPTS; !isSeenAtOnce(); left--) {
      assertThat(left).as("kills that were not seen at once").isPositive();
      everybodyLives();
    }
  }

  private boolean isSeenAtOnce() {
    awaitCalm();
    Instant killed = Instant.now();
    member.process().kill();
    return Stream.concat(downs(observer, observed), downs(client, clientSaw))
        .allMatch(
            down ->
                down.reason() == Reason.SESSION_EXPIRED
                    && Duration.between(killed, down.at()).compareTo(AT_ONCE) < 0);
  }

  private static Stream<StatusChange> downs(PairedAgent seenBy, int mark) {
    List<StatusChange> downs = seenBy.await(mark, 2, change -> change.status() == Status.DOWN);
    assertThat(downs).extracting(down -> down.id().host()).containsExactlyInAnyOrder("m1", "m2");
    return downs.stream();
  }

  @Test
  @Order(3)
  void anAgentThatStaysStoppedIsDownBySilenceAndComesBack() {
    int memberMark = member.changes().mark();
    Instant stopped = Instant.now();
    member.process().signal("STOP");
    StatusChange down =
        expectBoth(observer, observed, Status.DOWN, Reason.HEARTBEAT_TIMEOUT).get(0);
    assertThat(Duration.between(stopped, down.at())).isGreaterThan(DOWN_TIME.minusSeconds(2));
    member.process().signal("CONT");
    disturbed = System.nanoTime();
    observer.await(observed, 2, change -> change.status() == Status.UP);
    observer.changes().during(Duration.ofSeconds(3));
    assertThat(observer.changes().since(observed)).hasSize(4);
    assertThat(member.changes().since(memberMark))
        .noneMatch(change -> change.status().equals("DOWN"));
  }

  @Test
  @Order(5)
  void anAgentThatEndsInGoodOrderLeft() {
    member.process().signal("TERM");
    expectBoth(observer, observed, Status.DOWN, Reason.LEFT);
    expectBoth(client, clientSaw, Status.DOWN, Reason.LEFT);
    assertThat(member.process().awaitExit(PATIENCE)).isZero();
    observer.changes().during(Duration.ofSeconds(2));
    assertThat(observer.changes().since(observed)).hasSize(2);
  }

  /** Late, when the machine is not busy any more with the start of the others. */
  @Test
  @Order(4)
  void aClientThatEndsInGoodOrderLeft() throws Exception {
    int mark = observer.changes().mark();
    PairedAgent second = watching("second", hosts + "?mode=client", "c2");
    try {
      observer.await(mark, 1, change -> isOf(change, "c2", Status.UP));
    } finally {
      second.close();
    }
    StatusChange down = observer.await(mark, 1, change -> isOf(change, "c2", Status.DOWN)).get(0);
    assertThat(down.reason()).isEqualTo(Reason.LEFT);
  }

  private static boolean isUpAndStays(SeenMember one) {
    return one.status().equals("UP") && List.of("m1", "m2", "c1").contains(one.host());
  }

  private static boolean isOf(StatusChange change, String host, Status status) {
    return change.id().host().equals(host) && change.status() == status;
  }
}
