package io.servicegroup.catalog;

import io.servicegroup.bus.Concerns;
import io.servicegroup.bus.FaultException;
import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.RequestTopic;
import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.ServiceSpecReader;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.runtime.BootTime;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Answers for the catalogue: joins, leaves, updates, deletes and lists members, follows those that
 * {@code watch} names and those joined here, and publishes what changes of them, each member's
 * changes in order. Members that are not followed are changed all the same, and published by the
 * agents that follow them.
 *
 * <p>Its deployment fails where the catalogue cannot be opened, and may be tried again. Afterwards
 * an absent store is {@code UNAVAILABLE} for whoever writes, while lists are answered from memory,
 * as stale.
 */
public final class RegistrationVerticle extends VerticleBase {

  private final AgentConfig config;
  private final String agentId;
  private final BiFunction<Vertx, AgentConfig.Catalog, ServiceCatalog> technology;
  private final LongSupplier sinceBoot = new BootTime();
  private ServiceCatalog catalog;
  private CatalogFollower follower;
  private TakingUp takingUp;
  private Future<Void> learned;

  /**
   * Makes the verticle; nothing happens before its deployment.
   *
   * @param config the agent's configuration
   * @param agentId the id of this agent, unique in the fleet and new with each start
   * @param technology makes the catalogue, which is not open yet; called once, on the verticle's
   *     context, which is then the only one that the catalogue is used on. The catalogue is closed
   *     with the verticle, and also where the deployment fails
   */
  public RegistrationVerticle(
      AgentConfig config,
      String agentId,
      BiFunction<Vertx, AgentConfig.Catalog, ServiceCatalog> technology) {
    this.config = config;
    this.agentId = agentId;
    this.technology = technology;
  }

  @Override
  public Future<?> start() {
    catalog = technology.apply(vertx, config.catalog());
    StoreOutage outages = outages();
    Topics.BACKEND.consume(vertx, outages::backend);
    StoreGuard guard = new StoreGuard(config.catalog().uri().toString(), outages);
    WatchScope scope = new WatchScope(config.watch());
    MemberQueue queue = new MemberQueue(sinceBoot);
    MemberCache cache = new MemberCache();
    ServedMembers served = new ServedMembers();
    CatalogPublisher publisher = new CatalogPublisher(vertx, agentId, scope, cache, served);
    Generations generations = new Generations(vertx);
    WordsMender words = words(guard, queue);
    JoinOrder order = new JoinOrder(config.liveness()::downTime);
    MemberJoins joins =
        new MemberJoins(
            vertx,
            catalog,
            guard,
            agentId,
            backends(),
            generations::newest,
            order,
            System::nanoTime);
    RefusedJoins refusals = new RefusedJoins(vertx, Concerns.ofCatalog(vertx), System::nanoTime);
    MemberOperations operations =
        new MemberOperations(
            vertx, catalog, guard, queue, served, publisher, generations, words, joins, refusals);
    CatalogLosses losses = new CatalogLosses(vertx, config.catalog().uri().toString());
    CatalogFindings findings =
        new CatalogFindings(
            vertx,
            catalog,
            guard,
            queue,
            served,
            publisher,
            generations,
            losses,
            words,
            refusals,
            operations::goOn);
    follower =
        new CatalogFollower(vertx, catalog, guard, scope, queue, words, cache, served, findings);
    findings.recheckBy(follower::changed);
    KeptMembers keeper = keeper(guard);
    takingUp = new TakingUp(vertx, config, catalog, guard, served, keeper, order::saw, agentId);
    served.tell(takingUp);
    findings.takenUpBy(takingUp);
    Verdicts verdicts = new Verdicts(vertx);
    AgentConfig.Liveness pace = config.liveness();
    return guard
        .guard(catalog.open())
        .compose(
            open -> {
              // Side by side: on a slow path nobody is to be silent for a round trip more.
              learned = order.learn(guard, catalog, config.services());
              return takingUp.read();
            })
        .compose(read -> follower.start(pace.pollInterval(), pace.reportInterval()))
        .map(
            following -> {
              Topics.CATALOG_SNAPSHOT.serve(
                  vertx, nothing -> Future.succeededFuture(publisher.snapshot()));
              serve(new MemberLists(vertx, catalog, guard, cache, words, verdicts));
              serve(new RuntimeJoins(vertx, operations, served, keeper, takingUp), verdicts);
              serve(operations, verdicts);
              takingUp.start(operations::goOn);
              Topics.CONFLICT.consume(vertx, findings::conflict);
              Topics.STATUS.consume(vertx, findings::changed);
              ConfiguredServices services = new ConfiguredServices(vertx, operations, refusals);
              Topics.SERVICES.consume(vertx, services::reload);
              guard.whenBack(
                  () -> {
                    services.storeIsBack();
                    takingUp.storeIsBack();
                  });
              Topics.SERVICES.consume(vertx, keeper::configured);
              learned.onComplete(known -> services.start(config.services()));
              return following;
            })
        .onFailure(failure -> takingUp.stop())
        .recover(failure -> catalog.close().transform(closed -> Future.failedFuture(failure)));
  }

