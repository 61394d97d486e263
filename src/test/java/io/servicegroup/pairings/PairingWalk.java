package io.servicegroup.pairings;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Member;
import io.servicegroup.testkit.Eventually;
import io.servicegroup.testkit.PairedAgent;
import io.servicegroup.testkit.SeenMember;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The life of two services beside one agent, watched by another. After each step both agents say
 * the same over HTTP and over the bus.
 */
final class PairingWalk implements AutoCloseable {

  /** The contract's two seconds, and what a machine may add that walks several at a time. */
  private static final Duration SOON = Duration.ofSeconds(4);

  private final String group;
  private final String first;
  private final String second;
  private final String third;
  private final Pairing pairing;
  private final Path pidFile;
  private PairedAgent sidecar;
  private PairedAgent observer;
  private Process service;

  PairingWalk(Pairing pairing, Path home) {
    this.pairing = pairing;
    group = pairing.toString();
    first = "one." + group;
    second = "two." + group;
    third = "three." + group;
    pidFile = home.resolve("service.pid");
  }

  private PairedAgent agent(String host, String watched) throws Exception {
    String yaml =
        """
        agent: {host: %s, leave_on_stop: false}
        catalog: {uri: "%s"}
        liveness:
          backends: ["%s"]
          report_interval: 1s
          service_down_time: 5s
          poll_interval: 500ms
        watch: %s
        http: {port: 0}
        """
            .formatted(host, pairing.catalogUri(), pairing.livenessUri(), watched);
    return PairedAgent.start(yaml);
  }

  private void startService() throws Exception {
    service = new ProcessBuilder("sleep", "600").start();
    Files.writeString(pidFile, Long.toString(service.pid()));
  }

  void walk() throws Exception {
    startService();
    observer = agent("observer", "[" + group + "]");
    sidecar = agent("sidecar", "own");
    join();
    versions("[5..7]");
    operate();
    die();
    leave();
    delete();
    deleteAfterDeath();
    assertThat(observer.changes().since(0))
        .filteredOn(change -> change.reason().text().equals("heartbeat_timeout"))
        .isEmpty();
  }

  private void join() throws Exception {
    JsonObject probe =
        new JsonObject()
            .put("type", "pid")
            .put("pid_file", pidFile.toString())
            .put("interval", "200ms");
    assertThat(post(first, 5, probe)).isEqualTo(201);
    assertThat(post(second, 7, new JsonObject().put("type", "none"))).isEqualTo(201);
    agree(first, member -> member.status().equals("UP"));
    agree(second, member -> member.status().equals("UP"));
    assertThat(post(second, 7, new JsonObject().put("type", "none"))).isEqualTo(200);
    agree(second, member -> member.status().equals("UP"));
  }

  private int post(String host, int version, JsonObject probe) throws Exception {
    JsonObject body =
        new JsonObject()
            .put("host", host)
            .put("binary", "worker")
            .put("version", version)
            .put("probe", probe);
    return sidecar.send("POST", "/v1/groups/" + group + "/members", body).statusCode();
  }

  /** What an operator says, he says to the other agent. */
  private void operate() throws Exception {
    patch(new JsonObject().put("disabled", true).put("disabled_reason", "a disk"));
    agree(first, member -> member.disabled() && member.status().equals("UP"));
    int mark = observer.changes().mark();
    patch(new JsonObject().put("forced_down", true));
    downSoon(mark, "forced_down");
    agree(first, member -> member.forcedDown() && isDown(member, "forced_down"));
    versions("[7..7]");
    patch(new JsonObject().put("forced_down", false).put("disabled", false));
    agree(first, member -> member.status().equals("UP") && !member.forcedDown());
    versions("[5..7]");
  }

