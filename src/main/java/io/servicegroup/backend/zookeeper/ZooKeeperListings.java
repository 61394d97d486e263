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
final class ZooKeeperListings {

  static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(20);

  private final Concerns concerns;
  private final Runnable ended;
  private final Map<String, Listing> listings = new LinkedHashMap<>();
  private long connection;
  private int running;

  /** Tells whenever a part was listed, or could not be. */
  ZooKeeperListings(Concerns concerns, Runnable ended) {
    this.concerns = concerns;
    this.ended = ended;
  }

  /** The connection is gone: nothing of what was listed holds for the next one. */
  void forget() {
    connection++;
    running = 0;
    listings.clear();
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
    if (!listings.containsKey(path)) {
      Listing listing = new Listing(subject, effect, work);
      listings.put(path, listing);
      run(listing);
    }
  }

  /** Lists a part that was begun once more, since something in it changed. */
  void again(String path) {
    Listing listing = listings.get(path);
    if (listing != null && !listing.failed) {
      run(listing);
    }
  }

  /** Whether a part could not be listed. */
  boolean isFailed(String path) {
    return listings.containsKey(path) && listings.get(path).failed;
  }

  /** Tries again what failed and has waited long enough. */
  void retry() {
    long now = System.nanoTime();
    listings.values().stream()
        .filter(listing -> listing.failed && !listing.running && now - listing.dueNanos >= 0)
        .toList()
        .forEach(this::run);
  }

  /** Whether something is being listed. */
  boolean isRunning() {
    return running > 0;
  }

  private void run(Listing listing) {
    long mine = connection;
    running++;
    listing.running = true;
    listing
        .work
        .get()
        .onComplete(
            result -> {
              if (mine == connection) {
                running--;
                listing.running = false;
                ended(listing, result.cause());
                ended.run();
              }
            });
  }

  private void ended(Listing listing, Throwable failure) {
    listing.failed = failure != null;
    if (failure == null) {
      listing.backoff.succeeded();
      concerns.settle(listing.subject);
      return;
    }
    listing.dueNanos = System.nanoTime() + listing.backoff.failed().toNanos();
    ZooKeeperClient.refusal(failure)
        .ifPresent(
            why ->
                concerns.raise(
                    listing.subject,
                    listing.subject
                        + " may not be read ("
                        + why
                        + "): "
                        + listing.effect
                        + ". The node's ACL has to let the user of this backend's URI read it"));
  }

  private static final class Listing {

    private final String subject;
    private final String effect;
    private final Supplier<Future<?>> work;
    private final Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
    private boolean running;
    private boolean failed;
    private long dueNanos;

    Listing(String subject, String effect, Supplier<Future<?>> work) {
      this.subject = subject;
      this.effect = effect;
      this.work = work;
    }
  }
}
