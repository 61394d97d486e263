package io.servicegroup.bus;

import io.servicegroup.model.BackendState;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Digest;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.StatusChange;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Keeps a {@link ServiceGroupMirror} up to date. It consumes the events, notices when it missed
 * one, and then requests snapshots until it gets one. Everything runs on the context given to it.
 */
final class ServiceGroupFollower {

  private static final Logger LOG = LoggerFactory.getLogger(ServiceGroupFollower.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final long MIN_RETRY_MILLIS = 50;
  private static final long MAX_RETRY_MILLIS = 5_000;

  /**
   * The pause after a snapshot is so many times its duration, because large snapshots are costly.
   */
  private static final int PAUSE_PER_SNAPSHOT = 4;

  /** The pause is short in any case, because the mirror may be out of date until it ends. */
  private static final long MAX_PAUSE_MILLIS = 2_000;

  /** With more changes than this during one request, another snapshot is cheaper. */
  private static final int MAX_WAITING = 10_000;

  private final Vertx vertx;
  private final Context context;
  private final ServiceGroupMirror mirror;
  private final Consumer<StatusChange> onChange;
  private final ServiceGroup.NumberedListener numbered;
  private final List<MessageConsumer<JsonObject>> consumers = new ArrayList<>();
  private final Deque<StatusChange> waitingChanges = new ArrayDeque<>();
  private final Map<MemberId, CatalogEvent> waitingEvents = new LinkedHashMap<>();
  private long retryMillis = MIN_RETRY_MILLIS;

  /** Whether an event was missed, so that no change can be applied before the next snapshot. */
  private boolean outOfSync = true;

  /** Whether a snapshot is requested; the events that arrive meanwhile wait for the answer. */
  private boolean requestPending;

  /** Whether a timer runs that will send the next request. */
  private boolean requestScheduled;

  /** Whether the answer to the present request may already be out of date. */
  private boolean answerOutdated;

  /** For how long no further snapshot is requested, unless an event was missed. */
  private long pauseMillis;

  private long requestedNanos;

  private volatile boolean stopped;

  ServiceGroupFollower(
      Vertx vertx,
      Context context,
      ServiceGroupMirror mirror,
      Consumer<StatusChange> onChange,
      ServiceGroup.NumberedListener numbered) {
    this.vertx = vertx;
    this.context = context;
    this.mirror = mirror;
    this.onChange = onChange;
    this.numbered = numbered;
  }

  void start() {
    // The caller may be no thread of Vert.x, and consumers run on the context that registers them.
    context.runOnContext(
        now -> {
          consumers.addAll(Topics.STATUS.consumeEverywhere(vertx, resyncOnFailure(this::onStatus)));
          consumers.addAll(
              Topics.CATALOG.consumeEverywhere(vertx, resyncOnFailure(this::onCatalog)));
          consumers.add(Topics.STATUS_DIGEST.consume(vertx, this::onDigest));
          consumers.add(Topics.BACKEND.consume(vertx, this::onBackend));
          resync();
        });
  }

  Future<Void> stop() {
    stopped = true;
    Promise<Void> unregistered = Promise.promise();
    context.runOnContext(
        now ->
            Future.join(consumers.stream().map(MessageConsumer::unregister).toList())
                .<Void>mapEmpty()
                .onComplete(unregistered));
    return unregistered.future();
  }

  /** Treats an event that a handler throws on as missed, like one that never arrived. */
  private <T> Handler<T> resyncOnFailure(Handler<T> handler) {
    return message -> {
      try {
        handler.handle(message);
      } catch (Throwable e) { // an Error too: otherwise the mirror would be out of date for good
        LOG.error("An event could not be applied to the members; requesting a snapshot", e);
        outOfSync = true;
        resync();
      }
    };
  }

  private void onStatus(StatusChange change) {
    if (requestPending) {
      keepWaiting(change);
    } else if (!outOfSync) {
      applyOrResync(change);
    }
  }

  private void keepWaiting(StatusChange change) {
    if (waitingChanges.size() >= MAX_WAITING) {
      waitingChanges.clear();
    }
    waitingChanges.add(change);
  }

  private void applyOrResync(StatusChange change) {
    if (mirror.isNext(change)) {
      apply(change);
    } else if (!mirror.isOld(change)) {
      outOfSync = true;
      resync();
    }
  }

  private void apply(StatusChange change) {
    boolean unknown = mirror.member(change.id()).isEmpty();
    Optional<StatusChange> untold = mirror.apply(change);
    numbered.next(change);
    untold.ifPresent(onChange);
    if (unknown && mirror.member(change.id()).isPresent()) {
      resync();
    }
  }

  private void onCatalog(CatalogEvent event) {
    if (requestPending) {
      // The snapshot may have been made before this event, which is then applied after it.
      waitingEvents.put(event.member().id(), event);
    }
    if (!mirror.apply(event)) {
      // Only the evaluator knows whether a new member is watched, and which of two incarnations is
      // the present one.
      resync();
    }
  }

  private void onDigest(Digest digest) {
    if (!requestPending && mirror.isBehind(digest)) {
      outOfSync = true;
      resync();
    }
  }

  /** Requests a snapshot, because only the evaluator knows which verdicts a backend makes stale. */
  private void onBackend(BackendState state) {
    resync();
  }

  private void resync() {
    if (requestPending) {
      answerOutdated = true;
    } else if (!requestScheduled) {
      requestAfterPause();
    }
  }

  /**
   * Requests a snapshot: at once where an event was missed or the pause is over, otherwise at the
   * end of the pause.
   */
  private void requestAfterPause() {
    long since = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - requestedNanos);
    if (outOfSync || since >= pauseMillis) {
      request();
    } else {
      requestLater(pauseMillis - since);
    }
  }

