package io.servicegroup.catalog;

import io.servicegroup.bus.Concerns;
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
 * Takes up again what had joined through this agent before it was restarted: the members that are
 * in the catalogue still, and in the hands of no other agent, with their probes. What was left or
 * deleted meanwhile stays so; what cannot be taken up is told, to health and to services that beat.
 *
 * <p>Not thread-safe.
 */
final class TakingUp implements ServedMembers.Listener {

  private static final Logger LOG = LoggerFactory.getLogger(TakingUp.class);

  private final Vertx vertx;
  private final AgentConfig config;
  private final ServiceCatalog catalog;
  private final StoreGuard guard;
  private final ServedMembers served;
  private final KeptMembers keeper;
  private final Consumer<Member> saw;
  private final Concerns concerns;
  private final OtherLives lives;
  private final UntakenMembers untaken;
  private final StillOurs stillOurs;
  private final Set<MemberId> dropped = new HashSet<>();

  /** How many try to join a member anew. */
  private final Map<MemberId, Integer> joining = new HashMap<>();

  private final String name;
  private AgentLife life;
  private ConfiguredJoins joins;
  private boolean begun;
  private boolean stopped;

  /**
   * Makes ready.
   *
   * @param vertx where others are asked and told
   * @param config whose {@code agent.id} finds the members, whose services are joined by others
   * @param keeper keeps what is served in this life
   * @param saw is told of each member before its join
   * @param agent the id of this life
   */
  TakingUp(
      Vertx vertx,
      AgentConfig config,
      ServiceCatalog catalog,
      StoreGuard guard,
      ServedMembers served,
      KeptMembers keeper,
      Consumer<Member> saw,
      String agent) {
    this.vertx = vertx;
    this.config = config;
    this.catalog = catalog;
    this.guard = guard;
    this.served = served;
    this.untaken = new UntakenMembers(vertx);
    this.stillOurs = new StillOurs(catalog, guard, this::found);
    this.keeper = keeper;
    this.saw = saw;
    this.concerns = Concerns.ofCatalog(vertx);
    this.name = config.agent().id().orElse(null);
    AgentConfig.Liveness pace = config.liveness();
    Duration interval = pace.reportInterval().multipliedBy(5).dividedBy(4);
    // A poll to see where a count stands, one to see that it grew, and one for the way.
    Duration beats = interval.plus(pace.pollInterval().multipliedBy(3));
    this.lives = new OtherLives(vertx, beats, pace.serviceDownTime());
    this.life = new AgentLife(agent, ProcessHandle.current().pid(), null);
  }

  /** This life of the agent. */
  AgentLife life() {
    return life;
  }

