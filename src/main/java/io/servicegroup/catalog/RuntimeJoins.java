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
  private final KeptMembers keeper;
  private final TakingUp takingUp;
  private final Map<MemberId, Trying> trying = new HashMap<>();

  /** Those who try to join one member at the same time. */
  private static final class Trying {

    /** What is kept of the member if none of them joins it; null for nothing. */
    private KeptMember before;

    private int left;
  }

  RuntimeJoins(
      Vertx vertx,
      MemberOperations operations,
      ServedMembers served,
      KeptMembers keeper,
      TakingUp takingUp) {
    this.vertx = vertx;
    this.operations = operations;
    this.served = served;
    this.keeper = keeper;
    this.takingUp = takingUp;
  }

  /** Joins a service; answered when it is kept as well, or cannot be for now. */
  Future<ServiceCatalog.Joined> join(ServiceSpec asked) {
    MemberId id = asked.id();
    KeptMember known = takingUp.joining(id);
    Trying all = trying.computeIfAbsent(id, first -> new Trying());
    if (all.left++ == 0) {
      all.before = known;
    }
    return withProcess(asked)
        .compose(
            spec -> {
              KeptMember kept = KeptMember.of(spec, all.before, takingUp.life());
              // Side by side: a member that is kept and did not join is nobody's to take up.
              Future<Void> written = keeper.keep(Map.of(id, kept));
              return operations
                  .join(spec)
                  .onSuccess(joined -> all.before = kept)
                  .onFailure(failure -> failed(spec, kept, all, written))
                  .compose(joined -> stillKept(id, kept, written).map(joined));
            })
        .onFailure(failure -> takingUp.joiningFailed(id))
        .onComplete(
            done -> {
              if (--all.left == 0) {
                trying.remove(id);
              }
            });
  }

  /** What did not join is not kept; what joined and is not beaten for yet will be served. */
  private void failed(ServiceSpec spec, KeptMember kept, Trying all, Future<Void> written) {
    if (served.isStranded(spec)) {
      all.before = kept;
      stillKept(spec.id(), kept, written);
    } else {
      takeBack(spec.id(), kept, all.before);
    }
  }

  /** Whoever asked to join it meanwhile is kept, and not taken back. */
  private void takeBack(MemberId id, KeptMember kept, KeptMember before) {
    if (keeper.get(id) != kept) {
      return;
    }
    if (before == null) {
      keeper.over(id);
    } else {
      keeper.keep(Map.of(id, before));
    }
  }

  /** What ended before this join, while it waited, has ended what is kept of it as well. */
  private Future<Void> stillKept(MemberId id, KeptMember kept, Future<Void> written) {
    return keeper.get(id) == kept ? written : keeper.keep(Map.of(id, kept));
  }

  /**
   * Ends a membership. What is answered is a promise, also where the agent is killed then:
   * therefore it fails as {@code UNAVAILABLE} where nothing could be kept of it, although the
   * member has left.
   */
  Future<Void> leave(MemberId id) {
    return operations
        .leave(id)
        .compose(left -> keeper.written(id))
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
