package io.servicegroup.liveness;

import io.servicegroup.bus.Concerns;
import io.servicegroup.bus.Topics;
import io.servicegroup.detect.WitnessClock;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.BackendState.State;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Member;
import io.servicegroup.model.RemoteWork;
import io.servicegroup.model.Sightings;
import io.servicegroup.runtime.OnContext;
import io.servicegroup.runtime.OutageLog;
import io.servicegroup.runtime.Ticker;
import io.servicegroup.runtime.Why;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between the event bus and one backend: writes what {@code servicegroup.heartbeat} says,
 * polls, keeps the witness clock, and publishes {@code servicegroup.sightings} and {@code
 * servicegroup.backend}. Decides nothing.
 *
 * <p>Its start fails where the backend cannot be reached; it may then be deployed again. Its stop
 * completes when the last state has been written, or could not be.
 */
public final class LivenessVerticle extends VerticleBase {

  private static final Logger LOG = LoggerFactory.getLogger(LivenessVerticle.class);
  private static final String ANEW = "silence counts anew from here";
  private static final String MISSING =
      "some of what was written last is missing (it was emptied or restored, failed over, or"
          + " crashed): "
          + ANEW
          + ", and nobody is DOWN of it";

  private final LivenessSettings settings;
  private final BiFunction<Vertx, LivenessSettings, LivenessBackend> technology;
  private LivenessBackend backend;
  private OutageLog outages;
  private WitnessClock witness;
  private Ticker polling;
  private MessageConsumer<JsonObject> heartbeats;
  private BeatWriter writer;
  private Stall stall;
  private Stalled stalled;
  private HeartbeatWatch heartbeatWatch;
  private WatchThread watching;
  private SightingsNews news;
  private State state;
  private boolean throwing;

  /**
   * Makes the verticle; nothing happens before its deployment.
   *
   * @param settings what it is to do
   * @param technology makes the backend, which is not open yet; called once, on the verticle's
   *     context
   */
  public LivenessVerticle(
      LivenessSettings settings, BiFunction<Vertx, LivenessSettings, LivenessBackend> technology) {
    this.settings = settings;
    this.technology = technology;
  }

  @Override
  public Future<?> start() {
    backend = technology.apply(vertx, settings);
    outages = new OutageLog("Backend " + describe(settings), System::nanoTime);
    witness = new WitnessClock(settings.reportInterval(), settings.pollInterval());
    Concerns concerns = Concerns.ofBackend(vertx, settings.backend());
    stall = new Stall(backend, settings, concerns, System::nanoTime);
    stalled = new Stalled(backend, settings, concerns);
    writer = new BeatWriter(vertx, backend, settings, stall);
    heartbeatWatch = new HeartbeatWatch(settings.serviceDownTime(), settings.pollInterval());
    news = new SightingsNews(settings.reportInterval());
    Topics.CATALOG.consume(vertx, this::catalogued);
    Topics.BURIAL.consume(vertx, this::bury);
    heartbeats = Topics.HEARTBEAT.consume(vertx, this::heartbeat);
    return backend
        .open(this::hasten)
        .compose(opened -> startPolling())
        .recover(failure -> backend.close().compose(closed -> Future.failedFuture(failure)));
  }

  @Override
  public Future<?> stop() {
    return heartbeats
        .unregister()
        .compose(unregistered -> writer.finish())
        .onComplete(finished -> stopWatching())
        .eventually(() -> polling == null ? Future.succeededFuture() : polling.stop())
        .eventually(backend::close);
  }

  private static String describe(LivenessSettings settings) {
    // Where the catalogue is in the same place, its loss is not said by itself.
    String catalogue = settings.tables() == null ? ", the catalogue as well" : "";
    return settings.backend() + " (" + settings.uri() + catalogue + ")";
  }

  /** Fails where it throws, as where no thread is to be had: who does not poll has not started. */
  private Future<Void> startPolling() {
    Duration interval = settings.pollInterval();
    // One poll at a time: the net below a poll ends it before the ticker would.
    Duration bound = interval.plusMillis(longestMillis());
    watching = new WatchThread("watch-" + settings.backend(), interval, heartbeatWatch, silence());
    polling = Ticker.start(vertx, "Polling " + settings.backend(), interval, bound, this::poll);
    return Future.succeededFuture();
  }

  private void heartbeat(List<Heartbeat> members) {
    heartbeatWatch.heard(!members.isEmpty(), System.nanoTime());
    writer.write(members);
  }

  private void catalogued(CatalogEvent event) {
    Member member = event.member();
    if (event.type() == CatalogEvent.Type.DELETED && member.incarnation() != null) {
      writer.deleted(member.id(), member.incarnation());
    }
    stalled.catalogued(event);
    backend.catalogued(event);
  }

  /** Where its agent lives, that one does so as well. */
  private void bury(CatalogEvent deleted) {
    catalogued(deleted);
    Member member = deleted.member();
    if (member.incarnation() != null && member.backends().contains(settings.backend())) {
      writer.bury(
          new Heartbeat(member.id(), member.incarnation(), 0, Heartbeat.State.DELETED, null));
    }
  }