  /** Finds what there is to be taken up. Nothing is joined before {@link #start}. */
  Future<Void> read() {
    if (name == null) {
      return Future.succeededFuture();
    }
    return identify()
        .compose(identified -> guard.guard(catalog.kept(name)))
        .compose(
            kept -> guard.guard(catalog.find(kept.keySet())).onSuccess(found -> sort(kept, found)))
        .onSuccess(found -> untaken.tell())
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

  private void sort(Map<MemberId, JsonObject> kept, List<Member> found) {
    Set<MemberId> configured =
        config.services().stream().map(ServiceSpec::id).collect(Collectors.toSet());
    Map<MemberId, Member> members = new HashMap<>();
    found.forEach(member -> members.put(member.id(), member));
    kept.forEach(
        (id, json) -> {
          Member member = members.get(id);
          KeptMember known = KeptMembers.read(id, json);
          if (known == null
              || member == null
              || !known.isServing(member)
              || configured.contains(id)) {
            dropped.add(id);
            return;
          }
          saw.accept(member);
          served.untaken(untaken.put(known, member), member.incarnation());
          // Another backend than that of the join may not keep its names: nobody would beat for it.
          config
              .liveness()
              .refusal(id)
              .ifPresent(refused -> untaken.refuse(id, refused.key() + ": " + refused.rule()));
          lives.served(known.life(), id, member.incarnation());
        });
  }

  /**
   * Begins.
   *
   * @param goOn makes this agent serve a member that it joined before: what was removed meanwhile
   *     is not to come back by that
   */
  void start(Function<ServedMembers.Served, Future<?>> goOn) {
    joins =
        new ConfiguredJoins(vertx, spec -> takeUp(spec.id(), goOn), untaken::refused, this::wanted);
    if (!untaken.isEmpty() || !dropped.isEmpty()) {
      look();
    }
  }

  /** The store was away, and may be another one since: what it refused for good is tried again. */
  void storeIsBack() {
    joins.tryAgain();
  }

  /** This life of the agent is over. */
  void stop() {
    stopped = true;
    life.ended();
  }

  private Future<?> takeUp(MemberId id, Function<ServedMembers.Served, Future<?>> goOn) {
    return stillOurs
        .look(id)
        .compose(
            looked ->
                wanted(id) == null
                    ? Future.failedFuture(id + " is not to be taken up any more")
                    : goOn.apply(untaken.lastLife(id)));
  }

  private void look() {
    if (stopped) {
      return;
    }
    lives
        .look(life.process(), System.nanoTime())
        .onSuccess(
            answer -> {
              if (answer instanceof OtherLives.None) {
                takeUp();
                return;
              }
              if (answer instanceof OtherLives.Seen seen) {
                leaveToAnother(seen.sign());
              }
              vertx.setTimer(config.liveness().pollInterval().toMillis(), timer -> look());
            })
        .onFailure(failure -> LOG.error("What joined before is not taken up", failure));
  }

  private void leaveToAnother(String sign) {
    if (!untaken.areAnothers()) {
      String both = "two agents need two values of agent.id";
      concerns.raise(
          "agent.id " + name,
          ("another life of agent.id %s goes on (%s): what joined through it is not taken up here"
                  + " while that is seen; %s")
              .formatted(name, sign, both));
      untaken.ids().forEach(id -> served.become(id, ServedMembers.State.MOVED));
      untaken.areAnothers("another life of agent.id " + name + " goes on; " + both);
    }
  }

  private void takeUp() {
    begun = true;
    if (untaken.areAnothers()) {
      concerns.settle("agent.id " + name);
      untaken.ids().forEach(id -> served.become(id, ServedMembers.State.UNTAKEN));
      untaken.areAnothers(null);
    }
    dropped.stream().filter(id -> keeper.get(id) == null).forEach(keeper::over);
    dropped.clear();
    untaken
        .refusals()
        .forEach((id, why) -> LOG.warn("{} is not taken up again: {}; join it again", id, why));
    List<ServiceSpec> services = untaken.services();
    if (!services.isEmpty()) {
      LOG.info(
          "What joined through this agent before its restart is taken up again: {}{}",
          services.get(0).id(),
          services.size() > 1 ? " and " + (services.size() - 1) + " more" : "");
    }
    // First of all, so that whoever is killed in between finds them again.
    keeper.keep(untaken.in(life)).onComplete(kept -> joins.start(services));
  }

  /** What is to be joined, or null where that is over or somebody else's. */
  private ServiceSpec wanted(MemberId id) {
    return joining.containsKey(id) ? null : untaken.spec(id);
  }

  /**
   * Somebody joins a member anew, with whatever probe; gives what is kept of it so far, or null.
   */
  KeptMember joining(MemberId id) {
    joining.merge(id, 1, Integer::sum);
    return keeper.get(id) == null ? untaken.kept(id) : keeper.get(id);
  }

  /** Somebody tried to join it anew. */
  void joiningFailed(MemberId id) {
    joining.computeIfPresent(id, (known, tries) -> tries > 1 ? tries - 1 : null);
    if (begun && untaken.waits(id)) {
      joins.start(List.of(untaken.spec(id)));
    }
  }

  /** A member as it is stored now. */
  void found(Member member) {
    MemberId id = member.id();
    KeptMember kept = untaken.kept(id);
    if (kept == null) {
      return;
    }
    if (kept.isServing(member) || life.agent().equals(member.agent())) {
      untaken.put(kept, member);
      return;
    }
    LOG.info("{} is not taken up again: agent {} has joined it since", id, member.agent());
    untaken.remove(id);
    served.become(id, ServedMembers.State.MOVED);
    keeper.over(id);
  }

  /** The store lost members. */
  void lost(Collection<MemberId> ids) {
    keeper.again(ids);
  }

  @Override
  public void joined(MemberId id) {
    joining.remove(id);
    untaken.remove(id);
  }

  @Override
  public void over(MemberId id) {
    if (untaken.remove(id) || keeper.get(id) != null) {
      keeper.over(id);
    }
  }
}
