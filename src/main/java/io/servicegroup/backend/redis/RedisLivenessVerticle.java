package io.servicegroup.backend.redis;

import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.LivenessVerticle;

/** Liveness kept in Redis, in tooz's layout. */
public final class RedisLivenessVerticle extends LivenessVerticle {

  /** Makes the verticle, to be deployed with {@link LivenessSettings#toJson()}. */
  public RedisLivenessVerticle() {}

  @Override
  protected LivenessBackend createBackend(LivenessSettings settings) {
    return new RedisLivenessBackend(vertx, settings);
  }
}
