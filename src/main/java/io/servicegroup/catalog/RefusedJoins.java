package io.servicegroup.catalog;

import io.servicegroup.bus.ClashException;
import io.servicegroup.bus.Concerns;
import io.servicegroup.bus.FaultException;
import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.bus.Topics;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.MemberId;
import io.servicegroup.runtime.Backoff;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The joins that nobody waits for and that the catalogue refused. Each is reported once, in the log
 * and in health, until the member has joined or is not wanted any more.
 *
 * <p>Not thread-safe.
 */
final class RefusedJoins {

  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LAST_RETRY = Duration.ofSeconds(15);
  private static final String AGAIN = "it is tried again every few seconds";
  private static final String FINAL =
      "change its entry in services and reload (SIGHUP): it is not tried again before";

  private final Vertx vertx;
  private final Concerns concerns;
  private final LongSupplier nanoTime;
  private final Map<MemberId, Refused> refused = new HashMap<>();

  RefusedJoins(Vertx vertx, Concerns concerns, LongSupplier nanoTime) {
    this.vertx = vertx;
    this.concerns = concerns;
    this.nanoTime = nanoTime;
  }

  /** Whether a failure is the store's refusal, and not its absence. */
  static boolean isRefusal(Throwable failure) {
    return failure instanceof ServiceGroupException && !Refusal.UNAVAILABLE.isIn(failure);
  }

  /**
   * Whether only another configuration of the member, or another store, can help. A store that
   * lacks something, such as its tables, refuses nothing for good: somebody may create what is
   * missing.
   */
  static boolean isFinal(Throwable failure) {
    return failure instanceof FaultException && isRefusal(failure);
  }

  /** Records the refusal of a join. */
  void refused(MemberId id, Throwable refusal) {
    Refused known = refused.get(id);
    if (known == null || !known.why.equals(refusal.getMessage())) {
      concerns.settle(subject(id));
      concerns.raise(
          subject(id),
          "%s cannot be joined, and nobody beats for it: %s; %s"
              .formatted(id, refusal.getMessage(), isFinal(refusal) ? FINAL : AGAIN));
      Topics.CONFLICT.publish(
          vertx,
          new Conflict(
              id,
              null,
              refusal instanceof ClashException ? Conflict.Kind.CLASH : Conflict.Kind.REFUSED));
    }
    Backoff backoff = known == null ? new Backoff(FIRST_RETRY, LAST_RETRY) : known.backoff;
    long due = nanoTime.getAsLong() + backoff.failed().toNanos();
    refused.put(id, new Refused(refusal.getMessage(), backoff, due, isFinal(refusal)));
  }

  /**
   * Reports that the change of a member was refused for good, so that the member stays as it was
   * joined.
   */
  void unchanged(MemberId id, Throwable refusal) {
    changed(id);
    concerns.raise(
        change(id),
        "%s goes on with the version and metadata that it had, as the new ones are refused: %s; %s"
            .formatted(id, refusal.getMessage(), FINAL));
  }

  /** Withdraws the report of a refused change: it was stored, or is not wanted any more. */
  void changed(MemberId id) {
    concerns.settle(change(id));
  }

  /**
   * Allows another attempt at each join that was refused for good: the configuration was reloaded,
   * or the store was away.
   */
  void mayBeOver() {
    refused.replaceAll((id, known) -> new Refused(known.why, known.backoff, known.dueNanos, false));
  }

  /** Whether the last join of a member was refused. */
  boolean isRefused(MemberId id) {
    return refused.containsKey(id);
  }

  /** Whether the join of a member may be tried now. */
  boolean isDue(MemberId id) {
    Refused known = refused.get(id);
    return known == null || (!known.forGood && known.dueNanos - nanoTime.getAsLong() <= 0);
  }

  /** Forgets the refusal of a join: the member has joined, or is not wanted any more. */
  void over(MemberId id) {
    if (refused.remove(id) != null) {
      concerns.settle(subject(id));
    }
  }

  private static String subject(MemberId id) {
    return "the join of " + id;
  }

  private static String change(MemberId id) {
    return "the change of " + id;
  }

  private record Refused(String why, Backoff backoff, long dueNanos, boolean forGood) {}
}
