package io.servicegroup.catalog;

import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.bus.Topics;
import io.servicegroup.config.ServiceSpecReader;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Probe;
import io.servicegroup.model.ServiceSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Joins what asks to join while the agent runs, over HTTP or the bus: no configuration names it
 * after a restart, so that what is needed to take it up again is kept in the catalogue.
 */
final class RuntimeJoins {

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Vertx vertx;
  private final MemberOperations operations;
  private final ServedMembers served;
  private final RejoinRecords records;
  private final RestartRejoins rejoins;
  private final Map<MemberId, Trying> trying = new HashMap<>();

  /** Those who try to join one member at the same time. */
  private static final class Trying {

    /** What is kept of the member if none of them joins it; null for nothing. */
    private RejoinRecord before;

    private int left;
  }

  RuntimeJoins(
      Vertx vertx,
      MemberOperations operations,
      ServedMembers served,
      RejoinRecords records,
      RestartRejoins rejoins) {
    this.vertx = vertx;
    this.operations = operations;
    this.served = served;
    this.records = records;
    this.rejoins = rejoins;
  }

  /** Joins a service; answered when it is kept as well, or cannot be for now. */
  Future<ServiceCatalog.Joined> join(ServiceSpec asked) {
    MemberId id = asked.id();
    RejoinRecord known = rejoins.joining(id);
    Trying all = trying.computeIfAbsent(id, first -> new Trying());
    if (all.left++ == 0) {
      all.before = known;
    }
    return withProcess(asked)
        .compose(
            spec -> {
              RejoinRecord record = RejoinRecord.of(spec, all.before, rejoins.life());
              // Side by side: a member that is kept and did not join is nobody's to take up.
              Future<Void> written = records.store(Map.of(id, record));
              return operations
                  .join(spec)
                  .onSuccess(joined -> all.before = record)
                  .onFailure(failure -> failed(spec, record, all, written))
                  .compose(joined -> stillKept(id, record, written).map(joined));
            })
        .onFailure(failure -> rejoins.joiningFailed(id))
        .onComplete(
            done -> {
              if (--all.left == 0) {
                trying.remove(id);
              }
            });
  }

  /** What did not join is not kept; what joined and is not beaten for yet will be served. */
  private void failed(ServiceSpec spec, RejoinRecord record, Trying all, Future<Void> written) {
    if (served.isNotBeating(spec)) {
      all.before = record;
      stillKept(spec.id(), record, written);
    } else {
      takeBack(spec.id(), record, all.before);
    }
  }

  /** Whoever asked to join it meanwhile is kept, and not taken back. */
  private void takeBack(MemberId id, RejoinRecord record, RejoinRecord before) {
    if (records.get(id) != record) {
      return;
    }
    if (before == null) {
      records.forget(id);
    } else {
      records.store(Map.of(id, before));
    }
  }

  /** What ended before this join, while it waited, has ended what is kept of it as well. */
  private Future<Void> stillKept(MemberId id, RejoinRecord record, Future<Void> written) {
    return records.get(id) == record ? written : records.store(Map.of(id, record));
  }

  /**
   * Ends a membership. What is answered is a promise, also where the agent is killed then:
   * therefore it fails as {@code UNAVAILABLE} where nothing could be kept of it, although the
   * member has left.
   */
  Future<Void> leave(MemberId id) {
    return operations
        .leave(id)
        .compose(left -> records.written(id))
        .compose(
            written ->
                written
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new ServiceGroupException(
                            Refusal.UNAVAILABLE,
                            id
                                + " has left, but the catalogue could not keep that yet: were this"
                                + " agent killed now, its next start would take the member up"
                                + " again; leave again until it is answered")));
  }

  /** Which process an id names is known now, not after a restart. */
  private Future<ServiceSpec> withProcess(ServiceSpec spec) {
    return spec.probe() instanceof Probe.Pid probe && probe.pid() != null
        ? Topics.PROCESS
            .request(vertx, probe.pid(), PATIENCE)
            .map(process -> ServiceSpecReader.withProcess(spec, process))
            .otherwise(spec)
        : Future.succeededFuture(spec);
  }
}
