package io.servicegroup.catalog;

import io.servicegroup.model.MemberId;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.runtime.Backoff;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Joins services that nobody waits for, and repeats joins that failed, after ever longer pauses:
 * the store may return, or an operator may remove what it refuses the join for. A service that
 * cannot be stored as it is waits for another configuration.
 */
final class RetriedJoins {

  private final Vertx vertx;
  private final Function<ServiceSpec, Future<?>> join;
  private final BiConsumer<MemberId, Throwable> refused;
  private final Function<MemberId, ServiceSpec> wanted;
  private final Map<MemberId, Backoff> failing = new HashMap<>();
  private final Set<MemberId> givenUp = new HashSet<>();

  /**
   * Creates an object that has joined nothing yet.
   *
   * @param vertx whose timers delay the retries
   * @param join joins one service
   * @param refused is called for each join that the catalogue refuses
   * @param wanted returns the service as it is to be joined now, or null where it is not to be
   *     joined any more
   */
  RetriedJoins(
      Vertx vertx,
      Function<ServiceSpec, Future<?>> join,
      BiConsumer<MemberId, Throwable> refused,
      Function<MemberId, ServiceSpec> wanted) {
    this.vertx = vertx;
    this.join = join;
    this.refused = refused;
    this.wanted = wanted;
  }

  void start(Collection<ServiceSpec> services) {
    services.forEach(spec -> start(spec.id()));
  }

  /** Whether the join of a service is not repeated, since only another configuration can help. */
  boolean hasGivenUp(MemberId id) {
    return givenUp.contains(id);
  }

  /** Joins the services again that were refused for good: the cause may be gone. */
  void tryAgain() {
    List.copyOf(givenUp).forEach(this::start);
  }

  private void start(MemberId id) {
    ServiceSpec spec = wanted.apply(id);
    givenUp.remove(id);
    if (spec == null) {
      failing.remove(id);
      return;
    }
    join.apply(spec)
        .onSuccess(joined -> failing.remove(id))
        .onFailure(failure -> failed(id, failure));
  }

  private void failed(MemberId id, Throwable failure) {
    if (RefusedJoins.isRefusal(failure) && wanted.apply(id) != null) {
      refused.accept(id, failure);
    }
    if (RefusedJoins.isFinal(failure)) {
      failing.remove(id);
      givenUp.add(id);
      return;
    }
    Duration pause = failing.computeIfAbsent(id, first -> StoreRetries.backoff()).failed();
    vertx.setTimer(pause.toMillis(), again -> start(id));
  }
}
