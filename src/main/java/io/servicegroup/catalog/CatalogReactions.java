package io.servicegroup.catalog;

import io.servicegroup.bus.Topics;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import io.servicegroup.runtime.Count;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What follows here from what others did to members, and from what the store lost of them. */
final class CatalogReactions implements CatalogFollower.Listener {

  private static final Logger LOG = LoggerFactory.getLogger(CatalogReactions.class);

  private final Vertx vertx;
  private final ServiceCatalog catalog;
  private final StoreReachability reachability;
  private final MemberQueue queue;
  private final ServedMembers served;
  private final CatalogPublisher publisher;
  private final NewestGeneration newestGeneration;
  private final CatalogLosses losses;
  private final CatalogRepair repair;
  private final RefusedJoins refusals;
  private final Function<ServedMembers.Served, Future<?>> rejoin;
  private Runnable recheck = () -> {};
  private RestartRejoins rejoins;

  CatalogReactions(
      Vertx vertx,
      ServiceCatalog catalog,
      StoreReachability reachability,
      MemberQueue queue,
      ServedMembers served,
      CatalogPublisher publisher,
      NewestGeneration newestGeneration,
      CatalogLosses losses,
      CatalogRepair repair,
      RefusedJoins refusals,
      Function<ServedMembers.Served, Future<?>> rejoin) {
    this.refusals = refusals;
    this.vertx = vertx;
    this.catalog = catalog;
    this.reachability = reachability;
    this.queue = queue;
    this.served = served;
    this.publisher = publisher;
    this.newestGeneration = newestGeneration;
    this.losses = losses;
    this.repair = repair;
    this.rejoin = rejoin;
  }

  /** Tells what reads the catalogue soon. */
  void useRecheck(Runnable reading) {
    recheck = reading;
  }

  /** Tells what looks after the members of this agent's earlier lives. */
  void useRejoins(RestartRejoins restartRejoins) {
    rejoins = restartRejoins;
  }

  /** Somebody found that this agent may not beat for a member any more. */
  void conflict(Conflict conflict) {
    Optional<ServedMembers.Served> own = served.get(conflict.id());
    // What this agent found itself arrives here too, and may be late.
    boolean known =
        own.filter(it -> it.state() == ServedMembers.State.ABANDONED).isPresent()
            && conflict.kind() == Conflict.Kind.SUPERSEDED;
    if (!known && own.filter(it -> it.incarnation().equals(conflict.incarnation())).isPresent()) {
      served.changeState(
          conflict.id(),
          conflict.kind() == Conflict.Kind.SUPERSEDED
              ? ServedMembers.State.SUPERSEDED
              : ServedMembers.State.CONFLICT);
      // Who joined it later wrote that before whoever found it: a read from here on shows it.
      queue.touch(conflict.id());
      recheck.run();
    }
  }

  /**
   * Whoever joined a member of this agent later and fell silent without a word leaves it to this
   * agent again; not whoever said that it left or failed.
   */
  void changed(StatusChange change) {
    ServedMembers.State state =
        served.get(change.id()).map(ServedMembers.Served::state).orElse(null);
    boolean silent =
        change.status() == Status.DOWN
            && (change.reason() == Reason.HEARTBEAT_TIMEOUT
                || change.reason() == Reason.SESSION_EXPIRED);
    if (silent && state == ServedMembers.State.SUPERSEDED) {
      served.changeState(change.id(), ServedMembers.State.ABANDONED);
      recheck.run();
    } else if (!silent && state == ServedMembers.State.ABANDONED) {
      served.changeState(change.id(), ServedMembers.State.SUPERSEDED);
    }
  }

  @Override
  public void abandoned(ServedMembers.Served own) {
    if (!refusals.isRefused(own.spec().id())) {
      LOG.warn(
          "{}: the agent that joined it later has fallen silent; this agent takes it over again",
          own.spec().id());
    }
    rejoin(own);
  }

  private void rejoin(ServedMembers.Served own) {
    MemberId id = own.spec().id();
    if (refusals.isDue(id)) {
      rejoin
          .apply(own)
          .onFailure(
              failure -> {
                LOG.debug("{}: next attempt with the next read", id, failure);
                if (RefusedJoins.isRefusal(failure)) {
                  refusals.refused(id, failure);
                }
              });
    }
  }

  @Override
  public void found(Member member) {
    newestGeneration.saw(member.incarnation());
    rejoins.found(member);
    Member shown = repair.found(member);
    if (shown != null) {
      publisher.stored(shown);
    }
  }

  @Override
  public void gone(MemberId id, long order) {
    publisher.lastSeen(id).ifPresent(last -> repair.removedElsewhere(last, order));
    publisher.gone(id);
  }

  /** Nothing of it is this agent's any more, whoever joins it next. */
  @Override
  public void deleted(ServedMembers.Served own) {
    served.forget(own.spec().id());
    if (own.state() != ServedMembers.State.LEFT) {
      giveUp(own, Conflict.Kind.DELETED);
    }
  }

  @Override
  public void superseded(ServedMembers.Served own) {
    served.changeState(own.spec().id(), ServedMembers.State.SUPERSEDED);
    giveUp(own, Conflict.Kind.SUPERSEDED);
  }

  private void giveUp(ServedMembers.Served own, Conflict.Kind kind) {
    Topics.CONFLICT.publish(vertx, new Conflict(own.spec().id(), own.incarnation(), kind));
  }

  @Override
  public void setBack(List<ServedMembers.Served> own) {
    List<MemberId> found =
        own.stream().map(each -> each.spec().id()).filter(id -> !refusals.isRefused(id)).toList();
    if (!found.isEmpty()) {
      LOG.warn(
          "The catalogue does not know the last join of {} of this agent ({}{}): it came back"
              + " older, and each is joined again",
          Count.of(found.size(), "member"),
          found.get(0),
          found.size() > 1 ? ", …" : "");
    }
    rejoins.lost(own.stream().map(each -> each.spec().id()).toList());
    own.forEach(this::rejoin);
  }

  /**
   * Restored as it was last seen, with its incarnation: for its evaluators nothing happened. Where
   * that life is not its agent's present one, its agent finds that with its next read.
   */
  @Override
  public Future<?> lost(MemberId id) {
    rejoins.lost(List.of(id));
    return queue
        .run(
            id,
            () ->
                publisher
                    .lastSeen(id)
                    // What was found before a sleep of so long is no loss any more.
                    .filter(member -> !repair.isTooLateToRestore())
                    .map(member -> reachability.observe(catalog.restore(member)))
                    .orElse(Future.succeededFuture(false)))
        .onFailure(failure -> LOG.debug("{}: next attempt with the next read", id, failure));
  }

  @Override
  public void losses(Set<MemberId> ids) {
    losses.found(ids);
  }

  @Override
  public void unreadable(Map<String, String> documents) {
    losses.unreadable(documents);
  }
}