  private void patch(JsonObject change) throws Exception {
    HttpResponse<String> answer = observer.send("PATCH", path(first), change);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  private void die() throws Exception {
    int mark = observer.changes().mark();
    service.destroyForcibly().waitFor();
    downSoon(mark, "probe_failed");
    agree(first, member -> isDown(member, "probe_failed"));
    startService();
    agree(first, member -> member.status().equals("UP"));
  }

  private void leave() throws Exception {
    int mark = observer.changes().mark();
    assertThat(sidecar.send("POST", path(first) + "/leave", null).statusCode()).isEqualTo(204);
    downSoon(mark, "left");
    agree(first, member -> isDown(member, "left"));
  }

  /** One that left, and one that lives: through the agent that serves neither. */
  private void delete() throws Exception {
    for (String host : List.of(first, second)) {
      assertThat(observer.send("DELETE", path(host), null).statusCode()).isEqualTo(204);
      await(
          host + " is gone",
          () -> List.of(sidecar, observer).stream().allMatch(agent -> isGone(agent, host)));
    }
    versions("[]");
    for (PairedAgent agent : List.of(sidecar, observer)) {
      assertThat(agent.changes().since(0))
          .as("how " + second + " ended, by its last change")
          .filteredOn(change -> change.id().host().equals(second))
          .last()
          .extracting(change -> change.reason().text())
          .isEqualTo("deleted");
    }
    // Its evaluator may know from the backend what its catalogue tells with its next read.
    await("health of an agent whose services were all deleted", () -> health() == 503);
    assertThat(sidecar.send("POST", path(second) + "/leave", null).statusCode()).isEqualTo(404);
    assertThat(sidecar.send("DELETE", path(second), null).statusCode()).isEqualTo(404);
  }

  /** What its agent left in the liveness backend goes with it, or says why it is there no more. */
  private void deleteAfterDeath() throws Exception {
    assertThat(post(third, 9, new JsonObject().put("type", "none"))).isEqualTo(201);
    agree(third, member -> member.status().equals("UP"));
    Member member = observer.member(group, third, pairing.liveness().scheme());
    sidecar.close();
    sidecar = null;
    assertThat(observer.send("DELETE", path(third), null).statusCode()).isEqualTo(204);
    await(third + " is gone", () -> isGone(observer, third));
    await(
        third + " is gone from " + pairing.liveness().scheme(),
        () -> List.of("DELETED").containsAll(FreshEyes.look(pairing, member)));
  }

  private int health() {
    try {
      return sidecar.send("GET", "/health", null).statusCode();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private boolean isGone(PairedAgent agent, String host) {
    try {
      return agent.send("GET", path(host), null).statusCode() == 404
          && seen(agent).stream().flatMap(List::stream).noneMatch(m -> m.host().equals(host));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private Stream<PairedAgent> agents() {
    return Stream.of(sidecar, observer).filter(Objects::nonNull);
  }

  private void downSoon(int mark, String reason) {
    observer
        .changes()
        .await(
            mark,
            1,
            change ->
                change.id().host().equals(first)
                    && change.status().name().equals("DOWN")
                    && change.reason().text().equals(reason),
            SOON);
  }

  private static boolean isDown(SeenMember member, String reason) {
    return member.status().equals("DOWN") && reason.equals(member.reason());
  }

  private String path(String host) {
    return "/v1/groups/" + group + "/members/" + host;
  }

  private void versions(String expected) throws Exception {
    for (PairedAgent agent : List.of(sidecar, observer)) {
      assertThat(agent.versionsOverHttp(group)).isEqualTo(expected);
      assertThat(agent.versionsOverBus(group)).isEqualTo(expected);
    }
  }

  private void agree(String host, Predicate<SeenMember> expected) throws Exception {
    await(
        host + " is as expected",
        () ->
            agents()
                .flatMap(agent -> seen(agent).stream())
                .allMatch(
                    list -> list.stream().filter(m -> m.host().equals(host)).anyMatch(expected)));
  }

  private List<List<SeenMember>> seen(PairedAgent agent) {
    try {
      return List.of(agent.listOverHttp(group), agent.listOverBus(group), agent.followed(group));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void await(String what, BooleanSupplier holds) {
    Eventually.await(
        group + ": " + what, () -> agents().map(this::seen).toList(), seen -> holds.getAsBoolean());
  }

  @Override
  public void close() {
    if (service != null) {
      service.destroyForcibly();
    }
    if (sidecar != null) {
      sidecar.close();
    }
    if (observer != null) {
      observer.close();
    }
  }
}
