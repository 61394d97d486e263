package io.servicegroup.liveness;

import io.servicegroup.bus.Concerns;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that this agent's beats do not get through although the agent lives. The agent then says
 * so in a place of its own, again and again: this write is quicker than a beat and may still
 * arrive, and observers withhold the verdicts on the agent's members meanwhile. Used on one
 * context.
 */
final class BeatStall {

  private static final Logger LOG = LoggerFactory.getLogger(BeatStall.class);
  private static final String SUBJECT = "beats";

  private final LivenessBackend backend;
  private final LivenessSettings settings;
  private final Concerns concerns;
  private final LongSupplier nanoTime;
  private final long afterNanos;
  private final PartFailure own = new PartFailure();
  private Future<Void> saying = Future.succeededFuture();
  private long completeNanos;
  private long someNanos;
  private boolean beating;
  private boolean stalled;

  BeatStall(
      LivenessBackend backend,
      LivenessSettings settings,
      Concerns concerns,
      LongSupplier nanoTime) {
    this.backend = backend;
    this.settings = settings;
    this.concerns = concerns;
    this.nanoTime = nanoTime;
    this.afterNanos = after(settings).toNanos();
  }

  /**
   * How long beats may be missing before the agent says that it cannot beat, and before observers
   * ask.
   */
  static Duration after(LivenessSettings settings) {
    return settings.reportInterval().multipliedBy(3).dividedBy(2);
  }

  /** Whether beats of this agent's members do not get through. */
  boolean isStalled() {
    return stalled;
  }

  /**
   * Whether no beat at all gets through, so that this agent is in an outage itself and its polls
   * prove nothing about beats. A single locked row is no such outage.
   */
  boolean isOut() {
    return stalled && nanoTime.getAsLong() - someNanos > afterNanos;
  }

  /** The backend was not reached, which the verticle logs. */
  void backendLost() {
    own.wholeLost();
  }

  /**
   * The backend was reached by a poll: where beats are missing all the same, that is reported.
   *
   * @param startedNanos when the poll began
   */
  void backendReached(long startedNanos) {
    if (own.wholeReached(startedNanos)) {
      concerns.raise(
          SUBJECT,
          "the beats of this agent's members are not written in time, although it lives: it says so"
              + " in a place of its own, and agents that read this withhold the verdicts on them."
              + " Look for load, locks and transactions that stay open, and for what this backend"
              + " refuses");
    }
  }

  /** A write begins. */
  void begins(int members) {
    if (members == 0) {
      complete();
      beating = false;
    } else if (!beating) {
      beating = true;
      completeNanos = nanoTime.getAsLong();
      someNanos = completeNanos;
    }
  }

  /** Every member's beat was written. */
  void complete() {
    completeNanos = nanoTime.getAsLong();
    someNanos = completeNanos;
    own.succeeded();
    if (stalled) {
      stalled = false;
      concerns.settle(SUBJECT);
      saying.onComplete(said -> withdraw());
    }
  }

  private void withdraw() {
    if (!stalled) {
      backend.resumed().onFailure(failure -> LOG.debug("It expires by itself", failure));
    }
  }

  /** Some members' beats were written, and others' were not. */
  void partly() {
    someNanos = nanoTime.getAsLong();
    missing();
  }

  /** Some beats could not be written, or were not answered yet. */
  void missing() {
    if (beating && nanoTime.getAsLong() - completeNanos > afterNanos) {
      stalled = true;
      own.failed(nanoTime.getAsLong());
      if (saying.isComplete()) {
        saying =
            backend
                .stalled(settings.reportInterval().multipliedBy(2))
                .onFailure(failure -> LOG.debug("That cannot be said either", failure));
      }
    }
  }
}
