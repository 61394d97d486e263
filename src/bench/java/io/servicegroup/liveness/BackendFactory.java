package io.servicegroup.liveness;

import io.servicegroup.Components;
import io.servicegroup.config.BackendUri;
import io.vertx.core.Vertx;

/** Makes backends without the verticle around them, each as its own verticle makes it. */
public final class BackendFactory {

  private BackendFactory() {}

  /**
   * Makes a backend that is not open yet. Called on the context that is going to use it.
   *
   * @param vertx what it runs on
   * @param settings whose URI chooses the technology
   * @return the backend
   */
  public static LivenessBackend create(Vertx vertx, LivenessSettings settings) {
    LivenessVerticle verticle =
        Components.create(
            BackendUri.parse(settings.uri()).scheme().livenessVerticle(), LivenessVerticle.class);
    verticle.init(vertx, vertx.getOrCreateContext());
    return verticle.createBackend(settings);
  }
}
