package io.servicegroup.backend.hazelcast;

import io.servicegroup.liveness.Capability;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessBackendContract;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.Ports;
import io.vertx.core.Vertx;
import java.util.Set;

/** The contract, where the agents are the cluster. */
class HazelcastMemberContractIT extends LivenessBackendContract {

  private final int port = Ports.free();

  @Override
  protected BackendServer createServer() {
    return null;
  }

  @Override
  protected String uri() {
    return "hazelcast://127.0.0.1:%1$d,127.0.0.1:%2$d,127.0.0.1:%3$d/%4$s?port=%1$d"
        .formatted(port, port + 1, port + 2, "contract");
  }

  @Override
  protected LivenessBackend create(Vertx forVertx, LivenessSettings settings) {
    return new HazelcastLivenessBackend(forVertx, settings);
  }

  @Override
  protected Set<Capability> capabilities() {
    return Set.of(
        Capability.NEWS, Capability.ANSWERS_WRITES, Capability.MARKS_RESTARTS, Capability.ANY_NAME);
  }
}
