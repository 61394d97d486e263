package io.servicegroup.catalog;

import io.servicegroup.bus.LocalMember;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.bus.Topics;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberUpdate;
import io.servicegroup.model.ServiceSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done to members here, and what follows from what others did to them. The writes of one
 * member follow each other.
 */
final class MemberOperations implements CatalogFollower.Listener {

  private static final Logger LOG = LoggerFactory.getLogger(MemberOperations.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int NOT_FOUND = 404;

  private final Vertx vertx;
  private final String agentId;
  private final Set<String> backends;
  private final ServiceCatalog catalog;
  private final StoreGuard guard;
  private final MemberQueue queue;
  private final ServedMembers served;
  private final CatalogPublisher publisher;
  private final CatalogLosses losses;

  MemberOperations(
      Vertx vertx,
      String agentId,
      Set<String> backends,
      ServiceCatalog catalog,
      StoreGuard guard,
      MemberQueue queue,
      ServedMembers served,
      CatalogPublisher publisher,
      CatalogLosses losses) {
    this.vertx = vertx;
    this.agentId = agentId;
    this.backends = backends;
    this.catalog = catalog;
    this.guard = guard;
    this.queue = queue;
    this.served = served;
    this.publisher = publisher;
    this.losses = losses;
  }

  /** Begins a new incarnation of a member, which this agent serves from here on. */
  Future<ServiceCatalog.Joined> join(ServiceSpec spec) {
    return queue.run(spec.id(), () -> register(spec));
  }

  private Future<ServiceCatalog.Joined> register(ServiceSpec spec) {
    return guard
        .guard(catalog.join(spec, agentId, backends))
        .compose(
            joined -> {
              Member member = joined.member();
              LOG.info(
                  "{} joined ({}), incarnation {}",
                  member.id(),
                  joined.created() ? "new" : "known",
                  member.incarnation());
              served.joined(spec, member.incarnation());
              publisher.stored(member);
              return Topics.HEARTBEAT_START
                  .request(vertx, new LocalMember(spec, member.incarnation()), PATIENCE)
                  .map(joined);
            });
  }

  /** Ends this agent's service for a member; its row stays. */
  Future<Void> leave(MemberId id) {
    return queue.run(
        id,
        () -> served.get(id).map(own -> leave(id, own.state())).orElseGet(() -> refuseToLeave(id)));
  }

  private Future<Void> leave(MemberId id, ServedMembers.State state) {
    if (state == ServedMembers.State.LEFT) {
      return Future.succeededFuture();
    }
    return stopBeating(id)
        .map(
            stopped -> {
              LOG.info("{} left", id);
              served.become(id, ServedMembers.State.LEFT);
              publisher.left(id);
              return null;
            });
  }

  private Future<Void> refuseToLeave(MemberId id) {
    return guard
        .guard(catalog.find(id))
        .compose(
            member ->
                Future.failedFuture(
                    new ServiceGroupException(
                        409,
                        member.agent() == null
                            ? id + " was joined by no agent: whoever beats for it has to stop it"
                            : id
                                + " is served by agent "
                                + member.agent()
                                + ": leave through that agent, or delete the member")));
  }

  /** Changes what an operator may change; of any member. */
  Future<Member> update(MemberUpdate update) {
    MemberUpdates.requireValid(update);
    return queue.run(
        update.id(),
        () ->
            guard
                .guard(catalog.update(update))
                .onSuccess(
                    member -> {
                      LOG.info("{} was updated: {}", update.id(), MemberUpdates.describe(update));
                      publisher.stored(member);
                    }));
  }

  /** Removes a member from the catalogue; of any agent. */
  Future<Void> delete(MemberId id) {
    return queue.run(
        id,
        () ->
            guard
                .guard(catalog.delete(id))
                .onSuccess(this::bury)
                .<Void>mapEmpty()
                .recover(
                    failure ->
                        // Somebody else was faster; what this agent has of it still has to go.
                        isNotFound(failure) && served.get(id).isPresent()
                            ? Future.succeededFuture()
                            : Future.failedFuture(failure))
                .compose(deleted -> forget(id)));
  }

  private void bury(Member member) {
    if (served.get(member.id()).isEmpty()) {
      Topics.BURIAL.publish(vertx, new CatalogEvent(CatalogEvent.Type.DELETED, member, false));
    }
  }

  private Future<Void> forget(MemberId id) {
    LOG.info("{} was deleted", id);
    boolean ours = served.get(id).isPresent();
    served.forget(id);
    publisher.gone(id);
    return ours
        ? stopBeating(id)
            .otherwise(
                failure -> {
                  // Its beats find no row any more, which ends them as well.
                  LOG.debug("{} was not told to stop beating: {}", id, failure.getMessage());
                  return null;
                })
        : Future.succeededFuture();
  }

  private Future<Void> stopBeating(MemberId id) {
    return Topics.HEARTBEAT_STOP
        .request(vertx, id, PATIENCE)
        .recover(
            failure ->
                isNotFound(failure) ? Future.succeededFuture() : Future.failedFuture(failure));
  }

  private static boolean isNotFound(Throwable failure) {
    return failure instanceof ServiceGroupException refusal && refusal.status() == NOT_FOUND;
  }

  /** Somebody found that this agent may not beat for a member any more. */
  void conflict(Conflict conflict) {
    Optional<ServedMembers.Served> own = served.get(conflict.id());
    if (own.filter(it -> it.incarnation().equals(conflict.incarnation())).isPresent()) {
      served.become(conflict.id(), ServedMembers.State.CONFLICT);
    }
  }

  @Override
  public void found(Member member) {
    publisher.stored(member);
  }

  @Override
  public void gone(MemberId id) {
    publisher.gone(id);
  }

  @Override
  public void deleted(ServedMembers.Served own) {
    giveUp(own, Conflict.Kind.DELETED);
  }

  @Override
  public void superseded(ServedMembers.Served own) {
    giveUp(own, Conflict.Kind.SUPERSEDED);
  }

  private void giveUp(ServedMembers.Served own, Conflict.Kind kind) {
    MemberId id = own.spec().id();
    served.become(id, ServedMembers.State.CONFLICT);
    Topics.CONFLICT.publish(vertx, new Conflict(id, own.incarnation(), kind));
  }

  @Override
  public void setBack(ServedMembers.Served own) {
    LOG.warn("The catalogue lost the join of {} (restored?); joining again", own.spec().id());
    join(own.spec())
        .onFailure(
            failure -> LOG.debug("{}: next attempt with the next read", own.spec().id(), failure));
  }

  /**
   * Restored as it was last seen, with its incarnation: for its evaluators nothing happened. Where
   * that life is not its agent's present one, its agent finds that with its next read.
   */
  @Override
  public void lost(MemberId id) {
    queue
        .run(
            id,
            () ->
                publisher
                    .lastSeen(id)
                    .map(member -> guard.guard(catalog.restore(member)))
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

  /** A configured service that the catalogue refuses, which health is to show. */
  void clash(MemberId id) {
    Topics.CONFLICT.publish(vertx, new Conflict(id, null, Conflict.Kind.CLASH));
  }
}
