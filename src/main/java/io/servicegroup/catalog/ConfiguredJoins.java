package io.servicegroup.catalog;

import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ServiceSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins the services of the configuration, and tries again what did not work: soon where the store
 * is away, later where it was refused, since an operator may clear the way.
 */
final class ConfiguredJoins {

  private static final Logger LOG = LoggerFactory.getLogger(ConfiguredJoins.class);
  private static final int CONFLICT = 409;
  private static final Duration FIRST_RETRY = Duration.ofMillis(500);
  private static final Duration LAST_RETRY = Duration.ofSeconds(15);

  private final Vertx vertx;
  private final Function<ServiceSpec, Future<?>> join;
  private final Consumer<MemberId> refused;
  private final Function<MemberId, ServiceSpec> wanted;
  private final Map<MemberId, Integer> failures = new HashMap<>();
  private final Set<MemberId> reported = new HashSet<>();

  /**
   * Makes ready.
   *
   * @param vertx for retries
   * @param join joins one service
   * @param refused is told of each service, once, that the catalogue refuses
   * @param wanted how the configuration describes a service now; null where it names it no more
   */
  ConfiguredJoins(
      Vertx vertx,
      Function<ServiceSpec, Future<?>> join,
      Consumer<MemberId> refused,
      Function<MemberId, ServiceSpec> wanted) {
    this.vertx = vertx;
    this.join = join;
    this.refused = refused;
    this.wanted = wanted;
  }

  void start(Collection<ServiceSpec> services) {
    services.forEach(spec -> start(spec.id()));
  }

  private void start(MemberId id) {
    ServiceSpec spec = wanted.apply(id);
    if (spec != null) {
      join.apply(spec).onFailure(failure -> failed(spec, failure));
    }
  }

  private void failed(ServiceSpec spec, Throwable failure) {
    boolean conflict =
        failure instanceof ServiceGroupException refusal && refusal.status() == CONFLICT;
    if (conflict && reported.add(spec.id())) {
      LOG.error("{} cannot be joined: {}", spec.id(), failure.getMessage());
      refused.accept(spec.id());
    }
    int attempt = failures.merge(spec.id(), 1, Integer::sum);
    long doubled = FIRST_RETRY.toMillis() << Math.min(attempt - 1, 10);
    long delay = conflict ? LAST_RETRY.toMillis() : Math.min(doubled, LAST_RETRY.toMillis());
    double jitter = 1 - ThreadLocalRandom.current().nextDouble() / 2;
    vertx.setTimer((long) (delay * jitter), id -> start(spec.id()));
  }
}
