package io.servicegroup.backend.zookeeper;

import io.servicegroup.backend.zookeeper.ZooKeeperClient.Found;
import io.servicegroup.backend.zookeeper.ZooKeeperObservations.Presence;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import org.apache.zookeeper.KeeperException.Code;

/**
 * Reads what there is of a member: its node, and only where there is none, its mark. Both are
 * written in one transaction, so a mark that explains a node's absence is never missed.
 */
final class ZooKeeperLookup {

  private final ZooKeeperClient client;
  private final ZooKeeperLayout layout;

  ZooKeeperLookup(ZooKeeperClient client, ZooKeeperLayout layout) {
    this.client = client;
    this.layout = layout;
  }

  Future<Presence> look(MemberId id) {
    return client
        .get(layout.node(id))
        .compose(
            node ->
                node != null
                    ? Future.succeededFuture(Presence.of(node, null))
                    : mark(id).map(mark -> Presence.of(null, mark)));
  }

  /** One that may not be read explains nothing; the node is away all the same. */
  private Future<Found> mark(MemberId id) {
    return client
        .get(layout.mark(id))
        .recover(
            failure ->
                ZooKeeperClient.is(failure, Code.NOAUTH)
                    ? Future.succeededFuture()
                    : Future.failedFuture(failure));
  }
}
