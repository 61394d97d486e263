package io.servicegroup.liveness;

import io.servicegroup.bus.Concerns;
import io.servicegroup.bus.Topics;
import io.servicegroup.detect.WitnessClock;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Member;
import io.servicegroup.runtime.OnContext;
import io.servicegroup.runtime.Ticker;
import io.servicegroup.runtime.Why;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects the event bus with one backend. It writes the beats of {@code servicegroup.heartbeat},
 * polls the backend, keeps the witness clock, and publishes {@code servicegroup.sightings} and
 * {@code servicegroup.backend}. It decides nothing.
 *
 * <p>The start fails where the backend cannot be reached; the verticle may then be deployed again.
 * The stop completes when the last state has been written, or could not be.
 */
public final class LivenessVerticle extends VerticleBase {

  private static final Logger LOG = LoggerFactory.getLogger(LivenessVerticle.class);

  private final LivenessSettings settings;
  private final BiFunction<Vertx, LivenessSettings, LivenessBackend> technology;
  private LivenessBackend backend;
  private SightingsPublisher publisher;
  private Ticker polling;
  private MessageConsumer<JsonObject> heartbeats;
  private BeatWriter writer;
  private BeatStall stall;
  private StalledAgents stalledAgents;
  private HeartbeatWatch heartbeatWatch;
  private WatchThread watching;
  private PollPlan plan;
  private long plannedNanos;
  private boolean throwing;

  /**
   * Makes the verticle; nothing happens before its deployment.
   *
   * @param settings of the backend
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
    publisher = new SightingsPublisher(vertx, settings);
    Concerns concerns = Concerns.ofBackend(vertx, settings.backend());
    stall = new BeatStall(backend, settings, concerns, System::nanoTime);
    stalledAgents = new StalledAgents(backend, settings, concerns);
    plan = new PollPlan(settings, System.nanoTime());
    writer = new BeatWriter(vertx, backend, settings, stall, this::wrote, this::careful);
    heartbeatWatch = new HeartbeatWatch(settings.serviceDownTime(), settings.pollInterval());
    Topics.CATALOG.consumeHere(vertx, this::catalogued);
    Topics.FOREIGN_DELETION.consume(vertx, this::foreignDeletion);
    heartbeats = Topics.HEARTBEAT.consumeHere(vertx, this::heartbeat);
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

  /**
   * Starts the loops. It may throw, for example where no thread can be created; then the start of
   * the verticle fails, since a verticle that does not poll must not seem to work.
   */
  private Future<Void> startPolling() {
    Duration interval = settings.pollInterval();
    plan.careful(System.nanoTime());
    // The ticker's bound is longer than that of the poll itself, so that there is one poll at a
    // time.
    Duration bound = interval.plusMillis(longestMillis());
    watching = new WatchThread("watch-" + settings.backend(), interval, heartbeatWatch, silence());
    polling =
        Ticker.startPlanned(
            vertx, "Polling " + settings.backend(), interval, this::untilPoll, bound, this::poll);
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
    if (event.type() == CatalogEvent.Type.JOINED && !event.own()) {
      careful(); // plain beats announce nothing, and the first one is waited for
    }
    stalledAgents.catalogued(event);
    backend.catalogued(event);
  }

  /**
   * Writes the end of a member that was deleted through this agent; where the member's own agent
   * lives, that one writes the same.
   */
  private void foreignDeletion(CatalogEvent deleted) {
    catalogued(deleted);
    Member member = deleted.member();
    if (member.incarnation() != null && member.backends().contains(settings.backend())) {
      writer.foreignDeletion(
          new Heartbeat(member.id(), member.incarnation(), 0, Heartbeat.State.DELETED, null));
    }
  }

  private void stopWatching() {
    if (watching != null) {
      watching.close();
    }
  }

  /**
   * The action of the watch's thread when heartbeats stopped, perhaps because this verticle's event
   * loop is blocked.
   */
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

  /**
   * Gives up presence that needs no beat: a session must not outlive the loops that it stands for.
   */
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
    plan.want();
    reconsider();
  }

  /** Beats do not get through, something was lost, or somebody's first beat is awaited. */
  private void careful() {
    long now = System.nanoTime();
    boolean was = plan.isCareful(now);
    plan.careful(now);
    if (!was) {
      reconsider();
    }
  }

  private void reconsider() {
    if (polling != null) {
      polling.hasten();
    }
  }

  private long untilPoll(long tookMillis) {
    return 1 + TimeUnit.NANOSECONDS.toMillis(plan.untilDue(System.nanoTime()));
  }

  private Future<?> poll() {
    long started = System.nanoTime();
    if (stall.isStalled()) {
      plan.careful(started);
    }
    if (plan.untilDue(started) > 0) {
      return Future.succeededFuture();
    }
    plan.begins(started);
    // Backends bound their calls; this bound catches one that does not.
    return OnContext.within(
            vertx,
            longestMillis(),
            OnContext.of(vertx, attempt())
                .onSuccess(publisher::noteLoss)
                .compose(seen -> stalledAgents.complete(seen, stall.isStalled())))
        .onSuccess(
            seen -> {
              plan.polled(seen.calm());
              witnessed(started, seen);
            })
        .onFailure(this::notWitnessed)
        .onComplete(polled -> publisher.measured(started, polled));
  }

  private long longestMillis() {
    return settings.longestCall().plus(settings.pollInterval()).toMillis();
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

  /**
   * A write succeeded. While every {@code poll_interval} counts, only the polls tell.
   *
   * @param started when the write began
   * @param seen what a poll would have seen; null where it could tell more
   */
  private void wrote(long started, Observation seen) {
    if (seen == null || plan.isCareful(System.nanoTime())) {
      return;
    }
    stalledAgents.heard(seen);
    plan.wrote(started);
    if (!witnessed(started, seen)) {
      hasten();
    }
  }

  private boolean witnessed(long started, Observation seen) {
    if (stall.isOut()) {
      // A poll proves nothing where this agent's own beats, which use the same path, do not get
      // through.
      publisher.missed();
    }
    WitnessClock.Gap gap = publisher.witnessed(started, seen, plannedNanos);
    if (gap == WitnessClock.Gap.LATE) {
      return false;
    }
    if (gap != WitnessClock.Gap.NONE || publisher.isAnew() || seen.interrupted()) {
      plan.careful(System.nanoTime());
    }
    plannedNanos = plan.plannedNanos(System.nanoTime());
    stall.backendReached(started);
    writer.backendReached(started);
    return true;
  }

  private void notWitnessed(Throwable failure) {
    plan.careful(System.nanoTime());
    stall.backendLost();
    writer.backendLost();
    publisher.lost(failure);
  }
}
