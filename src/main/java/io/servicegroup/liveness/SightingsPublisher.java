package io.servicegroup.liveness;

import io.servicegroup.bus.Topics;
import io.servicegroup.detect.WitnessClock;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Beat;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.RemoteWork;
import io.servicegroup.model.Sightings;
import io.vertx.core.AsyncResult;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Publishes what round trips through a backend saw, with the reading of the witness clock, and
 * whether the backend is reached. A round trip is a poll, or a write that stands for one.
 *
 * <p>Used on one context.
 */
final class SightingsPublisher {

  private final Vertx vertx;
  private final String backend;
  private final Reachability reachability;
  private final WitnessClock witness;
  private final SightingsDelta delta;
  private boolean anew;

  /**
   * A loss of data that a poll found is kept until a round trip as a whole succeeds: the backend
   * finds it once, and asking the silent agents afterwards may fail.
   */
  private boolean dataLost;

  SightingsPublisher(Vertx vertx, LivenessSettings settings) {
    this.vertx = vertx;
    this.backend = settings.backend();
    this.reachability = new Reachability(vertx, settings);
    this.witness = new WitnessClock(settings.reportInterval(), settings.pollInterval());
    this.delta = new SightingsDelta(settings.reportInterval());
  }

  /** Notes that the backend lost data, where that was seen. */
  void noteLoss(Observation seen) {
    dataLost |= seen.dataLost();
  }

  /**
   * A round trip succeeded.
   *
   * @param started when it began, on a monotonic clock
   * @param planned how long after the last one it was to begin, in nanoseconds
   * @return what happened before it; where that is {@link WitnessClock.Gap#LATE}, nothing was
   *     published
   */
  WitnessClock.Gap witnessed(long started, Observation seen, long planned) {
    WitnessClock.Gap gap = witness.witnessed(started, planned);
    if (gap == WitnessClock.Gap.LATE) {
      return gap;
    }
    boolean outage = gap == WitnessClock.Gap.OUTAGE;
    boolean lost = dataLost;
    dataLost = false;
    if (lost) {
      witness.restart();
    }
    anew = outage || lost;
    reachability.reached(outage, lost);
    Observation said = delta.of(seen, anew, started);
    Topics.SIGHTINGS.publish(
        vertx,
        new Sightings(
            backend,
            witness.millis(),
            said.beats(),
            said.held(),
            said.gone(),
            said.unwitnessed(),
            gap == WitnessClock.Gap.HICCUP || seen.interrupted(),
            witness.reachedMillis(),
            ages(said, System.nanoTime() - started)));
    return gap;
  }

  /** Whether the witness clock started again with the last round trip. */
  boolean isAnew() {
    return anew;
  }

  /**
   * The ages of beats when the round trip began, which is the reading of the witness clock. They
   * were read at some time within it; the latest is assumed, as nobody is to be down too early.
   */
  private static Map<MemberId, Long> ages(Observation said, long tookNanos) {
    long took = TimeUnit.NANOSECONDS.toMillis(tookNanos);
    Map<MemberId, Long> ages = new HashMap<>();
    for (Beat beat : said.beats()) {
      Long age = said.ages().get(beat.id());
      if (age != null && age > took) {
        ages.put(beat.id(), age - took);
      }
    }
    return ages;
  }

  /** The interval up to the next round trip does not count. */
  void missed() {
    witness.missed();
  }

  /** A round trip failed. */
  void lost(Throwable failure) {
    witness.missed();
    reachability.lost(failure);
  }

  /** Tells how a poll ended, and how long it took. */
  void measured(long started, AsyncResult<Observation> polled) {
    Observation seen = polled.result();
    Topics.WORK.publish(
        vertx,
        RemoteWork.since(
            RemoteWork.Kind.POLL,
            backend,
            started,
            seen == null ? 0 : seen.beats().size() + seen.held().size(),
            polled.succeeded() ? RemoteWork.Outcome.DONE : RemoteWork.Outcome.FAILED));
  }
}
