package io.servicegroup.backend.zookeeper;

import io.servicegroup.bus.Concerns;
import io.servicegroup.runtime.Backoff;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The parts of what is listed, each begun once a connection. One that fails is tried again by
 * itself, ever slower, and takes no other along; one that the servers refuse is said in the log and
 * in health.
 */
final class ZooKeeperParts {

  static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(20);

  private final Concerns concerns;
  private final Runnable ended;
  private final Map<String, Part> parts = new LinkedHashMap<>();
  private long connection;
  private int running;

  /** Tells whenever a part was listed, or could not be. */
  ZooKeeperParts(Concerns concerns, Runnable ended) {
    this.concerns = concerns;
    this.ended = ended;
  }

  /** The connection is gone: nothing of what was listed holds for the next one. */
  void forget() {
    connection++;
    running = 0;
    parts.clear();
  }

  /**
   * Lists a part, unless that was begun already.
   *
   * @param path what the part is known by
   * @param subject what it is called in the log and in health
   * @param effect what is not seen where the servers refuse it, as half a sentence
   * @param work lists it; may be called again
   */
  void begin(String path, String subject, String effect, Supplier<Future<?>> work) {
    if (!parts.containsKey(path)) {
      Part part = new Part(subject, effect, work);
      parts.put(path, part);
      run(part);
    }
  }

  /** Lists a part that was begun once more, since something in it changed. */
  void again(String path) {
    Part part = parts.get(path);
    if (part != null && !part.failed) {
      run(part);
    }
  }

  /** Whether a part could not be listed. */
  boolean isFailed(String path) {
    return parts.containsKey(path) && parts.get(path).failed;
  }

  /** Tries again what failed and has waited long enough. */
  void retry() {
    long now = System.nanoTime();
    parts.values().stream()
        .filter(part -> part.failed && !part.running && now - part.dueNanos >= 0)
        .toList()
        .forEach(this::run);
  }

  /** Whether something is being listed. */
  boolean isRunning() {
    return running > 0;
  }

  private void run(Part part) {
    long mine = connection;
    running++;
    part.running = true;
    part.work
        .get()
        .onComplete(
            result -> {
              if (mine == connection) {
                running--;
                part.running = false;
                ended(part, result.cause());
                ended.run();
              }
            });
  }

  private void ended(Part part, Throwable failure) {
    part.failed = failure != null;
    if (failure == null) {
      part.backoff.succeeded();
      concerns.settle(part.subject);
      return;
    }
    part.dueNanos = System.nanoTime() + part.backoff.failed().toNanos();
    ZooKeeperClient.refusal(failure)
        .ifPresent(
            why ->
                concerns.raise(
                    part.subject,
                    part.subject
                        + " may not be read ("
                        + why
                        + "): "
                        + part.effect
                        + ". The node's ACL has to let the user of this backend's URI read it"));
  }

  private static final class Part {

    private final String subject;
    private final String effect;
    private final Supplier<Future<?>> work;
    private final Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
    private boolean running;
    private boolean failed;
    private long dueNanos;

    Part(String subject, String effect, Supplier<Future<?>> work) {
      this.subject = subject;
      this.effect = effect;
      this.work = work;
    }
  }
}
