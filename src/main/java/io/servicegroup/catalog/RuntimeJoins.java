package io.servicegroup.catalog;

import io.servicegroup.bus.Topics;
import io.servicegroup.config.ServiceSpecReader;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Probe;
import io.servicegroup.model.ServiceSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
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
    KeptMember before = takingUp.joining(id);
    return withProcess(asked)
        .compose(
            spec -> {
              KeptMember kept = KeptMember.of(spec, before, takingUp.life());
              // Side by side: a member that is kept and did not join is nobody's to take up.
              Future<Void> written = keeper.keep(Map.of(id, kept));
              return operations
                  .join(spec)
                  .onFailure(failure -> failed(spec, kept, before, written))
                  .compose(joined -> stillKept(id, kept, written).map(joined));
            })
        .onFailure(failure -> takingUp.joiningFailed(id));
  }

  /** What did not join is not kept; what joined and is not beaten for yet will be served. */
  private void failed(ServiceSpec spec, KeptMember kept, KeptMember before, Future<Void> written) {
    if (served.isStranded(spec)) {
      stillKept(spec.id(), kept, written);
    } else {
      takeBack(spec.id(), kept, before);
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

  /** Ends a membership; answered when nobody takes it up again. */
  Future<Void> leave(MemberId id) {
    return operations.leave(id).compose(left -> keeper.written());
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
