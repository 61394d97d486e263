package io.servicegroup.backend.memcached;

import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.LivenessVerticle;

/** Liveness in memcached, where tooz's members are. */
public final class MemcachedLivenessVerticle extends LivenessVerticle {

  /** Makes the verticle; nothing happens before its deployment. */
  public MemcachedLivenessVerticle() {}

  @Override
  protected LivenessBackend createBackend(LivenessSettings settings) {
    return new MemcachedLivenessBackend(vertx, settings);
  }
}
