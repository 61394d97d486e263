package io.servicegroup.heartbeat.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessesTest {

  private static String stat(String name, String state, int threads) {
    return "77 ("
        + name
        + ") "
        + state
        + " 1 77 77 0 -1 4194560 159 0 0 0 1 2 0 0 20 0 "
        + threads
        + " 0 987654 8482816 1050 18446744073709551615\n";
  }

  @ParameterizedTest
  @CsvSource({"S,1,true", "R,4,true", "D,1,true", "T,1,true", "Z,1,false", "X,1,false", "Z,3,true"})
  void aZombieIsGoneUnlessItsThreadsWork(String state, int threads, boolean lives)
      throws IOException {
    assertThat(LinuxProcesses.parseStat(stat("sleep", state, threads)))
        .isEqualTo(lives ? OptionalLong.of(987654) : OptionalLong.empty());
  }

  @Test
  void theNameMayHoldBracketsAndSpaces() throws IOException {
    assertThat(LinuxProcesses.parseStat(stat("a) Z 1 (b", "S", 1))).hasValue(987654);
  }

  @Test
  void anotherFormIsRefused() {
    assertThatThrownBy(() -> LinuxProcesses.parseStat("")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> LinuxProcesses.parseStat("1 (a) S")).isInstanceOf(IOException.class);
  }

  @Test
  void thisProcessLives() throws IOException {
    Processes processes = Processes.ofThisMachine();
    long self = ProcessHandle.current().pid();
    assertThat(processes.startOf(self)).isPresent().isEqualTo(processes.startOf(self));
  }

  @Test
  void aProcessThatWasReapedIsGone() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    assertThat(Processes.ofThisMachine().startOf(process.pid())).isEmpty();
  }

  @Test
  void theTimeOfAStartIsByThePresentClock() throws Exception {
    Processes processes = Processes.ofThisMachine();
    Process process = new ProcessBuilder("sleep", "1000").start();
    try {
      Instant now = Instant.now();
      long start = processes.startOf(process.pid()).orElseThrow();
      assertThat(processes.timeOf(start))
          .hasValueSatisfying(
              time -> assertThat(time).isCloseTo(now, within(10, ChronoUnit.SECONDS)));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void thisAgentAndItsAncestorsAreKnown() {
    Processes processes = Processes.ofThisMachine();
    ProcessHandle self = ProcessHandle.current();
    assertThat(processes.relationOf(self.pid())).isEqualTo(Processes.Relation.SELF);
    assertThat(processes.relationOf(self.parent().orElseThrow().pid()))
        .isEqualTo(Processes.Relation.ANCESTOR);
    assertThat(processes.relationOf(0)).isEqualTo(Processes.Relation.OTHER);
  }
}
