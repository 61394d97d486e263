package io.servicegroup.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.ManagedProcess;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process without the JVM's flag for it ends all the same where it is out of memory. */
@Timeout(90)
class ProcessWatchdogIT {

  @ParameterizedTest
  @ValueSource(strings = {"handler", "ticker", "thread"})
  void whereverItRunsOutOfMemoryItEnds(String where) {
    ProcessBuilder program =
        new ProcessBuilder(
            ManagedProcess.java(
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                OutOfMemoryProgram.class.getName(),
                where));
    try (ManagedProcess process = ManagedProcess.start("program", program)) {
      assertThat(process.awaitExit(Duration.ofSeconds(30))).isEqualTo(1);
      process.awaitLine("cannot go on", Duration.ofSeconds(1));
    }
  }
}
