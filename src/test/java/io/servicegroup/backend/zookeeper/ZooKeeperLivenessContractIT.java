package io.servicegroup.backend.zookeeper;

import io.servicegroup.liveness.Capability;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessBackendContract;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.ZooKeeperServer;
import io.vertx.core.Vertx;
import java.util.Set;

/** The contract on ZooKeeper. */
class ZooKeeperLivenessContractIT extends LivenessBackendContract {

  @Override
  protected BackendServer createServer() {
    return ZooKeeperServer.create();
  }

  @Override
  protected LivenessBackend create(Vertx forVertx, LivenessSettings settings) {
    return new ZooKeeperLivenessBackend(forVertx, settings);
  }

  @Override
  protected Set<Capability> capabilities() {
    return Set.of(
        Capability.HOLDS_PRESENCE,
        Capability.NEWS,
        Capability.MARKS_RESTARTS,
        Capability.SERVER,
        Capability.SURVIVES_RESTART);
  }

  /** Others than these: ZooKeeper has no nodes of such names. */
  @Override
  protected boolean isPossible(MemberId id) {
    return !id.host().equals("leader")
        && id.host().chars().noneMatch(c -> Character.isSurrogate((char) c));
  }
}
