package io.servicegroup.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long ago something was, also where the machine slept in between. */
class BootTimeTest {

  @TempDir private Path folder;
  private long running = -5;

  @Test
  void theTimeInWhichTheMachineSleptCounts() throws IOException {
    Path uptime = Files.writeString(folder.resolve("uptime"), "350.25 1200.11\n");
    BootTime clock = new BootTime(uptime, () -> running);
    long before = clock.getAsLong();

    running += TimeUnit.SECONDS.toNanos(1);
    Files.writeString(uptime, "3542751.25 1200.11\n");

    assertThat(Duration.ofNanos(clock.getAsLong() - before))
        .isEqualTo(Duration.ofSeconds(3_542_401));
  }

  @Test
  void whereNothingIsToldForOnceTheOtherClockIs() throws IOException {
    Path uptime = Files.writeString(folder.resolve("uptime"), "350.25 1200.11\n");
    BootTime clock = new BootTime(uptime, () -> running);
    long before = clock.getAsLong();
    Files.writeString(uptime, "soon");
    running += 7;
    assertThat(clock.getAsLong() - before).isEqualTo(7);
    Files.delete(uptime);
    running += 7;
    assertThat(clock.getAsLong() - before).isEqualTo(14);
    Files.writeString(uptime, "350.25 1200.11\n");
    assertThat(clock.getAsLong() - before).as("never back").isEqualTo(14);
  }

  @Test
  void thisMachinesClockGoesOn() {
    BootTime clock = new BootTime();
    long began = clock.getAsLong();
    long nanos = System.nanoTime();
    while (System.nanoTime() - nanos < TimeUnit.MILLISECONDS.toNanos(30)) {
      Thread.onSpinWait();
    }
    assertThat(clock.getAsLong() - began).isBetween(10_000_000L, 60_000_000_000L);
  }
}
