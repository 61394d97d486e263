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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a {@link ServiceGroupMirror} up to date: consumes, notices what was missed, and asks for a
 * snapshot until there is one. Everything runs on the context that it was started on.
 */
final class ServiceGroupFollower {

  private static final Logger LOG = LoggerFactory.getLogger(ServiceGroupFollower.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final long MIN_RETRY_MILLIS = 50;
  private static final long MAX_RETRY_MILLIS = 5_000;

  /** Snapshots of a large fleet cost: the pause after one is so many times what it took. */
  private static final int PAUSE_PER_SNAPSHOT = 4;

  /** What is missed during the pause waits for its end, so it is short in any case. */
  private static final long MAX_PAUSE_MILLIS = 2_000;

  /** Beyond this many changes during one snapshot, another snapshot is cheaper. */
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

  /** Whether something was missed, so that nothing can be applied before a snapshot. */
  private boolean lost = true;

  /** Whether a question is under way; what comes meanwhile waits for the answer. */
  private boolean asking;

  /** Whether the next question is planned. */
  private boolean planned;

  /** Whether the answer under way may already be out of date. */
  private boolean again;

  /** How long the last snapshot is to suffice where nothing was missed. */
  private long pauseMillis;

  private long askedNanos;

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
    // A thread that is none of Vert.x's has no one context: everything is to run on this one.
    context.runOnContext(
        now -> {
          consumers.add(Topics.STATUS.consume(vertx, guarded(this::onStatus)));
          consumers.add(Topics.CATALOG.consume(vertx, guarded(this::onCatalog)));
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

  /** What could not be taken in was missed, like a message that never came. */
  private <T> Handler<T> guarded(Handler<T> handler) {
    return message -> {
      try {
        handler.handle(message);
      } catch (Throwable e) { // an Error too: a mirror that stands still for good is worse
        missed(e);
      }
    };
  }

  private void missed(Throwable cause) {
    LOG.error("News of the members could not be taken in; asking for a snapshot", cause);
    lost = true;
    resync();
  }

  private void onStatus(StatusChange change) {
    if (asking) {
      wait(change);
    } else if (!lost) {
      takeOrMiss(change);
    }
  }

  private void wait(StatusChange change) {
    if (waitingChanges.size() >= MAX_WAITING) {
      waitingChanges.clear();
    }
    waitingChanges.add(change);
  }

  private void takeOrMiss(StatusChange change) {
    if (mirror.isNext(change)) {
      take(change);
    } else if (!mirror.isOld(change)) {
      lost = true;
      resync();
    }
  }

  private void take(StatusChange change) {
    boolean unknown = mirror.member(change.id()).isEmpty();
    Optional<StatusChange> news = mirror.apply(change);
    numbered.next(change);
    news.ifPresent(onChange);
    if (unknown && mirror.member(change.id()).isPresent()) {
      resync();
    }
  }

  private void onCatalog(CatalogEvent event) {
    if (asking) {
      // The snapshot may have been taken before this; then it is to hold after it.
      waitingEvents.put(event.member().id(), event);
    }
    if (!mirror.apply(event)) {
      // Whether a new member is watched, and which of two lives is the present one, is the
      // evaluator's knowledge.
      resync();
    }
  }

  private void onDigest(Digest digest) {
    if (!asking && mirror.isBehind(digest)) {
      lost = true;
      resync();
    }
  }

  /** Whether verdicts are stale depends on the backends; only the evaluator knows how. */
  private void onBackend(BackendState state) {
    resync();
  }

  private void resync() {
    if (asking) {
      again = true;
    } else if (!planned) {
      askAfterPause();
    }
  }

  /** At once where something was missed, or enough time has passed. */
  private void askAfterPause() {
    long since = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - askedNanos);
    if (lost || since >= pauseMillis) {
      ask();
    } else {
      askLater(pauseMillis - since);
    }
  }

  private void ask() {
    planned = false;
    if (stopped) {
      return;
    }
    asking = true;
    again = false;
    askedNanos = System.nanoTime();
    Topics.STATUS_SNAPSHOT
        .request(vertx, MemberFilter.ALL, TIMEOUT)
        .onComplete(
            answer -> {
              boolean taken = false;
              try {
                if (answer.succeeded() && !stopped) {
                  take(answer.result());
                  taken = true;
                } else {
                  takeWaiting();
                }
              } catch (Throwable e) { // an Error too: this question ends, and the next is asked
                LOG.error("A snapshot of the members could not be taken in", e);
                lost = true;
              } finally {
                answered(taken);
              }
            });
  }

  /** Plans the next question. Nothing that waited for this one outlives it. */
  private void answered(boolean taken) {
    asking = false;
    waitingEvents.clear();
    waitingChanges.clear();
    if (!taken) {
      askLater(retryMillis);
      retryMillis = Math.min(2 * retryMillis, MAX_RETRY_MILLIS);
      return;
    }
    long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - askedNanos);
    pauseMillis = Math.min(PAUSE_PER_SNAPSHOT * took, MAX_PAUSE_MILLIS);
    if (again) {
      askLater(Math.max(pauseMillis, lost ? retryMillis : MIN_RETRY_MILLIS));
    }
    retryMillis = lost ? Math.min(2 * retryMillis, MAX_RETRY_MILLIS) : MIN_RETRY_MILLIS;
  }

  private void askLater(long millis) {
    planned = true;
    vertx.setTimer(millis, timer -> ask());
  }

  private void take(Snapshot snapshot) {
    // What the snapshot includes is still told one by one, where nothing was missed.
    while (!lost && !waitingChanges.isEmpty() && isIn(snapshot, waitingChanges.peekFirst())) {
      StatusChange change = waitingChanges.removeFirst();
      if (mirror.isNext(change)) {
        take(change);
      }
    }
    List<StatusChange> news = mirror.replace(snapshot);
    // Whether it holds what was heard of the catalogue meanwhile, only the next one can tell.
    again |= !waitingEvents.isEmpty();
    waitingEvents.values().forEach(mirror::apply);
    lost = false;
    numbered.resynced(new Digest(snapshot.epoch(), snapshot.seq()));
    news.forEach(onChange);
    takeWaiting();
  }

  private static boolean isIn(Snapshot snapshot, StatusChange change) {
    return change.epoch().equals(snapshot.epoch()) && change.seq() <= snapshot.seq();
  }

  private void takeWaiting() {
    while (!lost && !waitingChanges.isEmpty()) {
      takeOrMiss(waitingChanges.removeFirst());
    }
  }
}
