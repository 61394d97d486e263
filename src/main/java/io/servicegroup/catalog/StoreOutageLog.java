package io.servicegroup.catalog;

import io.servicegroup.model.BackendState;
import io.servicegroup.runtime.OutageLog;
import io.servicegroup.runtime.ProcessWatchdog;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Logs once that the catalogue cannot be reached, and once that it is back. Where a liveness
 * backend is in the same place, the backend's log line speaks for both: the catalogue has a line of
 * its own only where the backend is reached and the catalogue is not.
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
   * Creates a log for one store.
   *
   * @param store the store's URI, with secrets masked
   * @param vertx whose timers are used
   * @param beside the names of the backends in the same place, possibly none
   * @param grace the time within which such a backend finds the loss as well
   */
  StoreOutageLog(String store, Vertx vertx, Set<String> beside, Duration grace) {
    this.vertx = vertx;
    this.beside = Set.copyOf(beside);
    this.grace = grace;
    this.log = new OutageLog("The catalogue " + store, System::nanoTime);
  }

  /** Notes that the store did not answer. */
  void failed(Throwable failure) {
    ProcessWatchdog.inspect(failure);
    last = failure;
    if (beside.isEmpty()) {
      log.failed(failure);
    } else {
      sayLater();
    }
  }

  /** Notes that the store answered. */
  void succeeded() {
    last = null;
    log.succeeded();
  }

  boolean isLost() {
    return last != null;
  }

  /** Takes in the state of a backend. */
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