  private StoreOutage outages() {
    BackendUri store = config.catalog().uri();
    AgentConfig.Liveness pace = config.liveness();
    Set<String> beside =
        pace.backends().stream()
            .filter(
                backend ->
                    backend instanceof AgentConfig.BuiltIn own && own.uri().isSamePlaceAs(store))
            .map(AgentConfig.Backend::name)
            .collect(Collectors.toUnmodifiableSet());
    // A poll, its net and another one.
    Duration found = pace.reportInterval().plus(pace.pollInterval().multipliedBy(2));
    return new StoreOutage(store.toString(), vertx, beside, found);
  }

  private WordsMender words(StoreGuard guard, MemberQueue queue) {
    String store = config.catalog().uri().toString();
    return new WordsMender(
        catalog,
        guard,
        queue,
        store,
        new WordsKeeper(Clock.systemUTC(), sinceBoot, catalog::keepsOrders),
        new WordsLosses(store, Concerns.ofCatalog(vertx)));
  }

  private KeptMembers keeper(StoreGuard guard) {
    String id = config.agent().id().orElse(null);
    return new KeptMembers(vertx, catalog, guard, Concerns.ofCatalog(vertx), id);
  }

  private Set<String> backends() {
    return config.liveness().backends().stream()
        .map(AgentConfig.Backend::name)
        .collect(Collectors.toUnmodifiableSet());
  }

  private void serve(MemberLists lists) {
    Topics.LIST.serve(vertx, lists::list);
    Topics.VERSIONS.serve(vertx, lists::versions);
  }

  private void serve(RuntimeJoins runtime, Verdicts verdicts) {
    RequestTopic<ServiceSpec, Topics.Joined> joins =
        Topics.join(json -> ServiceSpecReader.read(json, config.agent().host()));
    joins.serve(
        vertx,
        spec ->
            requireKept(spec)
                .compose(kept -> runtime.join(spec))
                .compose(
                    joined ->
                        verdicts
                            .view(joined.member())
                            .map(view -> new Topics.Joined(view, joined.created()))));
    Topics.LEAVE.serve(vertx, id -> verdicts.explain(id, runtime.leave(id)));
  }

  private void serve(MemberOperations operations, Verdicts verdicts) {
    Topics.UPDATE.serve(
        vertx,
        update -> verdicts.explain(update.id(), operations.update(update)).compose(verdicts::view));
    Topics.DELETE.serve(vertx, id -> verdicts.explain(id, operations.delete(id)));
  }

  /** Nobody is accepted who then could not beat. */
  private Future<Void> requireKept(ServiceSpec spec) {
    return config
        .liveness()
        .refusal(spec.id())
        .<Future<Void>>map(
            refused -> Future.failedFuture(new FaultException(Refusal.INVALID, refused)))
        .orElseGet(Future::succeededFuture);
  }

  @Override
  public Future<?> stop() {
    takingUp.stop();
    return follower.stop().transform(stopped -> catalog.close());
  }
}
