package io.servicegroup.backend.zookeeper;

import io.servicegroup.backend.tooz.Capabilities;
import io.servicegroup.backend.zookeeper.ZooKeeperObservations.Node;
import io.servicegroup.backend.zookeeper.ZooKeeperObservations.Presence;
import io.servicegroup.liveness.Roster;
import io.servicegroup.liveness.StoredBeat;
import io.servicegroup.model.MemberId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.zookeeper.Op;

/**
 * Derives the operations of a transaction that brings a member's node and mark to the wanted state.
 */
final class ZooKeeperOperations {

  private final ZooKeeperSession session;
  private final ZooKeeperClient client;
  private final ZooKeeperLayout layout;
  private final Roster roster;

  ZooKeeperOperations(
      ZooKeeperSession session, ZooKeeperClient client, ZooKeeperLayout layout, Roster roster) {
    this.session = session;
    this.client = client;
    this.layout = layout;
    this.roster = roster;
  }

  /** The wanted state of a member. */
  record Wanted(MemberId id, StoredBeat beat) {

    byte[] text() {
      return beat.text().getBytes(StandardCharsets.UTF_8);
    }

    boolean isStatedBy(StoredBeat other) {
      return beat.incarnation().equals(other.incarnation())
          && beat.state() == other.state()
          && Objects.equals(beat.reason(), other.reason());
    }
  }

  /** The operations that are needed; empty where the member is in the wanted state. */
  List<Op> of(Wanted wanted, Presence there) {
    return wanted.beat().isAlive() ? present(wanted.id(), there) : absent(wanted, there);
  }

  private List<Op> present(MemberId id, Presence there) {
    byte[] data = Capabilities.of(roster.get(id));
    Node node = there.node();
    List<Op> operations = new ArrayList<>();
    if (node == null) {
      if (there.mark() != null) {
        operations.add(Op.delete(layout.mark(id), there.mark().version()));
      }
      operations.add(client.ephemeral(layout.node(id), data));
    } else if (node.owner() != session.id()
        || !roster.get(id).incarnation().equals(node.incarnation())) {
      operations.add(Op.delete(layout.node(id), node.version()));
      operations.add(client.ephemeral(layout.node(id), data));
    } else if (!Arrays.equals(data, node.data())) {
      operations.add(Op.setData(layout.node(id), data, node.version()));
    }
    return operations;
  }

  private List<Op> absent(Wanted wanted, Presence there) {
    MemberId id = wanted.id();
    byte[] text = wanted.text();
    List<Op> operations = new ArrayList<>();
    if (there.node() != null) {
      operations.add(Op.delete(layout.node(id), there.node().version()));
      operations.add(client.persistent(layout.mark(id), text));
    } else if (there.mark() == null) {
      operations.add(client.persistent(layout.mark(id), text));
    } else if (!wanted.isStatedBy(there.mark().beat())) {
      operations.add(Op.setData(layout.mark(id), text, there.mark().version()));
    }
    return operations;
  }
}
