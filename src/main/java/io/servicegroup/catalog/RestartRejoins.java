package io.servicegroup.catalog;

import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ProcessIdentity;
import io.servicegroup.model.ServiceSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins members again, with their probes, that had joined through this agent at run time before it
 * was restarted. These are the members that are still in the catalogue and that no other agent has
 * joined since. A member that left or was deleted meanwhile stays so. A member that cannot be
 * joined again is published, for health and for services that send beats.
 *
 * <p>Not thread-safe.
 */
final class RestartRejoins implements ServedMembers.Listener {

  private static final Logger LOG = LoggerFactory.getLogger(RestartRejoins.class);

  private final Vertx vertx;
  private final AgentConfig config;
  private final ServiceCatalog catalog;
  private final StoreReachability reachability;
  private final ServedMembers served;
  private final RejoinRecords records;
  private final Consumer<Member> beforeJoin;
  private final SharedAgentId sharedId;
  private final OtherAgentLives otherLives;
  private final RejoinCandidates candidates;
  private final OwnershipCheck ownership;
  private final Set<MemberId> unusable = new HashSet<>();

  /** The number of requests under way that join a member anew. */
  private final Map<MemberId, Integer> joining = new HashMap<>();

  private final String agentId;
  private AgentLife life;
  private RetriedJoins joins;
  private boolean rejoining;
  private boolean stopped;

  /**
   * Creates an object that has read nothing yet.
   *
   * @param vertx whose event bus is used
   * @param config gives {@code agent.id}, by which the rejoin records are found, and the configured
   *     services, which are not joined here
   * @param records stores the rejoin records of this life
   * @param beforeJoin receives each member before its join
   * @param agent the id of this life
   */
  RestartRejoins(
      Vertx vertx,
      AgentConfig config,
      ServiceCatalog catalog,
      StoreReachability reachability,
      ServedMembers served,
      RejoinRecords records,
      Consumer<Member> beforeJoin,
      String agent) {
    this.vertx = vertx;
    this.config = config;
    this.catalog = catalog;
    this.reachability = reachability;
    this.served = served;
    this.candidates = new RejoinCandidates(vertx);
    this.ownership = new OwnershipCheck(catalog, reachability, this::found);
    this.records = records;
    this.beforeJoin = beforeJoin;
    this.agentId = config.agent().id().orElse(null);
    this.sharedId = new SharedAgentId(vertx, agentId, candidates, served);
    this.otherLives = OtherAgentLives.of(vertx, config.liveness());
    this.life = new AgentLife(agent, ProcessHandle.current().pid(), null);
  }

  /** Returns this life of the agent. */
  AgentLife life() {
    return life;
  }

  /** Reads the rejoin records and their members. Nothing is joined before {@link #start}. */
  Future<Void> read() {
    if (agentId == null) {
      return Future.succeededFuture();
    }
    return identify()
        .compose(identified -> reachability.observe(catalog.rejoinRecords(agentId)))
        .compose(
            kept ->
                reachability
                    .observe(catalog.find(kept.keySet()))
                    .onSuccess(found -> select(kept, found)))
        .onSuccess(found -> candidates.publish())
        .mapEmpty();
  }

  private Future<Void> identify() {
    return Topics.PROCESS
        .request(vertx, life.pid(), Duration.ofSeconds(5))
        .otherwise((ProcessIdentity) null)
        .map(
            process -> {
              life = new AgentLife(life.agent(), life.pid(), process);
              life.began();
              return null;
            });
  }

  private void select(Map<MemberId, JsonObject> kept, List<Member> found) {
    Set<MemberId> configured =
        config.services().stream().map(ServiceSpec::id).collect(Collectors.toSet());
    Map<MemberId, Member> members = new HashMap<>();
    found.forEach(member -> members.put(member.id(), member));
    kept.forEach(
        (id, json) -> {
          Member member = members.get(id);
          RejoinRecord known = RejoinRecords.read(id, json);
          if (known == null
              || member == null
              || !known.isJoinedBy(member)
              || configured.contains(id)) {
            unusable.add(id);
            return;
          }
          beforeJoin.accept(member);
          served.joinedBeforeRestart(candidates.put(known, member), member.incarnation());
          // Another backend than at the join may not be able to store the member's names, so that
          // it could not beat.
          config
              .liveness()
              .refusal(id)
              .ifPresent(refused -> candidates.refuse(id, refused.key() + ": " + refused.rule()));
          otherLives.served(known.life(), id, member.incarnation());
        });
  }

