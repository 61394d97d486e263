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
 * Removes the marks of members that were deleted from the catalogue, after every agent had the time
 * to read them. The agent that ran the member removes the mark first; if it is gone, any agent that
 * follows the member does so later.
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

  /** Takes a change of the catalogue: a deleted member's mark is removed later. */
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

  /** Removes the marks that are due. Never fails; a removal that fails is tried again. */
  Future<Void> removeDue() {
    long now = System.nanoTime();
    return remove(entry -> now - entry.dueNanos() > 0);
  }

  /** Removes the marks of this agent's own members at once. Never fails. */
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
