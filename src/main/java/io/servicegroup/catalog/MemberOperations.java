package io.servicegroup.catalog;

import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.bus.Topics;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberUpdate;
import io.servicegroup.model.ServiceSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins, changes, leaves and deletes members on request. The writes of one member run one after the
 * other.
 */
final class MemberOperations {

  private static final Logger LOG = LoggerFactory.getLogger(MemberOperations.class);

  /** The states of members that have not joined in this life of the agent. */
  private static final Set<ServedMembers.State> NOT_HERE =
      EnumSet.of(ServedMembers.State.JOINED_BEFORE_RESTART, ServedMembers.State.MOVED);

  private final Vertx vertx;
  private final ServiceCatalog catalog;
  private final StoreReachability reachability;
  private final MemberQueue queue;
  private final ServedMembers served;
  private final CatalogPublisher publisher;
  private final NewestGeneration newestGeneration;
  private final CatalogRepair repair;
  private final RefusedJoins refusals;
  private final MemberJoins joins;
  private final HeartbeatRequests heartbeats;

  MemberOperations(
      Vertx vertx,
      ServiceCatalog catalog,
      StoreReachability reachability,
      MemberQueue queue,
      ServedMembers served,
      CatalogPublisher publisher,
      NewestGeneration newestGeneration,
      CatalogRepair repair,
      MemberJoins joins,
      RefusedJoins refusals) {
    this.refusals = refusals;
    this.vertx = vertx;
    this.catalog = catalog;
    this.reachability = reachability;
    this.queue = queue;
    this.served = served;
    this.publisher = publisher;
    this.newestGeneration = newestGeneration;
    this.repair = repair;
    this.joins = joins;
    this.heartbeats = new HeartbeatRequests(vertx);
  }

  /** Begins a new incarnation of a member, which this agent serves from then on. */
  Future<ServiceCatalog.Joined> join(ServiceSpec spec) {
    return queue.run(spec.id(), () -> register(spec, null));
  }

  /**
   * Begins a new incarnation, which nobody requested, of a member that this agent had joined
   * before.
   */
  Future<ServiceCatalog.Joined> rejoin(ServedMembers.Served own) {
    MemberId id = own.spec().id();
    return queue.run(
        id,
        () ->
            isOver(own)
                // This is no refusal of the catalogue, since those are logged.
                ? Future.failedFuture(
                    id + " left, was deleted, or was joined again in the meantime")
                : register(own.spec(), own.incarnation()));
  }

  /** Whether the member left, was deleted or was joined again before this rejoin had its turn. */
  private boolean isOver(ServedMembers.Served own) {
    ServedMembers.Served now = served.get(own.spec().id()).orElse(null);
    return now == null
        || now.state() == ServedMembers.State.LEFT
        || (now.state() == ServedMembers.State.SERVED
            && now.incarnation().isNewerThan(own.incarnation()));
  }

  private Future<ServiceCatalog.Joined> register(ServiceSpec spec, Incarnation continued) {
    return joins
        .join(new ServiceCatalog.Join(spec, continued))
        .compose(
            joined ->
                repair
                    .afterJoin(joined.member())
                    .map(member -> new ServiceCatalog.Joined(member, joined.created())))
        .compose(
            joined -> {
              Member member = joined.member();
              LOG.info(
                  "{} joined ({}), incarnation {}",
                  member.id(),
                  joined.created() ? "new" : "known",
                  member.incarnation());
              refusals.over(member.id());
              served.joined(spec, member.incarnation());
              newestGeneration.listenToBackends();
              stored(member);
              return heartbeats
                  .start(spec, member.incarnation())
                  .onFailure(
                      failure -> served.changeState(spec.id(), ServedMembers.State.NOT_BEATING))
                  .map(joined);
            });
  }

  /** Takes in a member as it is stored now. */
  private void stored(Member member) {
    newestGeneration.saw(member.incarnation());
    publisher.stored(member);
  }

  /** Ends this agent's service for a member. The member stays in the catalogue. */
  Future<Void> leave(MemberId id) {
    return queue.run(
        id,
        () -> served.get(id).map(own -> leave(id, own.state())).orElseGet(() -> refuseToLeave(id)));
  }

  private Future<Void> leave(MemberId id, ServedMembers.State state) {
    if (state == ServedMembers.State.LEFT) {
      return Future.succeededFuture();
    }
    if (ServedMembers.SERVED_ELSEWHERE.contains(state)) {
      return refuseToLeave(id);
    }
    return heartbeats
        .stop(id)
        .map(
            stopped -> {
              LOG.info("{} left", id);
              served.changeState(id, ServedMembers.State.LEFT);
              publisher.left(id);
              return null;
            });
  }

