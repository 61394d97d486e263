package io.servicegroup.heartbeat.probe;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PidWatchTest {

  @TempDir Path directory;
  private final Map<Long, Long> running = new HashMap<>();
  private final Processes processes =
      pid -> running.containsKey(pid) ? OptionalLong.of(running.get(pid)) : OptionalLong.empty();
  private long writes;

  private Path write(String text) throws IOException {
    Path file = Files.writeString(directory.resolve("service.pid"), text);
    return Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000 + ++writes * 1000));
  }

  private static void assertFails(ThrowingCallable check, String reason) {
    assertThatThrownBy(check).isInstanceOf(ProbeFailure.class).hasMessage(reason);
  }

  @Test
  void aProcessLivesUntilItIsGone() throws IOException {
    PidWatch watch = new PidWatch(7L, null, processes);
    assertFails(watch::check, "process 7 is gone");
    running.put(7L, 100L);
    watch.check();
    watch.check();
    running.remove(7L);
    assertFails(watch::check, "process 7 is gone");
  }

  @Test
  void anotherProcessWithTheSameIdIsNotTakenForIt() throws IOException {
    PidWatch watch = new PidWatch(7L, null, processes);
    running.put(7L, 100L);
    watch.check();
    running.put(7L, 200L);
    assertFails(watch::check, "process 7 is gone, its id belongs to another process now");
    assertFails(watch::check, "process 7 is gone, its id belongs to another process now");
  }

  @Test
  void aPidFileWrittenAnewNamesANewProcess() throws IOException {
    PidWatch watch = new PidWatch(null, write("7\n"), processes);
    running.put(7L, 100L);
    watch.check();
    running.clear();
    running.put(8L, 200L);
    assertFails(watch::check, "process 7 is gone");
    write("8\n");
    watch.check();

    running.put(8L, 300L);
    assertFails(watch::check, "process 8 is gone, its id belongs to another process now");
    write("8\n");
    watch.check();
  }

  @Test
  void aPidFileMayAppearLater() throws IOException {
    Path file = directory.resolve("service.pid");
    PidWatch watch = new PidWatch(null, file, processes);
    assertFails(watch::check, "the pid file " + file + " is missing");
    running.put(7L, 100L);
    write("7");
    watch.check();
  }

  @Test
  void aFileThatGoesOrIsHalfWrittenTakesNothingFromAProcessThatIsKnown() throws IOException {
    Path file = write("7");
    running.put(7L, 100L);
    PidWatch watch = new PidWatch(null, file, processes);
    watch.check();
    write("");
    watch.check();
    Files.delete(file);
    watch.check();
    running.clear();
    assertFails(watch::check, "process 7 is gone");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "x", "-7", "0", "7x", "99999999999999999999", "7 8"})
  void whatIsNoProcessIdIsRefused(String text) throws IOException {
    running.put(7L, 100L);
    Path file = write(text);
    PidWatch watch = new PidWatch(null, file, processes);
    assertFails(watch::check, "the pid file " + file + " does not begin with a process id");
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "7\n", " 7 \n", "7\r\n", "7\n/var/lib/postgresql\n1700000000\n5432"})
  void theFirstLineIsTheProcessId(String text) throws IOException {
    running.put(7L, 100L);
    assertThatCode(new PidWatch(null, write(text), processes)::check).doesNotThrowAnyException();
  }

  @Test
  void aHugeFileIsNotReadWhole() throws IOException {
    running.put(7L, 100L);
    assertThatCode(new PidWatch(null, write("7\n" + "x".repeat(10_000_000)), processes)::check)
        .doesNotThrowAnyException();
  }

  @Test
  void whatIsNoFileIsNotOpened() throws Exception {
    Path pipe = directory.resolve("pipe");
    new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
    PidWatch watch = new PidWatch(null, pipe, processes);
    assertFails(watch::check, "the pid file " + pipe + " does not begin with a process id");
    assertFails(
        new PidWatch(null, directory, processes)::check,
        "the pid file " + directory + " does not begin with a process id");
  }
}
