package io.servicegroup.backend.hazelcast;

import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.LivenessVerticle;

/** Liveness kept in a Hazelcast cluster: as one of its members, or as its client. */
public final class HazelcastLivenessVerticle extends LivenessVerticle {

  /** Makes the verticle, to be deployed with {@link LivenessSettings#toJson()}. */
  public HazelcastLivenessVerticle() {}

  @Override
  protected LivenessBackend createBackend(LivenessSettings settings) {
    return HazelcastLivenessBackend.shared(vertx, settings);
  }
}
