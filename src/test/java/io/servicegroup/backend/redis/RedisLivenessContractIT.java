package io.servicegroup.backend.redis;

import io.servicegroup.liveness.Capability;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessBackendContract;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.RedisServer;
import io.vertx.core.Vertx;
import java.util.Set;

/** The contract on Redis 6.2. */
class RedisLivenessContractIT extends LivenessBackendContract {

  @Override
  protected BackendServer createServer() {
    return RedisServer.create();
  }

  @Override
  protected LivenessBackend create(Vertx forVertx, LivenessSettings settings) {
    return new RedisLivenessBackend(forVertx, settings);
  }

  @Override
  protected Set<Capability> capabilities() {
    return Set.of(
        Capability.NEWS,
        Capability.ANSWERS_WRITES,
        Capability.MARKS_RESTARTS,
        Capability.ANY_NAME,
        Capability.SERVER,
        Capability.SURVIVES_RESTART);
  }

  @Override
  protected void empty() {
    server.kill();
    server.startEmpty();
  }
}
