package io.servicegroup.catalog;

import io.servicegroup.bus.Concerns;
import io.servicegroup.bus.FaultException;
import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.RequestTopic;
import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.ServiceSpecReader;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.runtime.BootTime;
import io.servicegroup.runtime.OncePerTurn;
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
 * Serves the catalogue on the event bus: joins, leaves, updates, deletes and lists members. Follows
 * the members that {@code watch} names and those that joined through this agent, and publishes
 * their changes, each member's changes in order. Other members can be changed as well; the agents
 * that follow them publish these changes.
 *
 * <p>Its deployment fails where the catalogue cannot be opened, and may be tried again. Afterwards
 * writes fail as {@code UNAVAILABLE} while the store is absent, and lists are answered from memory,
 * marked as stale.
 */
public final class RegistrationVerticle extends VerticleBase {

  private final AgentConfig config;
  private final String agentId;
  private final BiFunction<Vertx, AgentConfig.Catalog, ServiceCatalog> technology;
  private LongSupplier sinceBoot;
  private ServiceCatalog catalog;
  private CatalogFollower follower;
  private RestartRejoins rejoins;
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
    sinceBoot = new OncePerTurn(vertx, new BootTime());
    catalog = technology.apply(vertx, config.catalog());
    StoreOutageLog outageLog = storeOutageLog();
    Topics.BACKEND.consume(vertx, outageLog::backend);
    StoreReachability reachability =
        new StoreReachability(config.catalog().uri().toString(), outageLog);
    WatchScope scope = new WatchScope(config.watch());
    MemberQueue queue = new MemberQueue(sinceBoot);
    FollowedMembers followed = new FollowedMembers();
    ServedMembers served = new ServedMembers();
    CatalogPublisher publisher = new CatalogPublisher(vertx, agentId, scope, followed, served);
    NewestGeneration newestGeneration = new NewestGeneration(vertx);
    CatalogRepair repair = catalogRepair(reachability, queue);
    JoinOrder order = new JoinOrder(config.liveness()::downTime);
    MemberJoins joins =
        new MemberJoins(
            vertx,
            catalog,
            reachability,
            agentId,
            backends(),
            newestGeneration::get,
            order,
            System::nanoTime);
    RefusedJoins refusals = new RefusedJoins(vertx, Concerns.ofCatalog(vertx), System::nanoTime);
    MemberOperations operations =
        new MemberOperations(
            vertx,
            catalog,
            reachability,
            queue,
            served,
            publisher,
            newestGeneration,
            repair,
            joins,
            refusals);
    CatalogLosses losses = new CatalogLosses(vertx, config.catalog().uri().toString());
    CatalogReactions reactions =
        new CatalogReactions(
            vertx,
            catalog,
            reachability,
            queue,
            served,
            publisher,
            newestGeneration,
            losses,
            repair,
            refusals,
            operations::rejoin);
    follower =
        new CatalogFollower(
            vertx, catalog, reachability, scope, queue, repair, followed, served, reactions);
    reactions.setRecheck(follower::hasten);
    Topics.BACKEND.consume(vertx, this::backend);
    RejoinRecords rejoinRecords = rejoinRecords(reachability);
    rejoins =
        new RestartRejoins(
            vertx, config, catalog, reachability, served, rejoinRecords, order::saw, agentId);
    served.setListener(rejoins);
    reactions.setRejoins(rejoins);
    VerdictLookup verdictLookup = new VerdictLookup(vertx);
    AgentConfig.Liveness pace = config.liveness();
    return reachability
        .observe(catalog.open())
        .compose(
            open -> {
              // Both reads run side by side, so that on a slow path no member is silent for another
              // round trip.
              learned = order.learn(reachability, catalog, config.services());
              return rejoins.read();
            })
        .compose(read -> follower.start(pace.pollInterval(), pace.reportInterval()))
        .map(
            following -> {
              Topics.CATALOG_SNAPSHOT.serve(
                  vertx, nothing -> Future.succeededFuture(publisher.snapshot()));
              serve(new MemberLists(vertx, catalog, reachability, followed, repair, verdictLookup));
              serve(
                  new RuntimeJoins(vertx, operations, served, rejoinRecords, rejoins),
                  verdictLookup);
              serve(operations, verdictLookup);
              rejoins.start(operations::rejoin);
              Topics.CONFLICT.consume(vertx, reactions::conflict);
              Topics.STATUS.consumeEverywhere(vertx, reactions::changed);
              ConfiguredServices services = new ConfiguredServices(vertx, operations, refusals);
              Topics.SERVICES.consume(vertx, services::reload);
              reachability.whenBack(
                  () -> {
                    services.storeIsBack();
                    rejoins.storeIsBack();
                  });
              Topics.SERVICES.consume(vertx, rejoinRecords::configured);
              learned.onComplete(known -> services.start(config.services()));
              return following;
            })
        .onFailure(failure -> rejoins.stop())
        .recover(failure -> catalog.close().transform(closed -> Future.failedFuture(failure)));
  }

  /**
   * Reads soon after a backend came back or lost data: the catalogue, which may be in the same
   * place, may have lost something too.
   */
  private void backend(BackendState state) {
    if (state.state() != BackendState.State.UNREACHABLE) {
      follower.hastenWithOthers();
    }
  }

  private StoreOutageLog storeOutageLog() {
    BackendUri store = config.catalog().uri();
    AgentConfig.Liveness pace = config.liveness();
    Set<String> beside =
        pace.backends().stream()
            .filter(
                backend ->
                    backend instanceof AgentConfig.BuiltIn own && own.uri().isSamePlaceAs(store))
            .map(AgentConfig.Backend::name)
            .collect(Collectors.toUnmodifiableSet());
    // Within this time a backend finds out that it cannot be reached.
    Duration found = pace.reportInterval().plus(pace.pollInterval().multipliedBy(2));
    return new StoreOutageLog(store.toString(), vertx, beside, found);
  }

  private CatalogRepair catalogRepair(StoreReachability reachability, MemberQueue queue) {
    String store = config.catalog().uri().toString();
    return new CatalogRepair(
        catalog,
        reachability,
        queue,
        store,
        new RememberedMembers(Clock.systemUTC(), sinceBoot, catalog::keepsOrders),
        new RepairLog(store, Concerns.ofCatalog(vertx)));
  }

  private RejoinRecords rejoinRecords(StoreReachability reachability) {
    String id = config.agent().id().orElse(null);
    return new RejoinRecords(vertx, catalog, reachability, Concerns.ofCatalog(vertx), id);
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

  private void serve(RuntimeJoins runtime, VerdictLookup verdictLookup) {
    RequestTopic<ServiceSpec, Topics.Joined> joins =
        Topics.join(json -> ServiceSpecReader.read(json, config.agent().host()));
    joins.serve(
        vertx,
        spec ->
            requireKept(spec)
                .compose(kept -> runtime.join(spec))
                .compose(
                    joined ->
                        verdictLookup
                            .view(joined.member())
                            .map(view -> new Topics.Joined(view, joined.created()))));
    Topics.LEAVE.serve(vertx, id -> verdictLookup.explain(id, runtime.leave(id)));
  }

  private void serve(MemberOperations operations, VerdictLookup verdictLookup) {
    Topics.UPDATE.serve(
        vertx,
        update ->
            verdictLookup
                .explain(update.id(), operations.update(update))
                .compose(verdictLookup::view));
    Topics.DELETE.serve(vertx, id -> verdictLookup.explain(id, operations.delete(id)));
  }

  /** Refuses a member whose names a backend cannot store, since it could not beat. */
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
    rejoins.stop();
    return follower.stop().transform(stopped -> catalog.close());
  }
}
