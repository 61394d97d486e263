package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.PATIENCE;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.ManagedProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An agent that may start no more threads, or open no more files and sockets: it beats, or it ends
 * so that a supervisor starts it again. It never goes on without beats.
 */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class LimitsIT {

  private static final Duration SOON = Duration.ofSeconds(20);

  /** Each technology's agent is another user's, whose threads are counted. */
  private static final int FIRST_UID = 54_321;

  private static final String MEMBER = "/v1/groups/compute/members/host-1";

  @BeforeEach
  void needRoot() {
    assumeTrue("root".equals(System.getProperty("user.name")), "limits per user need root");
  }

  @ParameterizedTest
  @EnumSource(
      value = Technology.class,
      names = {"POSTGRESQL", "REDIS"})
  void withoutThreadsItBeatsOrEnds(Technology technology) {
    try (Site site = new Site(technology, technology);
        AgentProcess agent = AgentProcess.of(behindProxy(site)).user(uid(technology))) {
      site.proxy().refuse();
      agent.launch().awaitLine("cannot be reached", PATIENCE);
      limitThreads(agent, uid(technology));
      site.proxy().pass();
      assertBeatsOrEnds(agent);
      if (agent.process().isAlive()) {
        site.proxy().refuse();
        agent.process().awaitLine("Backend " + technology.backend(), PATIENCE);
        site.proxy().pass();
        assertBeatsOrEnds(agent);
      }
    }
  }

  @Test
  void withoutDescriptorsForLongItEnds() throws IOException {
    try (Site site = new Site(Technology.REDIS, Technology.REDIS);
        AgentProcess agent = AgentProcess.of(behindProxy(site))) {
      start(agent, site);
      limitDescriptors(agent, 1);
      site.proxy().refuse();
      site.proxy().pass();
      // Whoever asks meanwhile is not accepted, of which a library would print a stack each second.
      try (Socket waiting = new Socket("127.0.0.1", agent.uri("/").getPort())) {
        assertThat(waiting.isConnected()).isTrue();
        assertThat(agent.process().awaitExit(SOON)).isEqualTo(1);
      }
      agent.process().awaitLine("LimitNOFILE", PATIENCE);
      assertThat(agent.process().output().since(0)).noneMatch(line -> line.contains("Pipeline"));
    }
  }

  @Test
  void withDescriptorsAgainInTimeItGoesOn() {
    try (Site site = new Site(Technology.REDIS, Technology.REDIS);
        AgentProcess agent = AgentProcess.of(behindProxy(site))) {
      start(agent, site);
      limitDescriptors(agent, 1);
      site.proxy().refuse();
      agent.process().awaitLine("Too many open files", PATIENCE);
      limitDescriptors(agent, 1000);
      site.proxy().pass();
      assertBeatsOrEnds(agent);
      assertThat(agent.process().isAlive()).as(agent.process().tail()).isTrue();
    }
  }

  /** One that has seen an outage: what it needs then is loaded from its class files before. */
  private static void start(AgentProcess agent, Site site) {
    agent.start();
    site.proxy().refuse();
    agent.process().awaitLine("cannot be reached", PATIENCE);
    site.proxy().pass();
    agent.process().awaitLine("is back after", PATIENCE);
    assertBeatsOrEnds(agent);
  }

  private static JsonObject behindProxy(Site site) {
    JsonObject config = site.sidecar("compute", List.of("host-1"));
    String uri = site.server().uri(site.proxy().port());
    config.getJsonObject("catalog").put("uri", uri);
    config.getJsonObject("liveness").put("backends", JsonArray.of(uri));
    return config;
  }

  private static long count(AgentProcess agent, String what) {
    try (Stream<Path> all =
        Files.list(Path.of("/proc", Long.toString(agent.process().pid()), what))) {
      return all.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int uid(Technology technology) {
    return FIRST_UID + technology.ordinal();
  }

  /** To those that there are, by the user whose process it is: not every root may limit others. */
  private static void limitThreads(AgentProcess agent, int uid) {
    List<String> command =
        new ArrayList<>(List.of("setpriv", "--reuid=" + uid, "--regid=" + uid, "--clear-groups"));
    command.addAll(limit(agent, "nproc", count(agent, "task")));
    ManagedProcess.run(command);
  }

  private static void limitDescriptors(AgentProcess agent, int most) {
    ManagedProcess.run(limit(agent, "nofile", most));
  }

  private static List<String> limit(AgentProcess agent, String what, long most) {
    String pid = Long.toString(agent.process().pid());
    return List.of("prlimit", "--pid", pid, "--%s=%d:".formatted(what, most));
  }

  private static void assertBeatsOrEnds(AgentProcess agent) {
    Instant from = Instant.now();
    await("a beat or an end", () -> hasBeatenSince(agent, from) || !agent.process().isAlive());
    if (!agent.process().isAlive()) {
      assertThat(agent.process().awaitExit(SOON)).as(agent.process().tail()).isNotZero();
    }
  }

  private static boolean hasBeatenSince(AgentProcess agent, Instant from) {
    try {
      JsonObject member = new JsonObject(agent.get(MEMBER).body());
      String seen = member.getString("last_seen_up");
      return "UP".equals(member.getString("status"))
          && seen != null
          && Instant.parse(seen).isAfter(from);
    } catch (UncheckedIOException e) {
      return false; // it ends just now, or cannot be asked
    }
  }
}
