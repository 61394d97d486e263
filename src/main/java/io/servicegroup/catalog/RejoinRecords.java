package io.servicegroup.catalog;

import io.servicegroup.bus.Concerns;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.runtime.Backoff;
import io.servicegroup.runtime.Why;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the rejoin records of this agent in the catalogue. One write runs at a time and contains
 * everything that changed since the one before; a failed write is repeated later.
 *
 * <p>Not thread-safe.
 */
final class RejoinRecords {

  private static final Logger LOG = LoggerFactory.getLogger(RejoinRecords.class);
  private static final String CONCERN = "the keeping of what joined through this agent";

  private final Vertx vertx;
  private final ServiceCatalog catalog;
  private final StoreReachability reachability;
  private final Concerns concerns;
  private final String agentId;
  private final Backoff backoff = StoreRetries.backoff();
  private final Map<MemberId, RejoinRecord> records = new HashMap<>();
  private Set<MemberId> changed = new HashSet<>();
  private Promise<Void> next;
  private Future<Void> last = Future.succeededFuture();
  private boolean writing;
  private boolean retrying;
  private long retry;
  private boolean warned;

  /**
   * Creates an object without records.
   *
   * @param vertx whose timers delay the retries
   * @param concerns where a refusal of the catalogue is shown
   * @param agentId {@code agent.id}; null where nothing distinguishes this agent from others after
   *     a restart
   */
  RejoinRecords(
      Vertx vertx,
      ServiceCatalog catalog,
      StoreReachability reachability,
      Concerns concerns,
      String agentId) {
    this.vertx = vertx;
    this.catalog = catalog;
    this.reachability = reachability;
    this.concerns = concerns;
    this.agentId = agentId;
  }

  /** Reads the stored record of a member; null where it cannot be read. */
  static RejoinRecord read(MemberId id, JsonObject json) {
    try {
      return RejoinRecord.read(json);
    } catch (IllegalArgumentException e) {
      LOG.warn("What is kept of {} cannot be read ({}): it has to be joined again", id, Why.of(e));
      return null;
    }
  }

  /**
   * Forgets the records of services that the configuration names by now: after a restart the
   * configuration decides whether they join.
   */
  void configured(Collection<ServiceSpec> services) {
    services.stream()
        .map(ServiceSpec::id)
        .filter(records::containsKey)
        .toList()
        .forEach(this::forget);
  }

  /** Returns the record of a member, or null. */
  RejoinRecord get(MemberId id) {
    return records.get(id);
  }

  /**
   * Stores records.
   *
   * @return completes when they are written, or could not be written for now; never fails
   */
  Future<Void> store(Map<MemberId, RejoinRecord> members) {
    if (agentId == null) {
      if (!warned) {
        warned = true;
        LOG.warn(
            "What joins through this agent is not taken up again when it restarts: http.port is 0"
                + " and agent.id is not set, so that nothing tells this agent from others then");
      }
      return Future.succeededFuture();
    }
    records.putAll(members);
    return write(members.keySet());
  }

  /** Removes the record of a member, which is not to be joined again. */
  void forget(MemberId id) {
    records.remove(id);
    write(Set.of(id));
  }

  /**
   * Tells whether the last change of a member's record is written. A failed write is repeated at
   * once, since somebody waits for it.
   *
   * @return whether it is written; false where it could not be written for now; never fails
   */
  Future<Boolean> written(MemberId id) {
    if (retrying && changed.contains(id)) {
      vertx.cancelTimer(retry);
      retryWrite();
    }
    Future<Void> now = retrying ? Future.succeededFuture() : last;
    return now.map(done -> !(retrying && changed.contains(id)));
  }

  /**
   * Writes the records of members again: the store lost something of these members, so that their
   * records may be gone as well.
   */
  void writeAgain(Collection<MemberId> ids) {
    write(ids.stream().filter(records::containsKey).toList());
  }

  private Future<Void> write(Collection<MemberId> ids) {
    if (agentId == null || ids.isEmpty()) {
      return Future.succeededFuture();
    }
    changed.addAll(ids);
    if (retrying) {
      // Nobody waits for these records: they are written together with those that failed.
      return Future.succeededFuture();
    }
    if (next == null) {
      next = Promise.promise();
    }
    Future<Void> written = next.future();
    last = written;
    if (!writing) {
      write();
    }
    return written;
  }

  private void write() {
    Set<MemberId> now = changed;
    Promise<Void> done = next == null ? Promise.promise() : next;
    changed = new HashSet<>();
    next = null;
    writing = true;
    Map<MemberId, JsonObject> toStore = new HashMap<>();
    Set<MemberId> toDelete = new HashSet<>();
    for (MemberId id : now) {
      if (records.containsKey(id)) {
        toStore.put(id, records.get(id).toJson());
      } else {
        toDelete.add(id);
      }
    }
    reachability
        .observe(
            Future.succeededFuture()
                .compose(begun -> catalog.changeRejoinRecords(agentId, toStore, toDelete)))
        .onSuccess(
            place -> {
              backoff.succeeded();
              concerns.settle(CONCERN);
            })
        .onFailure(failure -> failed(now, failure))
        .onComplete(
            written -> {
              writing = false;
              Promise<Void> waiting = retrying ? next : null;
              if (waiting != null) {
                next = null;
                waiting.complete();
              } else if (next != null) {
                write();
              }
              done.complete();
            });
  }

  private void failed(Set<MemberId> ids, Throwable failure) {
    changed.addAll(ids);
    if (RefusedJoins.isRefusal(failure)) {
      concerns.raise(
          CONCERN,
          "what joined through this agent cannot be kept for its restart: " + failure.getMessage());
    }
    retrying = true;
    retry = vertx.setTimer(backoff.failed().toMillis(), timer -> retryWrite());
  }

  /**
   * Repeats a failed write. Whoever asks meanwhile whether a record is written waits for this
   * write.
   */
  private void retryWrite() {
    retrying = false;
    next = Promise.promise();
    last = next.future();
    write();
  }
}
