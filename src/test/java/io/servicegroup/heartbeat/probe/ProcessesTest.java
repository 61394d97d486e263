package io.servicegroup.heartbeat.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
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
    assertThat(Processes.parseStat(stat("sleep", state, threads)))
        .isEqualTo(lives ? OptionalLong.of(987654) : OptionalLong.empty());
  }

  @Test
  void theNameMayHoldBracketsAndSpaces() throws IOException {
    assertThat(Processes.parseStat(stat("a) Z 1 (b", "S", 1))).hasValue(987654);
  }

  @Test
  void anotherFormIsRefused() {
    assertThatThrownBy(() -> Processes.parseStat("")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> Processes.parseStat("1 (a) S")).isInstanceOf(IOException.class);
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
}
