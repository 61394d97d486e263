package io.servicegroup.backend.zookeeper;

import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.CatalogEvent.Type;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.zookeeper.Op;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the marks of members that the catalogue does not have any more, once everybody had the
 * time to read them. The member's own agent does so; where it is gone, any other that follows it.
 */
final class ZooKeeperMarkCleaner {

  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperMarkCleaner.class);
  private static final int OTHERS_WAIT = 3;

  private final ZooKeeperLookup lookup;
  private final ZooKeeperClient client;
  private final ZooKeeperLayout layout;
  private final long waitNanos;
  private final Map<MemberId, Removal> pending = new HashMap<>();

  ZooKeeperMarkCleaner(ZooKeeperClient client, ZooKeeperLayout layout, LivenessSettings settings) {
    this.lookup = new ZooKeeperLookup(client, layout);
    this.client = client;
    this.layout = layout;
    this.waitNanos = settings.serviceDownTime().toNanos();
  }

  /** Hears of a member that is there, or not any more. */
  void catalogued(CatalogEvent event) {
    MemberId id = event.member().id();
    Incarnation incarnation = event.member().incarnation();
    if (event.type() != Type.DELETED) {
      pending.remove(id);
    } else if (incarnation != null && layout.refusal(id).isEmpty()) {
      long wait = event.own() ? waitNanos : OTHERS_WAIT * waitNanos;
      pending.put(id, new Removal(incarnation, event.own(), System.nanoTime() + wait));
    }
  }

  /** Removes what is due. Never fails: what could not be removed is tried again. */
  Future<Void> removeDue() {
    long now = System.nanoTime();
    return remove(entry -> now - entry.dueNanos() > 0);
  }

  /** Removes our own at once. Never fails. */
  Future<Void> removeOwn() {
    return remove(Removal::own);
  }

  private Future<Void> remove(Predicate<Removal> which) {
    List<Future<?>> removals = new ArrayList<>();
    Map.copyOf(pending)
        .forEach(
            (id, entry) -> {
              if (which.test(entry)) {
                removals.add(remove(id, entry).onSuccess(done -> pending.remove(id, entry)));
              }
            });
    return Future.join(removals)
        .<Void>mapEmpty()
        .recover(
            failure -> {
              LOG.debug("A mark could not be removed", failure);
              return Future.succeededFuture();
            });
  }

  private Future<Void> remove(MemberId id, Removal entry) {
    return lookup
        .look(id)
        .compose(
            there ->
                there.mark() == null
                        || there.mark().beat().incarnation().isNewerThan(entry.incarnation())
                    ? Future.succeededFuture()
                    : client.multi(List.of(Op.delete(layout.mark(id), there.mark().version()))));
  }

  private record Removal(Incarnation incarnation, boolean own, long dueNanos) {}
}