  private void stopWatching() {
    if (watching != null) {
      watching.close();
    }
  }

  /** What the watch's thread does, perhaps while this verticle's loop is blocked. */
  private Runnable silence() {
    Optional<Runnable> lifeline = backend.lifeline();
    return () -> {
      context.runOnContext(turning -> release());
      try {
        lifeline.ifPresent(Runnable::run);
      } catch (RuntimeException e) {
        LOG.warn("Backend {}: presence could not be cut off", settings.backend(), e);
      }
    };
  }

  /** A session must not outlive the loops that it speaks for. */
  private void release() {
    LOG.warn(
        "Backend {}: no heartbeat was heard for {} ms; presence that needs no beat is given up",
        settings.backend(),
        settings.serviceDownTime().toMillis());
    writer.abandon();
    backend
        .release()
        .onFailure(
            failure ->
                LOG.warn(
                    "Backend {}: presence could not be given up: {}",
                    settings.backend(),
                    Why.of(failure)));
  }

  private void hasten() {
    if (polling != null) {
      polling.hasten();
    }
  }

  private Future<?> poll() {
    long started = System.nanoTime();
    // Backends bound their calls; this is the net below one that throws or does not.
    return OnContext.within(
            vertx,
            longestMillis(),
            OnContext.of(vertx, attempt())
                .compose(seen -> stalled.complete(seen, stall.isStalled())))
        .onSuccess(seen -> witnessed(started, seen))
        .onFailure(this::notWitnessed)
        .onComplete(result -> measured(started, result));
  }

  private void measured(long started, AsyncResult<Observation> polled) {
    Observation seen = polled.result();
    Topics.WORK.publish(
        vertx,
        RemoteWork.since(
            RemoteWork.Kind.POLL,
            settings.backend(),
            started,
            seen == null ? 0 : seen.beats().size() + seen.held().size(),
            polled.succeeded() ? RemoteWork.Outcome.DONE : RemoteWork.Outcome.FAILED));
  }

  private long longestMillis() {
    return settings.patience().plus(settings.pollInterval()).toMillis();
  }

  private Future<Observation> attempt() {
    try {
      Future<Observation> attempt = backend.poll();
      throwing = false;
      return attempt == null ? Future.failedFuture("the poll returned nothing") : attempt;
    } catch (Throwable e) { // an Error too: whatever threw, the backend was not reached
      if (!throwing) {
        LOG.error("Polling backend {} threw; the next poll follows", settings.backend(), e);
      }
      throwing = true;
      return Future.failedFuture(e);
    }
  }

  private void witnessed(long started, Observation seen) {
    if (stall.isOut()) {
      // The witness is as slow as a beat: whose own do not get through is in an outage itself.
      witness.missed();
    }
    WitnessClock.Gap gap = witness.witnessed(started);
    if (gap == WitnessClock.Gap.LATE) {
      return;
    }
    boolean outage = gap == WitnessClock.Gap.OUTAGE;
    if (seen.dataLost()) {
      witness.restart();
    }
    sayReached(outage, seen.dataLost());
    stall.backendReached(started);
    writer.backendReached(started);
    become(seen.dataLost() ? State.DATA_LOST : State.REACHABLE);
    Observation said = news.of(seen, outage || seen.dataLost(), started);
    Topics.SIGHTINGS.publish(
        vertx,
        new Sightings(
            settings.backend(),
            witness.millis(),
            said.beats(),
            said.held(),
            said.gone(),
            said.unwitnessed(),
            gap == WitnessClock.Gap.HICCUP || seen.interrupted(),
            witness.reachedMillis()));
  }

  /** One line, whatever came together. */
  private void sayReached(boolean outage, boolean dataLost) {
    if (outages.isLost()) {
      if (dataLost) {
        outages.succeededChanged("; " + MISSING);
      } else {
        outages.succeeded(outage ? "; " + ANEW : "");
      }
    } else if (dataLost) {
      LOG.warn("Backend {}: {}", settings.backend(), MISSING);
    } else if (outage) {
      LOG.info("Backend {}: {}, after an interval without a round trip", settings.backend(), ANEW);
    }
  }

  private void notWitnessed(Throwable failure) {
    witness.missed();
    stall.backendLost();
    writer.backendLost();
    outages.failed(failure);
    become(State.UNREACHABLE);
  }

  /** Data loss is an event: what follows it is as reachable as before, and not said again. */
  private void become(State next) {
    boolean same = state == next || (state == State.DATA_LOST && next == State.REACHABLE);
    if (!same || next == State.DATA_LOST) {
      state = next;
      Instant since = Instant.now().truncatedTo(ChronoUnit.MILLIS);
      Topics.BACKEND.publish(vertx, new BackendState(settings.backend(), next, since, null));
    }
  }
}
