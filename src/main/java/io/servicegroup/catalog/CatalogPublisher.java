package io.servicegroup.catalog;

import io.servicegroup.bus.Topics;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;

/** Publishes what changes of the members that this agent follows; once each, in order. */
final class CatalogPublisher {

  private final Vertx vertx;
  private final String agentId;
  private final WatchScope scope;
  private final FollowedMembers followed;
  private final ServedMembers served;

  CatalogPublisher(
      Vertx vertx,
      String agentId,
      WatchScope scope,
      FollowedMembers followed,
      ServedMembers served) {
    this.vertx = vertx;
    this.agentId = agentId;
    this.scope = scope;
    this.followed = followed;
    this.served = served;
  }

  /** A member as it is stored now; published where that is news of a followed one. */
  void stored(Member member) {
    if (scope.covers(member.id(), served.get(member.id()).isPresent())) {
      followed.put(member).ifPresent(type -> publish(type, member));
    }
  }

  /** A member that is not in the catalogue any more. */
  void gone(MemberId id) {
    followed.remove(id).ifPresent(member -> publish(CatalogEvent.Type.DELETED, member));
  }

  /** This agent does not beat for the member any more, though nothing stored changed. */
  void left(MemberId id) {
    followed.get(id).ifPresent(member -> publish(CatalogEvent.Type.UPDATED, member));
  }

  /** A followed member as it was last seen. */
  Optional<Member> lastSeen(MemberId id) {
    return followed.get(id);
  }

  /** Every followed member, as if it had just been found. */
  List<CatalogEvent> snapshot() {
    return followed.all().stream().map(member -> event(CatalogEvent.Type.JOINED, member)).toList();
  }

  private void publish(CatalogEvent.Type type, Member member) {
    Topics.CATALOG.publish(vertx, event(type, member));
  }

  private CatalogEvent event(CatalogEvent.Type type, Member member) {
    boolean own = served.isServed(member.id()) && agentId.equals(member.agent());
    return new CatalogEvent(type, member, own);
  }
}
