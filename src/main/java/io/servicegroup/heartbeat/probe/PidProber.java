package io.servicegroup.heartbeat.probe;

import io.servicegroup.model.Probe;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * {@code pid}: the service lives while its process does. Looked at every {@value #MAX_INTERVAL} ms
 * at most, since nobody tells of the end of a process that is not a child.
 */
final class PidProber implements Prober {

  static final int MAX_INTERVAL = 100;

  /** A look takes microseconds; where it takes longer, that is the machine's fault at first. */
  private static final Duration MIN_TIMEOUT = Duration.ofSeconds(2);

  private final WorkerExecutor workers;
  private final PidWatch watch;
  private final ProbeLoop loop;
  private boolean looking;

  PidProber(
      Vertx vertx, WorkerExecutor workers, String name, Probe.Pid probe, Processes processes) {
    this.workers = workers;
    this.watch = new PidWatch(probe.pid(), probe.pidFile(), processes);
    Duration interval = probe.timing().interval();
    Duration timeout = probe.timing().timeout();
    this.loop =
        new ProbeLoop(
            vertx,
            name,
            Duration.ofMillis(Math.min(MAX_INTERVAL, interval.toMillis())),
            timeout.compareTo(MIN_TIMEOUT) < 0 ? MIN_TIMEOUT : timeout,
            this::look);
  }

  @Override
  public void start(Consumer<ProbeResult> results) {
    loop.start(results);
  }

  @Override
  public Future<Void> stop() {
    return loop.stop();
  }

  private Future<Void> look(Future<Void> over) {
    if (looking) {
      // One thread at most waits for a file system that hangs.
      return Future.failedFuture(new ProbeFailure("the pid file does not answer"));
    }
    looking = true;
    return workers
        .<Void>executeBlocking(
            () -> {
              watch.check();
              return null;
            },
            false)
        .onComplete(result -> looking = false);
  }
}
