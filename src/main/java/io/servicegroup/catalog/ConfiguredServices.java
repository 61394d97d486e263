package io.servicegroup.catalog;

import io.servicegroup.model.MemberId;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.runtime.Backoff;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the members in step with the services that the configuration names. At a reload new
 * services join, services that are gone leave, and changed services are changed. Members that
 * joined by other means are left alone.
 *
 * <p>Not thread-safe.
 */
final class ConfiguredServices {

  private static final Logger LOG = LoggerFactory.getLogger(ConfiguredServices.class);

  private final Vertx vertx;
  private final MemberOperations operations;
  private final RetriedJoins joins;
  private final RefusedJoins refusals;
  private final Map<MemberId, ServiceSpec> wanted = new LinkedHashMap<>();

  /**
   * Creates an object that knows no services yet.
   *
   * @param vertx whose timers delay the retries
   * @param operations joins, leaves and changes members
   * @param refusals records the services that the catalogue refuses
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

  /**
   * Tries the joins again that the store had refused for good: it was away, and may be another
   * store now.
   */
  void storeIsBack() {
    refusals.mayBeOver();
    joins.tryAgain();
  }

  /** Takes over the services of a reloaded configuration. */
  void reload(List<ServiceSpec> services) {
    refusals.mayBeOver();
    Map<MemberId, ServiceSpec> before = new LinkedHashMap<>(wanted);
    wanted.clear();
    services.forEach(spec -> wanted.put(spec.id(), spec));
    before.keySet().stream().filter(id -> !wanted.containsKey(id)).forEach(this::leave);
    List<ServiceSpec> joined =
        services.stream().filter(spec -> isToBeJoined(before, spec)).toList();
    joins.start(joined);
    // This includes services whose join is under way: the operations on one member run in order.
    services.stream()
        .filter(spec -> !spec.equals(before.get(spec.id())) && !joined.contains(spec))
        .forEach(spec -> change(spec, StoreRetries.backoff()));
  }

  /**
   * Whether a service of the reloaded configuration has to be joined. A service that had joined by
   * other means before is only changed.
   */
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
