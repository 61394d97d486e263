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
 * Joins services at run time, on requests over HTTP or the event bus. No configuration names such a
 * service after a restart, so that a {@link RejoinRecord} is stored in the catalogue.
 */
final class RuntimeJoins {

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(2);

  private final Vertx vertx;
  private final MemberOperations operations;
  private final ServedMembers served;
  private final RejoinRecords records;
  private final RestartRejoins rejoins;
  private final Map<MemberId, JoinRequests> requests = new HashMap<>();

  /** The requests that try to join one member at the same time. */
  private static final class JoinRequests {

    /** The rejoin record that the member has if none of them succeeds; null for none. */
    private RejoinRecord former;

    private int underWay;
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

  /**
   * Joins a service. Completes when its rejoin record is stored as well, or cannot be stored for
   * now.
   */
  Future<ServiceCatalog.Joined> join(ServiceSpec asked) {
    MemberId id = asked.id();
    RejoinRecord known = rejoins.joining(id);
    JoinRequests together = requests.computeIfAbsent(id, first -> new JoinRequests());
    if (together.underWay == 0) {
      together.former = known;
    }
    together.underWay++;
    return withProcess(asked)
        .compose(
            spec -> {
              RejoinRecord record = RejoinRecord.of(spec, together.former, rejoins.life());
              // The two run side by side. A record of a member that did not join does no harm: an
              // agent joins again only what it had joined last.
              Future<Void> written = records.store(Map.of(id, record));
              return operations
                  .join(spec)
                  .onSuccess(joined -> together.former = record)
                  .onFailure(failure -> failed(spec, record, together, written))
                  .compose(joined -> ensureStored(id, record, written).map(joined));
            })
        .onFailure(failure -> rejoins.joiningFailed(id))
        .onComplete(
            done -> {
              together.underWay--;
              if (together.underWay == 0) {
                requests.remove(id);
              }
            });
  }

  /**
   * Removes the record of a member that did not join. A member that joined, and whose heartbeat
   * could not be started yet, keeps its record.
   */
  private void failed(
      ServiceSpec spec, RejoinRecord record, JoinRequests together, Future<Void> written) {
    if (served.isNotBeating(spec)) {
      together.former = record;
      ensureStored(spec.id(), record, written);
    } else {
      putFormerBack(spec.id(), record, together.former);
    }
  }

  /** Puts the former record back, unless another request has stored a record since. */
  private void putFormerBack(MemberId id, RejoinRecord record, RejoinRecord former) {
    if (records.get(id) != record) {
      return;
    }
    if (former == null) {
      records.forget(id);
    } else {
      records.store(Map.of(id, former));
    }
  }

  /**
   * Stores the record again where an operation before this join, such as a leave, has removed it.
   */
  private Future<Void> ensureStored(MemberId id, RejoinRecord record, Future<Void> written) {
    return records.get(id) == record ? written : records.store(Map.of(id, record));
  }

  /**
   * Makes a member leave. The answer must hold even if the agent is killed right after it:
   * therefore this fails as {@code UNAVAILABLE} where the rejoin record could not be removed,
   * although the member has left.
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

  /**
   * Adds the identity of the process to a probe of a process id, since the id may name another
   * process after a restart.
   */
  private Future<ServiceSpec> withProcess(ServiceSpec spec) {
    return spec.probe() instanceof Probe.Pid probe && probe.pid() != null
        ? Topics.PROCESS
            .request(vertx, probe.pid(), REQUEST_TIMEOUT)
            .map(process -> ServiceSpecReader.withProcess(spec, process))
            .otherwise(spec)
        : Future.succeededFuture(spec);
  }
}
