package io.servicegroup.heartbeat.probe;

import io.servicegroup.model.Probe;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The probe {@code pid}: the service lives while its process does. The process is looked at at
 * least every {@value #MAX_INTERVAL} ms, because the system does not announce the end of a process
 * that is not a child.
 *
 * <p>Reading the pid file may hang where looking at the process does not. So both are read
 * independently, and while the file hangs, the process that it named last is watched.
 */
final class PidProber implements Prober {

  static final int MAX_INTERVAL = 100;

  /**
   * A look takes microseconds. Where it takes longer, the machine is slow and not the service, so
   * the timeout is at least this long.
   */
  private static final Duration MIN_TIMEOUT = Duration.ofSeconds(2);

  /** How long a look at a known process waits for the file, which may name a new one. */
  private static final Duration FILE_WAIT = Duration.ofMillis(500);

  private static final Logger LOG = LoggerFactory.getLogger(PidProber.class);

  /** The readers of files and processes, which all probers share. */
  record Readers(WorkerExecutor workers, FileThreads files, Processes processes) {}

  private final Vertx vertx;
  private final Readers readers;
  private final Path file;
  private final PidWatch watch;
  private final ProbeLoop loop;
  private Future<Void> reading;
  private boolean readingBegan;
  private boolean hangs;

  PidProber(Vertx vertx, Readers readers, LackLog lackLog, String name, Probe.Pid probe) {
    this.vertx = vertx;
    this.readers = readers;
    this.file = probe.pidFile();
    this.watch = new PidWatch(probe.pid(), file, probe.process());
    Duration interval = probe.timing().interval();
    Duration timeout = probe.timing().timeout();
    this.loop =
        new ProbeLoop(
            vertx,
            lackLog,
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

  private Future<Void> look(Attempt attempt) {
    return file == null ? findProcess(attempt) : readFile(attempt);
  }

  private Future<Void> readFile(Attempt attempt) {
    boolean hung = reading != null;
    Future<Void> read = hung ? reading : beginReading();
    if (watch.pid().isEmpty()) {
      attempt.waitsFor(
          timeout ->
              readingBegan
                  ? new ProbeFailure("the pid file " + file + " does not answer")
                  : new NoVerdict("no thread was free to read the pid file " + file));
      return read.compose(named -> findProcess(attempt));
    }
    Future<Void> waited =
        hung ? Future.succeededFuture() : PauseTolerantTimeout.await(vertx, FILE_WAIT, read);
    return waited.transform(
        waitedFor -> {
          sayWhetherItHangs();
          return findProcess(attempt);
        });
  }

  /** Begins to read the file. At most one thread waits for the file, however long that hangs. */
  private Future<Void> beginReading() {
    readingBegan = false;
    PidFile.Version known = watch.read();
    Future<Void> began =
        readers
            .files()
            .run(() -> PidFile.read(file, known), () -> readingBegan = true)
            .map(
                found -> {
                  watch.took(found);
                  return null;
                });
    reading = began;
    return began.onComplete(read -> reading = null);
  }

  private void sayWhetherItHangs() {
    boolean hung = reading != null && readingBegan;
    if (hung && !hangs) {
      LOG.warn(
          "The pid file {} does not answer: process {}, which it named last, is watched meanwhile",
          file,
          watch.pid().orElseThrow());
    }
    hangs = hung;
  }

  private Future<Void> findProcess(Attempt attempt) {
    long pid = watch.pid().orElseThrow();
    attempt.waitsFor(timeout -> new NoVerdict("no thread was free to look at process " + pid));
    boolean first = watch.isNew();
    return readers
        .workers()
        .executeBlocking(
            () -> {
              attempt.waitsFor("no word from the system about process " + pid);
              return readers.processes().find(pid, first);
            },
            false)
        .recover(failure -> Future.failedFuture(unlessTheService(failure, pid)))
        .map(
            found -> {
              watch.found(found);
              return null;
            });
  }

  /**
   * A process that the system does not let the agent look at is not gone, so this is no failure of
   * the service.
   */
  private static Throwable unlessTheService(Throwable failure, long pid) {
    return failure instanceof IOException
        ? new NoVerdict("the system does not say what became of process " + pid)
        : failure;
  }
}
