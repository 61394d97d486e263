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
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Keeps a {@link ServiceGroupMirror} up to date: consumes, notices what was missed, and asks for a
 * snapshot until there is one. Everything runs on the context that it was started on.
 */
final class ServiceGroupFollower {

  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final long MIN_RETRY_MILLIS = 50;
  private static final long MAX_RETRY_MILLIS = 5_000;

  /** Beyond this many changes during one snapshot, another snapshot is cheaper. */
  private static final int MAX_WAITING = 10_000;

  private final Vertx vertx;
  private final Context context;
  private final ServiceGroupMirror mirror;
  private final Consumer<StatusChange> onChange;
  private final ServiceGroup.NumberedListener numbered;
  private final List<MessageConsumer<JsonObject>> consumers = new ArrayList<>();
  private final List<StatusChange> waitingChanges = new ArrayList<>();
  private final Map<MemberId, CatalogEvent> waitingEvents = new LinkedHashMap<>();
  private long retryMillis = MIN_RETRY_MILLIS;
  private boolean syncing;
  private boolean again;
  private volatile boolean stopped;

  ServiceGroupFollower(
      Vertx vertx,
      ServiceGroupMirror mirror,
      Consumer<StatusChange> onChange,
      ServiceGroup.NumberedListener numbered) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.mirror = mirror;
    this.onChange = onChange;
    this.numbered = numbered;
  }

  void start() {
    consumers.add(Topics.STATUS.consume(vertx, this::onStatus));
    consumers.add(Topics.CATALOG.consume(vertx, this::onCatalog));
    consumers.add(Topics.STATUS_DIGEST.consume(vertx, this::onDigest));
    consumers.add(Topics.BACKEND.consume(vertx, this::onBackend));
    context.runOnContext(now -> resync());
  }

  Future<Void> stop() {
    stopped = true;
    return Future.join(consumers.stream().map(MessageConsumer::unregister).toList()).mapEmpty();
  }

  private void onStatus(StatusChange change) {
    if (syncing) {
      wait(change);
    } else if (mirror.isNext(change)) {
      take(change);
    } else if (!mirror.isOld(change)) {
      resync();
    }
  }

  private void wait(StatusChange change) {
    if (waitingChanges.size() >= MAX_WAITING) {
      waitingChanges.clear();
      again = true;
    }
    waitingChanges.add(change);
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
    mirror.apply(event);
    if (syncing) {
      // The snapshot may have been taken before this; then it is to hold after it.
      waitingEvents.put(event.member().id(), event);
    }
  }

  private void onDigest(Digest digest) {
    if (!syncing && mirror.isBehind(digest)) {
      resync();
    }
  }

  /** Whether verdicts are stale depends on the backends; only the evaluator knows how. */
  private void onBackend(BackendState state) {
    resync();
  }

  private void resync() {
    if (syncing) {
      again = true;
    } else {
      syncing = true;
      ask();
    }
  }

  private void ask() {
    if (stopped) {
      return;
    }
    again = false;
    // Whatever was received before the question is part of the answer.
    waitingChanges.clear();
    Topics.STATUS_SNAPSHOT
        .request(vertx, MemberFilter.ALL, TIMEOUT)
        .onComplete(
            answer -> {
              if (answer.succeeded() && !stopped) {
                take(answer.result());
              } else {
                retry();
              }
            });
  }

  private void retry() {
    vertx.setTimer(retryMillis, timer -> ask());
    retryMillis = Math.min(2 * retryMillis, MAX_RETRY_MILLIS);
  }

  private void take(Snapshot snapshot) {
    List<StatusChange> news = mirror.replace(snapshot);
    waitingEvents.values().forEach(mirror::apply);
    waitingEvents.clear();
    numbered.resynced(new Digest(snapshot.epoch(), snapshot.seq()));
    news.forEach(onChange);
    for (StatusChange change : waitingChanges) {
      if (mirror.isNext(change)) {
        take(change);
      } else if (!mirror.isOld(change)) {
        again = true;
        break;
      }
    }
    if (again) {
      retry();
    } else {
      syncing = false;
      retryMillis = MIN_RETRY_MILLIS;
    }
  }
}