  /**
   * Joins the members as soon as no other life of the agent runs.
   *
   * @param rejoin joins a member that this agent had joined before, unless it was removed meanwhile
   */
  void start(Function<ServedMembers.Served, Future<?>> rejoin) {
    joins =
        new RetriedJoins(
            vertx, spec -> rejoin(spec.id(), rejoin), candidates::refused, this::wanted);
    if (!candidates.isEmpty() || !unusable.isEmpty()) {
      checkOtherLives();
    }
  }

  /**
   * Tries the joins again that the store had refused for good: it was away, and may be another
   * store now.
   */
  void storeIsBack() {
    joins.tryAgain();
  }

  /** Notes that this life of the agent ends. */
  void stop() {
    stopped = true;
    life.ended();
  }

  private Future<?> rejoin(MemberId id, Function<ServedMembers.Served, Future<?>> rejoin) {
    return ownership
        .check(id)
        .compose(
            looked ->
                wanted(id) == null
                    ? Future.failedFuture(id + " is not to be taken up any more")
                    : rejoin.apply(candidates.lastServed(id)));
  }

  private void checkOtherLives() {
    if (stopped) {
      return;
    }
    otherLives
        .check(life.process())
        .onSuccess(
            answer -> {
              if (answer instanceof OtherAgentLives.None) {
                rejoin();
                return;
              }
              if (answer instanceof OtherAgentLives.Seen seen) {
                sharedId.seen(seen.sign());
              }
              vertx.setTimer(
                  config.liveness().pollInterval().toMillis(), timer -> checkOtherLives());
            })
        .onFailure(failure -> LOG.error("What joined before is not taken up", failure));
  }

  private void rejoin() {
    rejoining = true;
    sharedId.isOver();
    unusable.stream().filter(id -> records.get(id) == null).forEach(records::forget);
    unusable.clear();
    candidates
        .refusals()
        .forEach((id, why) -> LOG.warn("{} is not taken up again: {}; join it again", id, why));
    List<ServiceSpec> services = candidates.services();
    if (!services.isEmpty()) {
      LOG.info(
          "What joined through this agent before its restart is taken up again: {}{}",
          services.get(0).id(),
          services.size() > 1 ? " and " + (services.size() - 1) + " more" : "");
    }
    // The records are stored first, so that an agent that is killed in between finds them again.
    records.store(candidates.in(life)).onComplete(kept -> joins.start(services));
  }

  /**
   * Returns the service to join, or null where it is not to be joined any more, or a request joins
   * it anew.
   */
  private ServiceSpec wanted(MemberId id) {
    return joining.containsKey(id) ? null : candidates.spec(id);
  }

  /**
   * Notes that a request joins a member anew, possibly with another probe. Returns the member's
   * rejoin record so far, or null.
   */
  RejoinRecord joining(MemberId id) {
    joining.merge(id, 1, Integer::sum);
    return records.get(id) == null ? candidates.record(id) : records.get(id);
  }

  /** Notes that such a request has failed. */
  void joiningFailed(MemberId id) {
    joining.computeIfPresent(id, (known, tries) -> tries > 1 ? tries - 1 : null);
    if (rejoining && candidates.waits(id)) {
      joins.start(List.of(candidates.spec(id)));
    }
  }

  /** Takes in a member as it is stored now. */
  void found(Member member) {
    MemberId id = member.id();
    RejoinRecord record = candidates.record(id);
    if (record == null) {
      return;
    }
    if (record.isJoinedBy(member) || life.agent().equals(member.agent())) {
      candidates.put(record, member);
      return;
    }
    LOG.info("{} is not taken up again: agent {} has joined it since", id, member.agent());
    candidates.remove(id);
    served.changeState(id, ServedMembers.State.MOVED);
    records.forget(id);
  }

  /** Takes in members that the store lost. */
  void lost(Collection<MemberId> ids) {
    records.writeAgain(ids);
  }

  @Override
  public void joined(MemberId id) {
    joining.remove(id);
    candidates.remove(id);
  }

  @Override
  public void ended(MemberId id) {
    if (candidates.remove(id) || records.get(id) != null) {
      records.forget(id);
    }
  }
}
