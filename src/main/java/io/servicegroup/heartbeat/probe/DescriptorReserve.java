package io.servicegroup.heartbeat.probe;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Keeps some of this process's file descriptors for its own listener and backends: probes may not
 * take the last ones. Not thread-safe.
 */
final class DescriptorReserve {

  private static final long LEAST = 32;
  private static final long MOST = 256;
  private static final int SHARE = 8;

  /**
   * A count of the open descriptors is used for so long, because counting looks at each of them.
   */
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final long most;
  private final LongSupplier count;
  private final LongSupplier nanoTime;
  private long counted;
  private long countedAt;
  private long taken;
  private boolean known;

  DescriptorReserve(long most, LongSupplier count, LongSupplier nanoTime) {
    this.most = most;
    this.count = count;
    this.nanoTime = nanoTime;
  }

  /** The reserve of this process; without a bound where the system does not tell its limit. */
  static DescriptorReserve ofThisProcess() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
        ? new DescriptorReserve(
            system.getMaxFileDescriptorCount(),
            system::getOpenFileDescriptorCount,
            System::nanoTime)
        : new DescriptorReserve(Long.MAX_VALUE, () -> 0, System::nanoTime);
  }

  /**
   * Takes a descriptor for a probe's connection.
   *
   * @throws NoVerdict where only the reserve is left
   */
  void take() {
    long kept = Math.max(LEAST, Math.min(MOST, most / SHARE));
    long age = nanoTime.getAsLong() - countedAt;
    boolean full = counted + taken >= most - kept;
    if (!known || age > FRESH_NANOS || (full && age > SOON_NANOS)) {
      counted = count.getAsLong();
      countedAt = nanoTime.getAsLong();
      taken = 0;
      known = true;
      full = counted >= most - kept;
    }
    if (full) {
      throw new NoVerdict(
          "this agent may have %d file descriptors open, and the last %d are kept for its own"
                  .formatted(most, kept)
              + " listener; allow it more (LimitNOFILE, ulimit -n)");
    }
    taken++;
  }
}
