package io.servicegroup.heartbeat.probe;

import io.vertx.core.Future;
import java.util.function.Consumer;

/** The probe {@code none}: the service is taken to live while its agent lives. */
final class NoneProber implements Prober {

  @Override
  public void start(Consumer<ProbeResult> results) {
    results.accept(ProbeResult.pass());
  }

  @Override
  public Future<Void> stop() {
    return Future.succeededFuture();
  }
}
