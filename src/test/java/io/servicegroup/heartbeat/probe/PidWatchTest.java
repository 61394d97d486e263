package io.servicegroup.heartbeat.probe;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.model.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PidWatchTest {

  @TempDir Path directory;
  private final Map<Long, Long> running = new HashMap<>();
  private final Map<Long, Processes.Relation> relations = new HashMap<>();
  private Instant startedAt;
  private final Processes processes =
      new Processes() {
        @Override
        public OptionalLong startOf(long pid) {
          return running.containsKey(pid)
              ? OptionalLong.of(running.get(pid))
              : OptionalLong.empty();
        }

        @Override
        public Optional<Instant> timeOf(long start) {
          return Optional.ofNullable(startedAt);
        }

        @Override
        public Relation relationOf(long pid) {
          return relations.getOrDefault(pid, Relation.OTHER);
        }
      };
  private long writes;

  private Path write(String text) throws IOException {
    Path file = Files.writeString(directory.resolve("service.pid"), text);
    return Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000 + ++writes * 1000));
  }

  /** One look, as the prober makes it. */
  private interface Look {
    void check() throws IOException;
  }

  private Look watch(Long pid, Path file) {
    return watch(pid, file, null);
  }

  private Look watch(Long pid, Path file, ProcessIdentity expected) {
    PidWatch watch = new PidWatch(pid, file, expected);
    return () -> {
      if (file != null) {
        watch.took(PidFile.read(file, watch.read()));
      }
      watch.found(processes.find(watch.pid().orElseThrow(), watch.isNew()));
    };
  }

  private static void assertFails(ThrowingCallable check, String reason) {
    assertThatThrownBy(check).isInstanceOf(ProbeFailure.class).hasMessage(reason);
  }

  @Test
  void aProcessLivesUntilItIsGone() throws IOException {
    Look watch = watch(7L, null);
    assertFails(watch::check, "process 7 is gone");
    running.put(7L, 100L);
    watch.check();
    watch.check();
    running.remove(7L);
    assertFails(watch::check, "process 7 is gone");
  }

  @Test
  void anotherProcessWithTheSameIdIsNotTakenForIt() throws IOException {
    Look watch = watch(7L, null);
    running.put(7L, 100L);
    watch.check();
    running.put(7L, 200L);
    assertFails(watch::check, "process 7 is gone, its id belongs to another process now");
    assertFails(watch::check, "process 7 is gone, its id belongs to another process now");
  }

  @Test
  void aProcessThatIsKnownFromBeforeIsNoOther() throws IOException {
    running.put(7L, 100L);
    watch(7L, null, new ProcessIdentity(ProcessIdentity.UNKNOWN, 100)).check();
    Look reused = watch(7L, null, new ProcessIdentity(ProcessIdentity.UNKNOWN, 90));
    assertFails(reused::check, "process 7 is gone, its id belongs to another process now");
    assertFails(reused::check, "process 7 is gone, its id belongs to another process now");
    Look elsewhere = watch(7L, null, new ProcessIdentity("boot-1", 100));
    for (int i = 0; i < 2; i++) {
      assertFails(
          elsewhere::check,
          "process 7 is gone: this machine or its container has started anew since, and the id"
              + " belongs to another process now");
    }
  }

  @Test
  void aPidFileWrittenAnewNamesANewProcess() throws IOException {
    Look watch = watch(null, write("7\n"));
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
    Look watch = watch(null, file);
    assertFails(watch::check, "the pid file " + file + " is missing");
    running.put(7L, 100L);
    write("7");
    watch.check();
  }

  @Test
  void aFileThatGoesOrIsHalfWrittenTakesNothingFromAProcessThatIsKnown() throws IOException {
    Path file = write("7");
    running.put(7L, 100L);
    Look watch = watch(null, file);
    watch.check();
    write("");
    watch.check();
    Files.delete(file);
    watch.check();
    running.clear();
    assertFails(watch::check, "process 7 is gone");
  }

  @Test
  void aProcessThatIsYoungerThanItsFileIsAnotherOne() throws IOException {
    Path file = write("7");
    Instant written = Files.getLastModifiedTime(file).toInstant();
    running.put(7L, 100L);
    startedAt = written.plusSeconds(3);
    Look watch = watch(null, file);
    String reason =
        "process 7 started at %s, after the pid file %s was written at %s: it is another process"
            .formatted(startedAt, file, written);
    assertFails(watch::check, reason);
    assertFails(watch::check, reason);
    startedAt = written.plusSeconds(1);
    watch.check();
    // Once it is known the clock may go as it likes.
    startedAt = written.plusSeconds(3600);
    watch.check();
  }

  @Test
  void thisAgentIsNotTheService() throws IOException {
    running.put(7L, 100L);
    relations.put(7L, Processes.Relation.SELF);
    Path file = write("7");
    assertFails(
        watch(null, file)::check,
        "process 7 is this agent itself: the pid file %s was written in another pid namespace"
            .formatted(file));
    assertFails(watch(7L, null)::check, "process 7 is this agent itself, not the service");
  }

  @Test
  void theFirstProcessOfTheAgentsNamespaceIsNotTheOneThatAFileMeans() throws IOException {
    running.put(1L, 100L);
    running.put(7L, 100L);
    relations.put(1L, Processes.Relation.ANCESTOR);
    relations.put(7L, Processes.Relation.ANCESTOR);
    Path file = write("1");
    assertFails(
        watch(null, file)::check,
        "process 1 is the first of this agent's own pid namespace: the pid file %s was written in"
                .formatted(file)
            + " another pid namespace");
    watch(1L, null).check();
    write("7");
    watch(null, file).check();
    relations.clear();
    write("1");
    watch(null, file).check();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "x", "-7", "0", "7x", "99999999999999999999", "7 8"})
  void whatIsNoProcessIdIsRefused(String text) throws IOException {
    running.put(7L, 100L);
    Path file = write(text);
    Look watch = watch(null, file);
    assertFails(watch::check, "the pid file " + file + " does not begin with a process id");
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "7\n", " 7 \n", "7\r\n", "7\n/var/lib/postgresql\n1700000000\n5432"})
  void theFirstLineIsTheProcessId(String text) throws IOException {
    running.put(7L, 100L);
    assertThatCode(watch(null, write(text))::check).doesNotThrowAnyException();
  }

  @Test
  void aHugeFileIsNotReadWhole() throws IOException {
    running.put(7L, 100L);
    assertThatCode(watch(null, write("7\n" + "x".repeat(10_000_000)))::check)
        .doesNotThrowAnyException();
  }

  @Test
  void whatIsNoFileIsNotOpened() throws Exception {
    Path pipe = directory.resolve("pipe");
    new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
    Look watch = watch(null, pipe);
    assertFails(watch::check, "the pid file " + pipe + " is no regular file");
    assertFails(watch(null, directory)::check, "the pid file " + directory + " is no regular file");
  }
}
