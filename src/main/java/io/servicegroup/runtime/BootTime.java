package io.servicegroup.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A clock that never steps and that goes on while the machine is suspended: the time since Linux
 * was started. {@link System#nanoTime}, which stands still meanwhile, is used where the system does
 * not tell that time. In a virtual machine that its host stopped, this clock stands still as well.
 *
 * <p>Only differences have a meaning, in nanoseconds with a resolution of hundredths of a second.
 * Thread-safe.
 */
public final class BootTime implements LongSupplier {

  private static final Path UPTIME = Path.of("/proc/uptime");

  private final Path uptime;
  private final LongSupplier running;
  private long last;
  private long lastRunning;

  /** The clock of this machine. */
  public BootTime() {
    this(UPTIME, System::nanoTime);
  }

  /**
   * A clock for tests.
   *
   * @param uptime a file that begins with the seconds since the start, or none
   * @param running a clock that may stand still
   */
  BootTime(Path uptime, LongSupplier running) {
    this.uptime = uptime;
    this.running = running;
    this.lastRunning = running.getAsLong();
  }

  @Override
  public synchronized long getAsLong() {
    long now = running.getAsLong();
    long least = last + Math.max(0, now - lastRunning);
    // Where the file cannot be read for once, the clock advances with the other clock and never
    // goes back.
    last = Math.max(least, read());
    lastRunning = now;
    return last;
  }

  private long read() {
    try {
      String seconds = Files.readString(uptime).split("\\s", 2)[0];
      return (long) (Double.parseDouble(seconds) * TimeUnit.SECONDS.toNanos(1));
    } catch (IOException | NumberFormatException e) {
      return Long.MIN_VALUE;
    }
  }
}
