package io.servicegroup.backend.hazelcast;

import io.servicegroup.liveness.Capability;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessBackendContract;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.HazelcastServer;
import io.vertx.core.Vertx;
import java.util.Set;

/** The contract, where agents are clients of somebody else's cluster. */
class HazelcastClientContractIT extends LivenessBackendContract {

  @Override
  protected BackendServer createServer() {
    return HazelcastServer.create();
  }

  @Override
  protected LivenessBackend create(Vertx forVertx, LivenessSettings settings) {
    return new HazelcastLivenessBackend(forVertx, settings);
  }

  @Override
  protected Set<Capability> capabilities() {
    return Set.of(
        Capability.NEWS,
        Capability.ANSWERS_WRITES,
        Capability.MARKS_RESTARTS,
        Capability.ANY_NAME,
        Capability.SERVER);
  }
}
