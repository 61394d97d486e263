package io.servicegroup.faults;

import io.servicegroup.testkit.PostgresServer;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Writes a row as Nova's database driver does: the count that it holds, by its own clock. */
final class NovaService implements AutoCloseable {

  private final PostgresServer server;
  private final String host;
  private final String clockOffset;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private int count;
  private volatile long lastBeat;

  private NovaService(PostgresServer server, String host, String clockOffset) {
    this.server = server;
    this.host = host;
    this.clockOffset = clockOffset;
  }

  /** Registers and beats; the offset is an SQL interval. */
  static NovaService start(PostgresServer server, String host, String clockOffset) {
    NovaService service = new NovaService(server, host, clockOffset);
    server.execute(
        """
        INSERT INTO services (created_at, host, "binary", topic, report_count, disabled, deleted,
                              forced_down, version, uuid)
        VALUES (%s, '%s', 'nova-compute', 'compute', 0, false, 0, false, 64,
                gen_random_uuid()::text)
        """
            .formatted(service.now(), host));
    service.timer.scheduleAtFixedRate(
        service::beat, 0, Timing.REPORT.toMillis(), TimeUnit.MILLISECONDS);
    return service;
  }

  /** Lets it die; when it beat last, by {@link System#nanoTime()}. */
  long stop() {
    timer.shutdown();
    try {
      timer.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return lastBeat;
  }

  private void beat() {
    count++;
    server.execute(
        """
        UPDATE services SET updated_at = %1$s, report_count = %2$d,
               last_seen_up = CASE WHEN %2$d > report_count THEN %1$s ELSE last_seen_up END
         WHERE host = '%3$s'
        """
            .formatted(now(), count, host));
    lastBeat = System.nanoTime();
  }

  private String now() {
    return "(clock_timestamp() AT TIME ZONE 'utc' + interval '" + clockOffset + "')";
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
