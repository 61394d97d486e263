package io.servicegroup.backend.postgres;

import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.LivenessVerticle;

/** Liveness kept in Nova's {@code services} table. */
public final class PostgresLivenessVerticle extends LivenessVerticle {

  /** Makes the verticle, to be deployed with {@link LivenessSettings#toJson()}. */
  public PostgresLivenessVerticle() {}

  @Override
  protected LivenessBackend createBackend(LivenessSettings settings) {
    return new PostgresLivenessBackend(vertx, settings);
  }
}