  private Future<Void> refuseToLeave(MemberId id) {
    return reachability
        .observe(catalog.find(id))
        .compose(
            member ->
                Future.failedFuture(
                    new ServiceGroupException(
                        Refusal.CONFLICT,
                        member.agent() == null
                            ? id + " was joined by no agent: whoever beats for it has to stop it"
                            : id
                                + " is served by agent "
                                + member.agent()
                                + ": leave through that agent, or delete the member")));
  }

  /** Changes the fields of a member that an operator may change. Any agent may serve the member. */
  Future<Member> update(MemberUpdate update) {
    MemberUpdates.requireValid(update);
    return queue.runAsked(
        update.id(),
        () ->
            say(update)
                .onSuccess(
                    member ->
                        LOG.info(
                            "{} was updated: {}", update.id(), MemberUpdates.describe(update))));
  }

  /**
   * Stores an update. A store that came back older is repaired first, since the update would
   * otherwise make the outdated record the newest one.
   */
  private Future<Member> say(MemberUpdate update) {
    return repair
        .beforeChange(update.id())
        .compose(agreed -> reachability.observe(catalog.update(update)))
        .recover(
            failure ->
                Refusal.MISSING.isIn(failure)
                    // A lost member is still listed, so that the answer has to name the cause why
                    // it cannot be changed.
                    ? repair
                        .missingMembers()
                        .restore(update.id())
                        .compose(restored -> reachability.observe(catalog.update(update)))
                    : Future.failedFuture(failure))
        .onSuccess(
            member -> {
              repair.changedHere(member);
              stored(member);
            });
  }

  /** Returns whether this agent beats for a member. */
  boolean serves(MemberId id) {
    return served.isServed(id);
  }

  /**
   * Gives a member that this agent serves another probe, version and metadata, in the same
   * incarnation. Does nothing to a member that this agent does not serve any more.
   */
  Future<Void> change(ServiceSpec spec) {
    return queue.run(
        spec.id(),
        () ->
            served
                .get(spec.id())
                .filter(own -> own.state() == ServedMembers.State.SERVED)
                .filter(own -> !own.spec().equals(spec))
                .map(own -> change(own, spec))
                .orElse(Future.succeededFuture()));
  }

  private Future<Void> change(ServedMembers.Served own, ServiceSpec spec) {
    // The probe is changed first, because that needs no store.
    return heartbeats
        .start(spec, own.incarnation())
        .compose(
            probed -> {
              MemberUpdate update = MemberUpdates.difference(own.spec(), spec);
              return update.version().isEmpty() && update.metadata().isEmpty()
                  ? Future.succeededFuture()
                  : say(update);
            })
        .map(
            stored -> {
              LOG.info("{} goes on with its changed configuration", spec.id());
              served.joined(spec, own.incarnation());
              return null;
            });
  }

  /** Removes a member from the catalogue. Any agent may serve it. */
  Future<Void> delete(MemberId id) {
    return queue.runAsked(
        id,
        () ->
            repair
                .beforeChange(id)
                .compose(agreed -> reachability.observe(catalog.delete(id)))
                .recover(
                    failure ->
                        Refusal.MISSING.isIn(failure)
                            ? repair.missingMembers().remove(id, failure)
                            : Future.failedFuture(failure))
                .onSuccess(repair::removedHere)
                .onSuccess(this::announceDeletion)
                .<Void>mapEmpty()
                .recover(
                    failure ->
                        // Somebody else deleted the member first. This agent still has to forget
                        // it.
                        Refusal.MISSING.isIn(failure) && served.get(id).isPresent()
                            ? Future.succeededFuture()
                            : Future.failedFuture(failure))
                .compose(deleted -> forget(id)));
  }

  private void announceDeletion(Member member) {
    if (served.get(member.id()).filter(own -> !NOT_HERE.contains(own.state())).isEmpty()) {
      Topics.FOREIGN_DELETION.publish(
          vertx, new CatalogEvent(CatalogEvent.Type.DELETED, member, false));
    }
  }

  private Future<Void> forget(MemberId id) {
    LOG.info("{} was deleted", id);
    refusals.over(id);
    boolean ours = served.get(id).isPresent();
    served.forget(id);
    publisher.gone(id);
    return ours
        ? heartbeats
            .stop(id)
            .otherwise(
                failure -> {
                  // The member's beats find no row any more, which ends them as well.
                  LOG.debug("{} was not told to stop beating: {}", id, failure.getMessage());
                  return null;
                })
        : Future.succeededFuture();
  }
}
