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
 * Joins the services of the configuration, and tries again what did not work: soon where the store
 * is away or refuses, and later and later, since an operator may clear the way. What cannot be
 * stored as it is waits for another configuration.
 */
final class RetriedJoins {

  private static final Duration FIRST_RETRY = Duration.ofMillis(500);
  private static final Duration LAST_RETRY = Duration.ofSeconds(15);

  private final Vertx vertx;
  private final Function<ServiceSpec, Future<?>> join;
  private final BiConsumer<MemberId, Throwable> refused;
  private final Function<MemberId, ServiceSpec> wanted;
  private final Map<MemberId, Backoff> failing = new HashMap<>();
  private final Set<MemberId> givenUp = new HashSet<>();

  /**
   * Makes ready.
   *
   * @param vertx for retries
   * @param join joins one service
   * @param refused is told of each join that the catalogue refuses
   * @param wanted how the configuration describes a service now; null where it names it no more
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

  /** Whether a service is not tried again, since only another configuration can help. */
  boolean hasGivenUp(MemberId id) {
    return givenUp.contains(id);
  }

  /** What was refused for good may not be now. */
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
    Duration pause =
        failing.computeIfAbsent(id, first -> new Backoff(FIRST_RETRY, LAST_RETRY)).failed();
    vertx.setTimer(pause.toMillis(), again -> start(id));
  }
}
