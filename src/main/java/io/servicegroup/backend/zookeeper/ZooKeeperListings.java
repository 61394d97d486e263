package io.servicegroup.backend.zookeeper;

import io.servicegroup.bus.Concerns;
import io.servicegroup.runtime.Backoff;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Runs listings, each once for a connection: the list of groups, each group, each mark tree. A
 * listing that fails is tried again with growing pauses and does not affect the others; one that
 * the servers refuse is reported in the log and in health.
 */
final class ZooKeeperListings {

  static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(20);

  private final Concerns concerns;
  private final Runnable ended;
  private final Map<String, Listing> listings = new LinkedHashMap<>();
  private long connection;
  private int running;

  /** Creates it; {@code ended} runs whenever a listing succeeded or failed. */
  ZooKeeperListings(Concerns concerns, Runnable ended) {
    this.concerns = concerns;
    this.ended = ended;
  }

  /** Forgets all listings after the loss of the connection, because watches do not outlive it. */
  void forget() {
    connection++;
    running = 0;
    listings.clear();
  }

  /**
   * Begins a listing, unless it was begun on this connection already.
   *
   * @param path identifies the listing
   * @param subject its name in the log and in health
   * @param effect what this agent does not see where the servers refuse the listing, as a clause
   * @param work runs the listing; may be called again
   */
  void begin(String path, String subject, String effect, Supplier<Future<?>> work) {
    if (!listings.containsKey(path)) {
      Listing listing = new Listing(subject, effect, work);
      listings.put(path, listing);
      run(listing);
    }
  }

  /**
   * Runs a listing again, because something in it changed. One that failed is left to {@link
   * #retry}.
   */
  void again(String path) {
    Listing listing = listings.get(path);
    if (listing != null && !listing.failed) {
      run(listing);
    }
  }

  /** Whether a listing failed. */
  boolean isFailed(String path) {
    return listings.containsKey(path) && listings.get(path).failed;
  }

  /** Runs the failed listings whose pause is over. */
  void retry() {
    long now = System.nanoTime();
    listings.values().stream()
        .filter(listing -> listing.failed && !listing.running && now - listing.dueNanos >= 0)
        .toList()
        .forEach(this::run);
  }

  /** Whether a listing is under way. */
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
