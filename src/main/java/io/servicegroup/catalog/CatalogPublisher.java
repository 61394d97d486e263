package io.servicegroup.catalog;

import io.servicegroup.bus.Topics;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Publishes the changes of the members that this agent follows: each change once, in order. */
final class CatalogPublisher {

  private final Vertx vertx;
  private final String agentId;
  private final WatchScope scope;
  private final FollowedMembers followed;
  private final ServedMembers served;

  /** The events of the read in progress; null where none is compared. */
  private List<CatalogEvent> together;

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

  /**
   * Takes in a member as it is stored now; publishes it where the agent follows it and it has
   * changed.
   */
  void stored(Member member) {
    if (scope.covers(member.id(), served.get(member.id()).isPresent())) {
      followed.put(member).ifPresent(type -> publish(type, member));
    }
  }

  /** Publishes what happens in the course of something as one message. */
  void together(Runnable changes) {
    together = new ArrayList<>();
    try {
      changes.run();
    } finally {
      List<CatalogEvent> events = together;
      together = null;
      Topics.CATALOG.publishAll(vertx, events);
    }
  }

  /** Publishes that a member is not in the catalogue any more. */
  void gone(MemberId id) {
    followed.remove(id).ifPresent(member -> publish(CatalogEvent.Type.DELETED, member));
  }

  /**
   * Publishes that this agent does not beat for a member any more, although nothing stored has
   * changed.
   */
  void left(MemberId id) {
    followed.get(id).ifPresent(member -> publish(CatalogEvent.Type.UPDATED, member));
  }

  /** Returns a followed member as it was last seen. */
  Optional<Member> lastSeen(MemberId id) {
    return followed.get(id);
  }

  /** Returns an event for each followed member, as if the member had just been found. */
  List<CatalogEvent> snapshot() {
    return followed.all().stream().map(member -> event(CatalogEvent.Type.JOINED, member)).toList();
  }

  private void publish(CatalogEvent.Type type, Member member) {
    if (together != null) {
      together.add(event(type, member));
    } else {
      Topics.CATALOG.publish(vertx, event(type, member));
    }
  }

  private CatalogEvent event(CatalogEvent.Type type, Member member) {
    boolean own = served.isServed(member.id()) && agentId.equals(member.agent());
    return new CatalogEvent(type, member, own);
  }
}
