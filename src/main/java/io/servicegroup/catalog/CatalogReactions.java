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

/**
 * Acts on what {@link CatalogFollower} found: on changes that others made to members, and on
 * members that the store lost.
 */
final class CatalogReactions implements CatalogListener {

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

  /** Sets what hastens the next read of the catalogue. */
  void setRecheck(Runnable reading) {
    recheck = reading;
  }

  /** Sets what joins the members of this agent's earlier lives again. */
  void setRejoins(RestartRejoins restartRejoins) {
    rejoins = restartRejoins;
  }

  /** Takes in a conflict: somebody found that this agent may not beat for a member any more. */
  void conflict(Conflict conflict) {
    Optional<ServedMembers.Served> own = served.get(conflict.id());
    // A conflict that this agent found itself arrives here as well, possibly late.
    boolean known =
        own.filter(it -> it.state() == ServedMembers.State.ABANDONED).isPresent()
            && conflict.kind() == Conflict.Kind.SUPERSEDED;
    if (!known && own.filter(it -> it.incarnation().equals(conflict.incarnation())).isPresent()) {
      served.changeState(
          conflict.id(),
          conflict.kind() == Conflict.Kind.SUPERSEDED
              ? ServedMembers.State.SUPERSEDED
              : ServedMembers.State.CONFLICT);
      // The other agent stored its join before anybody could find the conflict, so that a read that
      // begins now shows the join.
      queue.touch(conflict.id());
      recheck.run();
    }
  }

  /**
   * Takes in a status change. Where another agent superseded this one and then fell silent, this
   * agent takes the member over again; not where the other agent stated that the member left or
   * failed.
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
  public void found(List<Member> members) {
    publisher.together(() -> members.forEach(this::found));
  }

  private void found(Member read) {
    Member member = read.sharedWith(publisher.lastSeen(read.id()).orElse(null));
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

  /** Forgets the member: whoever joins it next, it is not this agent's any more. */
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
  public void joinsForgotten(List<ServedMembers.Served> own) {
    List<MemberId> found =
        own.stream().map(each -> each.spec().id()).filter(id -> !refusals.isRefused(id)).toList();
    if (!found.isEmpty()) {
      LOG.warn(
          "The catalogue does not know the last join of {} of this agent ({}): it came back"
              + " older, and each is joined again",
          Count.of(found.size(), "member"),
          MemberNames.first(found));
    }
    rejoins.lost(own.stream().map(each -> each.spec().id()).toList());
    own.forEach(this::rejoin);
  }

  /**
   * Restores the member as it was last seen, with its incarnation, so that evaluators notice
   * nothing. Where that incarnation is not the present one, the member's agent finds that with its
   * next read.
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
                    // What was found before a sleep that was longer than removals are remembered
                    // counts as no loss.
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
