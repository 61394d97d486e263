package io.servicegroup.backend.zookeeper;

import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.LivenessVerticle;

/** Liveness kept in ZooKeeper, as ephemeral nodes of one session per agent. */
public final class ZooKeeperLivenessVerticle extends LivenessVerticle {

  /** Makes the verticle, to be deployed with {@link LivenessSettings#toJson()}. */
  public ZooKeeperLivenessVerticle() {}

  @Override
  protected LivenessBackend createBackend(LivenessSettings settings) {
    return new ZooKeeperLivenessBackend(vertx, settings);
  }
}
