package io.servicegroup.catalog;

import io.servicegroup.model.MemberId;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.runtime.Backoff;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services that the configuration names, through its reloads: what is new is joined, what is
 * gone leaves, what is changed is changed. What joined by other means is left alone.
 *
 * <p>Not thread-safe.
 */
final class ConfiguredServices {

  private static final Logger LOG = LoggerFactory.getLogger(ConfiguredServices.class);
  private static final Duration FIRST_RETRY = Duration.ofMillis(500);
  private static final Duration LAST_RETRY = Duration.ofSeconds(15);

  private final Vertx vertx;
  private final MemberOperations operations;
  private final RetriedJoins joins;
  private final RefusedJoins refusals;
  private final Map<MemberId, ServiceSpec> wanted = new LinkedHashMap<>();

  /**
   * Makes ready.
   *
   * @param vertx for retries
   * @param operations joins, leaves and changes
   * @param refusals is told of each service that the catalogue refuses
   */
  ConfiguredServices(Vertx vertx, MemberOperations operations, RefusedJoins refusals) {
    this.vertx = vertx;
    this.operations = operations;
    this.refusals = refusals;
    this.joins = new RetriedJoins(vertx, operations::join, refusals::refused, this::wanted);
  }

  private ServiceSpec wanted(MemberId id) {
    return wanted.get(id);
  }

  void start(Collection<ServiceSpec> services) {
    services.forEach(spec -> wanted.put(spec.id(), spec));
    joins.start(services);
  }

  /** The store was away, and may be another one since: what it refused for good is tried again. */
  void storeIsBack() {
    refusals.mayBeOver();
    joins.tryAgain();
  }

  /** The configuration was reloaded. */
  void reload(List<ServiceSpec> services) {
    refusals.mayBeOver();
    Map<MemberId, ServiceSpec> before = new LinkedHashMap<>(wanted);
    wanted.clear();
    services.forEach(spec -> wanted.put(spec.id(), spec));
    before.keySet().stream().filter(id -> !wanted.containsKey(id)).forEach(this::leave);
    List<ServiceSpec> joined =
        services.stream().filter(spec -> isToBeJoined(before, spec)).toList();
    joins.start(joined);
    // Also those whose join is under way: what is done to one member is done in order.
    services.stream()
        .filter(spec -> !spec.equals(before.get(spec.id())) && !joined.contains(spec))
        .forEach(spec -> change(spec, new Backoff(FIRST_RETRY, LAST_RETRY)));
  }

  /** One that joined by other means before goes on as it is, and is changed. */
  private boolean isToBeJoined(Map<MemberId, ServiceSpec> before, ServiceSpec spec) {
    ServiceSpec old = before.get(spec.id());
    if (joins.hasGivenUp(spec.id())) {
      return true;
    }
    return old == null
        ? !operations.serves(spec.id())
        : !old.binary().equals(spec.binary()) && operations.serves(spec.id());
  }

  private void leave(MemberId id) {
    refusals.over(id);
    refusals.changed(id);
    operations.leave(id).onFailure(failure -> LOG.debug("{} was not served here", id, failure));
  }

  private void change(ServiceSpec spec, Backoff backoff) {
    operations
        .change(spec)
        .onSuccess(changed -> refusals.changed(spec.id()))
        .onFailure(
            failure -> {
              LOG.debug("{} cannot be changed yet", spec.id(), failure);
              if (RefusedJoins.isFinal(failure)) {
                refusals.unchanged(spec.id(), failure);
                return;
              }
              vertx.setTimer(
                  backoff.failed().toMillis(),
                  timer -> {
                    if (spec.equals(wanted.get(spec.id()))) {
                      change(spec, backoff);
                    }
                  });
            });
  }
}
