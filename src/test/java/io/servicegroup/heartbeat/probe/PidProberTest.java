package io.servicegroup.heartbeat.probe;

import static io.servicegroup.heartbeat.probe.ProberRig.timing;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.servicegroup.model.Probe;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PidProberTest {

  @TempDir Path directory;
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  private ProberRig watch(Long pid, Path file) throws Exception {
    return ProberRig.start(vertx, new Probe.Pid(pid, file, timing(1000, 500, 1)));
  }

  private static Process service() throws Exception {
    return new ProcessBuilder("sleep", "1000").start();
  }

  @Test
  void aProcessThatIsKilledFails() throws Exception {
    Process service = service();
    ProberRig rig = watch(service.pid(), null);
    assertThat(rig.next()).isEqualTo(ProbeResult.pass());
    service.destroyForcibly();
    assertThat(rig.await(result -> !result.passed()).reason())
        .isEqualTo("process " + service.pid() + " is gone");
  }

  @Test
  void aZombieFails() throws Exception {
    assumeThat(Path.of("/proc/self/stat")).exists();
    // The shell becomes a sleep that never waits for the child it inherited.
    Process parent =
        new ProcessBuilder("sh", "-c", "sleep 1000 & echo $!; exec sleep 1000").start();
    try (BufferedReader output = parent.inputReader()) {
      long child = Long.parseLong(output.readLine());
      ProberRig rig = watch(child, null);
      assertThat(rig.next()).isEqualTo(ProbeResult.pass());
      ProcessHandle.of(child).orElseThrow().destroyForcibly();
      assertThat(rig.await(result -> !result.passed()).reason())
          .isEqualTo("process " + child + " is gone");
      assertThat(Path.of("/proc", Long.toString(child), "stat"))
          .as("its remains are still there")
          .content()
          .contains(") Z ");
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  void aServiceThatIsRestartedWithANewPidFilePassesAgain() throws Exception {
    Path file = directory.resolve("service.pid");
    ProberRig rig = watch(null, file);
    assertThat(rig.next().reason()).isEqualTo("the pid file " + file + " is missing");
    Process first = service();
    Files.writeString(file, first.pid() + "\n");
    rig.await(ProbeResult::passed);
    first.destroyForcibly();
    rig.await(result -> !result.passed());
    Process second = service();
    try {
      Files.writeString(file, second.pid() + "\n");
      rig.await(ProbeResult::passed);
    } finally {
      second.destroyForcibly();
    }
  }

  @Test
  @SuppressWarnings("try") // the files hang until it is closed; nobody asks it
  void pidFilesThatHangFailNobodyElse() throws Exception {
    Process service = service();
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      files.add(Files.writeString(directory.resolve("hangs-" + i), service.pid() + "\n"));
    }
    Path sound = Files.writeString(directory.resolve("sound"), service.pid() + "\n");
    try (HangingFiles hanging = HangingFiles.hang(files)) {
      List<ProberRig> hung = new ArrayList<>();
      for (Path file : files) {
        hung.add(watch(null, file));
      }
      List<ProberRig> healthy = List.of(watch(service.pid(), null), watch(null, sound));
      for (ProberRig rig : hung) {
        assertThat(rig.next().passed()).isFalse();
      }
      for (ProberRig rig : healthy) {
        assertThat(rig.next()).isEqualTo(ProbeResult.pass());
        rig.forget();
        for (int i = 0; i < 5; i++) {
          assertThat(rig.next()).isEqualTo(ProbeResult.pass());
        }
      }
    } finally {
      service.destroyForcibly();
    }
  }

  @Test
  @SuppressWarnings("try") // the files hang until it is closed; nobody asks it
  void aProcessThatIsKnownIsWatchedOnWhileItsFileHangs() throws Exception {
    Process service = service();
    Path file = Files.writeString(directory.resolve("service.pid"), service.pid() + "\n");
    ProberRig rig = watch(null, file);
    assertThat(rig.next()).isEqualTo(ProbeResult.pass());
    try (HangingFiles hanging = HangingFiles.hang(List.of(file))) {
      rig.forget();
      for (int i = 0; i < 10; i++) {
        assertThat(rig.next()).isEqualTo(ProbeResult.pass());
      }
      service.destroyForcibly();
      assertThat(rig.await(result -> !result.passed()).reason())
          .isEqualTo("process " + service.pid() + " is gone");
    } finally {
      service.destroyForcibly();
    }
  }

  @Test
  void aProcessThatGotTheIdOfAnEarlierLifeFails() throws Exception {
    Process service = service();
    try {
      Path file = Files.writeString(directory.resolve("service.pid"), service.pid() + "\n");
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));
      assertThat(watch(null, file).next().reason()).contains("it is another process");
    } finally {
      service.destroyForcibly();
    }
  }

  @Test
  void theAgentIsNotTakenForTheService() throws Exception {
    long self = ProcessHandle.current().pid();
    Path file = Files.writeString(directory.resolve("service.pid"), self + "\n");
    assertThat(watch(null, file).next().reason())
        .isEqualTo(
            "process "
                + self
                + " is this agent itself: the pid file "
                + file
                + " was written in another pid namespace");
  }
}
