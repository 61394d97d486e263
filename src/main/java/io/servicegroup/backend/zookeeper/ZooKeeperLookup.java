package io.servicegroup.backend.zookeeper;

import io.servicegroup.backend.zookeeper.ZooKeeperClient.Found;
import io.servicegroup.backend.zookeeper.ZooKeeperObservations.Presence;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import org.apache.zookeeper.KeeperException.Code;

/**
 * Reads a member's node, and its mark where there is no node. Node and mark change in one
 * transaction, so a mark that explains a node's absence is never missed.
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

  /**
   * Reads the mark. A mark that may not be read counts as none: the member is absent all the same,
   * only the reason is unknown.
   */
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
