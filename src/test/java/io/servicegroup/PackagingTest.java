package io.servicegroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.servicegroup.testkit.ManagedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged unit, as systemd reads it. */
class PackagingTest {

  private static final String UNIT = "servicegroup-agent.service";
  private static final Path ANALYZER = Path.of("/usr/bin/systemd-analyze");

  @TempDir private Path directory;

  @Test
  void systemdFindsNothingWrongWithTheUnit() throws IOException {
    assumeTrue(Files.isExecutable(ANALYZER), "there is no systemd-analyze here");
    String unit = Files.readString(Path.of("conf/systemd", UNIT));
    // Of what the unit runs only that it may be run is looked at.
    String runnable = unit.replace("/opt/servicegroup/servicegroup-agent ", "/bin/true ");
    assertThat(runnable).isNotEqualTo(unit);
    Path file = Files.writeString(directory.resolve(UNIT), runnable);
    ProcessBuilder builder = new ProcessBuilder(ANALYZER.toString(), "verify", file.toString());
    try (ManagedProcess verify = ManagedProcess.start("systemd-analyze", builder)) {
      verify.awaitExit(Duration.ofSeconds(30));
      assertThat(verify.output().since(0)).noneMatch(line -> line.contains(UNIT));
    }
  }

  @Test
  void itIsStartedAgainOnEveryCodeButThoseThatDoNotPass() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("conf/systemd", UNIT));
    assertThat(lines)
        .contains(
            "Restart=on-failure",
            "RestartPreventExitStatus=2",
            "CacheDirectory=servicegroup",
            "ExecReload=/bin/kill -HUP $MAINPID");
  }
}
