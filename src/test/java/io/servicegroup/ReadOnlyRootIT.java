package io.servicegroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.ManagedProcess;
import io.servicegroup.testkit.Ports;
import io.servicegroup.testkit.PostgresServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An agent on a machine whose disks it may not write to, {@code /tmp} included. */
@Timeout(120)
class ReadOnlyRootIT {

  private static final String READ_ONLY =
      "mount --make-rprivate / && mount --bind /tmp /tmp && mount -o remount,bind,ro /tmp"
          + " && mount -o remount,bind,ro / && exec \"$@\"";

  private static List<String> onReadOnlyDisks(List<String> command) {
    List<String> all = new ArrayList<>(List.of("unshare", "-m", "sh", "-c", READ_ONLY, "sh"));
    all.addAll(command);
    return all;
  }

  private static boolean canBeTried() throws IOException {
    Process trial =
        new ProcessBuilder(onReadOnlyDisks(List.of("true"))).redirectErrorStream(true).start();
    return trial.onExit().join().exitValue() == 0;
  }

  @Test
  void itNeedsNoWritableDisk() throws IOException {
    assumeTrue(canBeTried(), "mounts of one's own need root and unshare");
    List<String> command = AgentProcess.command();
    try (PostgresServer database = PostgresServer.create()) {
      for (String setting :
          List.of(
              "http.port=" + Ports.free(),
              "catalog.uri=" + database.uri(),
              "services=[{group: g, host: h}]",
              "liveness.report_interval=300ms",
              "liveness.service_down_time=3s")) {
        command.addAll(List.of("--set", setting));
      }
      ProcessBuilder builder =
          new ProcessBuilder(onReadOnlyDisks(command)).directory(Path.of("/").toFile());
      try (ManagedProcess agent = ManagedProcess.start("agent", builder)) {
        agent.awaitLine("g/h is UP", Duration.ofSeconds(60));
        assertThat(agent.output().since(0)).noneMatch(line -> line.contains("Read-only"));
        agent.signal("TERM");
        assertThat(agent.awaitExit(Duration.ofSeconds(15))).isZero();
      }
    }
  }
}
