package io.servicegroup.liveness;

import io.servicegroup.bus.Topics;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.BackendState.State;
import io.servicegroup.runtime.OutageLog;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs whether a backend is reached, and publishes each change as {@code servicegroup.backend}.
 *
 * <p>Not thread-safe.
 */
final class Reachability {

  private static final Logger LOG = LoggerFactory.getLogger(Reachability.class);
  private static final String ANEW = "silence counts anew from here";
  private static final String MISSING =
      "some of what was written last is missing (it was emptied or restored, failed over, or"
          + " crashed): "
          + ANEW
          + ", and no member is DOWN because of it";

  private final Vertx vertx;
  private final String backend;
  private final OutageLog outages;
  private State state;

  /**
   * Makes an object that has published nothing yet.
   *
   * @param vertx whose event bus is used
   * @param settings of the backend
   */
  Reachability(Vertx vertx, LivenessSettings settings) {
    this.vertx = vertx;
    this.backend = settings.backend();
    this.outages = new OutageLog("Backend " + describe(settings), System::nanoTime);
  }

  private static String describe(LivenessSettings settings) {
    // The loss of a catalogue in the same backend is not logged by itself, so it is named here.
    String catalogue = settings.tables() == null ? ", the catalogue as well" : "";
    return settings.backend() + " (" + settings.uri() + catalogue + ")";
  }

  /**
   * A poll succeeded.
   *
   * @param outage whether an outage lay before it
   * @param dataLost whether the backend came back empty or with older data
   */
  void reached(boolean outage, boolean dataLost) {
    log(outage, dataLost);
    become(dataLost ? State.DATA_LOST : State.REACHABLE);
  }

  /** A poll failed. */
  void lost(Throwable failure) {
    outages.failed(failure);
    become(State.UNREACHABLE);
  }

  /** Logs recovery, outage and loss of data in one line where they come together. */
  private void log(boolean outage, boolean dataLost) {
    if (outages.isLost()) {
      if (dataLost) {
        outages.succeededChanged("; " + MISSING);
      } else {
        outages.succeeded(outage ? "; " + ANEW : "");
      }
    } else if (dataLost) {
      LOG.warn("Backend {}: {}", backend, MISSING);
    } else if (outage) {
      LOG.info("Backend {}: {}, after an interval without a round trip", backend, ANEW);
    }
  }

  /**
   * Publishes the state where it changed. A loss of data is an event and is always published; the
   * reachable state that follows it is not.
   */
  private void become(State next) {
    boolean same = state == next || (state == State.DATA_LOST && next == State.REACHABLE);
    if (!same || next == State.DATA_LOST) {
      state = next;
      Instant since = Instant.now().truncatedTo(ChronoUnit.MILLIS);
      Topics.BACKEND.publish(vertx, new BackendState(backend, next, since, null));
    }
  }
}
