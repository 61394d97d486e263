package io.servicegroup.catalog;

import io.servicegroup.bus.LocalMember;
import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.Topics;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ServiceSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;

/** Asks HeartbeatVerticle to beat for members, and to stop that. */
final class HeartbeatRequests {

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

  private final Vertx vertx;

  HeartbeatRequests(Vertx vertx) {
    this.vertx = vertx;
  }

  /** Starts the heartbeat of an incarnation, or changes its probe. */
  Future<Void> start(ServiceSpec spec, Incarnation incarnation) {
    return Topics.HEARTBEAT_START.requestHere(
        vertx, new LocalMember(spec, incarnation), REQUEST_TIMEOUT);
  }

  /** Stops the heartbeat of a member; succeeds where there is none. */
  Future<Void> stop(MemberId id) {
    return Topics.HEARTBEAT_STOP
        .request(vertx, id, REQUEST_TIMEOUT)
        .recover(
            failure ->
                Refusal.MISSING.isIn(failure)
                    ? Future.succeededFuture()
                    : Future.failedFuture(failure));
  }
}
