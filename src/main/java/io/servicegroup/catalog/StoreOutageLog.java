package io.servicegroup.catalog;

import io.servicegroup.model.BackendState;
import io.servicegroup.runtime.OutageLog;
import io.servicegroup.runtime.ProcessWatchdog;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Logs that the catalogue cannot be reached, and that it is back, once each. Where a liveness
 * backend is in the same place, that one says so for both: the catalogue's own line follows only
 * where the backend is reached while the catalogue is not.
 *
 * <p>Not thread-safe.
 */
final class StoreOutageLog {

  private final Vertx vertx;
  private final Set<String> beside;
  private final Duration grace;
  private final OutageLog log;
  private final Set<String> unreachable = new HashSet<>();
  private Throwable last;
  private boolean waiting;

  /**
   * Watches over one store.
   *
   * @param store its URI, with secrets masked
   * @param vertx for timers
   * @param beside the names of the backends in the same place; possibly none
   * @param grace by when such a backend has found its loss as well
   */
  StoreOutageLog(String store, Vertx vertx, Set<String> beside, Duration grace) {
    this.vertx = vertx;
    this.beside = Set.copyOf(beside);
    this.grace = grace;
    this.log = new OutageLog("The catalogue " + store, System::nanoTime);
  }

  /** The store did not answer. */
  void failed(Throwable failure) {
    ProcessWatchdog.inspect(failure);
    last = failure;
    if (beside.isEmpty()) {
      log.failed(failure);
    } else {
      sayLater();
    }
  }

  /** It did. */
  void succeeded() {
    last = null;
    log.succeeded();
  }

  boolean isLost() {
    return last != null;
  }

  /** What became of a backend. */
  void backend(BackendState state) {
    if (!beside.contains(state.backend())) {
      return;
    }
    if (state.state() == BackendState.State.UNREACHABLE) {
      unreachable.add(state.backend());
    } else if (unreachable.remove(state.backend()) && last != null) {
      sayLater();
    }
  }

  private void sayLater() {
    if (waiting || log.isLost() || !unreachable.isEmpty()) {
      return;
    }
    waiting = true;
    vertx.setTimer(
        grace.toMillis(),
        timer -> {
          waiting = false;
          if (last != null && unreachable.isEmpty()) {
            log.failed(last);
          }
        });
  }
}
