package io.servicegroup.http;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import io.servicegroup.testkit.ManagedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client of the event stream whose machine is gone: nothing sent to its address arrives. */
class VanishedReaderIT {

  private static final String ADDRESS = "10.203.77.1";

  private final HttpFixture agent =
      new HttpFixture(
          HttpFixture.config(),
          new HttpVerticle.Timing(
              Duration.ofMillis(500), Duration.ofSeconds(60), ConnectionGuard.Limits.DEFAULT));

  @AfterEach
  void close() {
    agent.close();
  }

  private static void address(String change) {
    ManagedProcess.run(List.of("ip", "address", change, ADDRESS + "/32", "dev", "lo"));
  }

  @Test
  void aReaderThatVanishedIsCutAndOthersAreNot() throws IOException {
    assumeTrue(
        "root".equals(System.getProperty("user.name"))
            && List.of("/usr/sbin/ip", "/sbin/ip").stream()
                .anyMatch(ip -> Files.exists(Path.of(ip))),
        "only root gives this machine another address and takes it away");
    address("replace");
    try (RawClient vanishing = new RawClient(agent.port(), ADDRESS);
        RawClient staying = new RawClient(agent.port())) {
      vanishing.get("/v1/events").readUntil("event: snapshot");
      staying.get("/v1/events").readUntil("event: snapshot");
      await("clients", () -> agent.verticle.eventClients() == 2);
      address("delete");
      await("clients", () -> agent.verticle.eventClients() == 1);
      agent.evaluator.changes("compute/a", Status.UP, Reason.HEARTBEAT);
      assertThat(staying.readUntil("event: status")).contains(":\n\n");
    } finally {
      ManagedProcess.start(
              "ip", new ProcessBuilder("ip", "address", "delete", ADDRESS + "/32", "dev", "lo"))
          .awaitExit(Duration.ofSeconds(10));
    }
  }
}