  private void request() {
    requestScheduled = false;
    if (stopped) {
      return;
    }
    requestPending = true;
    answerOutdated = false;
    requestedNanos = System.nanoTime();
    Topics.STATUS_SNAPSHOT
        .requestHere(vertx, MemberFilter.ALL, TIMEOUT)
        .onComplete(
            answer -> {
              boolean applied = false;
              try {
                if (answer.succeeded() && !stopped) {
                  apply(answer.result());
                  applied = true;
                } else {
                  applyWaiting();
                }
              } catch (Throwable e) { // an Error too: it must not prevent the next request
                LOG.error("A snapshot of the members could not be applied", e);
                outOfSync = true;
              } finally {
                requestDone(applied);
              }
            });
  }

  /** Drops the events that waited for the answer, and plans the next request if one is needed. */
  private void requestDone(boolean applied) {
    requestPending = false;
    waitingEvents.clear();
    waitingChanges.clear();
    if (!applied) {
      requestLater(retryMillis);
      retryMillis = Math.min(2 * retryMillis, MAX_RETRY_MILLIS);
      return;
    }
    long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - requestedNanos);
    pauseMillis = Math.min(PAUSE_PER_SNAPSHOT * took, MAX_PAUSE_MILLIS);
    if (answerOutdated) {
      requestLater(Math.max(pauseMillis, outOfSync ? retryMillis : MIN_RETRY_MILLIS));
    }
    retryMillis = outOfSync ? Math.min(2 * retryMillis, MAX_RETRY_MILLIS) : MIN_RETRY_MILLIS;
  }

  private void requestLater(long millis) {
    requestScheduled = true;
    vertx.setTimer(millis, timer -> request());
  }

  private void apply(Snapshot snapshot) {
    // Where no event was missed, the changes that the snapshot includes are still told one by one.
    while (!outOfSync && !waitingChanges.isEmpty() && isIn(snapshot, waitingChanges.peekFirst())) {
      StatusChange change = waitingChanges.removeFirst();
      if (mirror.isNext(change)) {
        apply(change);
      }
    }
    List<StatusChange> untold = mirror.replace(snapshot);
    if (!waitingEvents.isEmpty()) {
      // Only the next snapshot is sure to include these events.
      answerOutdated = true;
      waitingEvents.values().forEach(mirror::apply);
    }
    outOfSync = false;
    numbered.resynced(new Digest(snapshot.epoch(), snapshot.seq()));
    untold.forEach(onChange);
    applyWaiting();
  }

  private static boolean isIn(Snapshot snapshot, StatusChange change) {
    return change.epoch().equals(snapshot.epoch()) && change.seq() <= snapshot.seq();
  }

  private void applyWaiting() {
    while (!outOfSync && !waitingChanges.isEmpty()) {
      applyOrResync(waitingChanges.removeFirst());
    }
  }
}
