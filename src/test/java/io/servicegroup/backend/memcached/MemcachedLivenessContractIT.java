package io.servicegroup.backend.memcached;

import io.servicegroup.liveness.Capability;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessBackendContract;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.MemcachedServer;
import io.vertx.core.Vertx;
import java.util.Set;

/** The contract on memcached. */
class MemcachedLivenessContractIT extends LivenessBackendContract {

  @Override
  protected BackendServer createServer() {
    return MemcachedServer.create();
  }

  @Override
  protected LivenessBackend create(Vertx forVertx, LivenessSettings settings) {
    return new MemcachedLivenessBackend(forVertx, settings);
  }

  @Override
  protected Set<Capability> capabilities() {
    return Set.of(Capability.MARKS_RESTARTS, Capability.ANY_NAME, Capability.SERVER);
  }
}
