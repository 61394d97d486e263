package io.servicegroup.liveness;

import io.servicegroup.bus.Topics;
import io.servicegroup.liveness.LivenessBackend.Written;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.RemoteWork;
import io.servicegroup.runtime.OnContext;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * Writes to a backend, with a second attempt where the first has no answer for half a {@code
 * report_interval}, and tells how each write ended.
 */
final class HedgedWrite {

  private final Vertx vertx;
  private final LivenessBackend backend;
  private final LivenessSettings settings;
  private final Runnable late;

  /**
   * Makes an object that has written nothing.
   *
   * @param late called whenever half a {@code report_interval} passed without an answer
   */
  HedgedWrite(Vertx vertx, LivenessBackend backend, LivenessSettings settings, Runnable late) {
    this.vertx = vertx;
    this.backend = backend;
    this.settings = settings;
    this.late = late;
  }

  /**
   * The first answer to a write.
   *
   * @param startedNanos when the attempt that was answered began, on a monotonic clock
   * @param written the answer
   */
  record Answer(long startedNanos, Written written) {}

  /** Writes the full state and the ends of members, within a bound. */
  Future<Answer> run(List<Heartbeat> state, List<Heartbeat> leaving) {
    long half = settings.reportInterval().dividedBy(2).toMillis();
    // The backend bounds its calls by itself; this bound catches one that does not.
    long bound = settings.longestCall().toMillis() + half;
    long started = System.nanoTime();
    int members = state.size() + leaving.size();
    return HedgedCall.run(vertx, half, bound, () -> attempt(state, leaving), late)
        .onComplete(
            result ->
                Topics.WORK.publish(
                    vertx,
                    RemoteWork.since(
                        RemoteWork.Kind.BEATS,
                        settings.backend(),
                        started,
                        members,
                        outcome(result))));
  }

  private Future<Answer> attempt(List<Heartbeat> state, List<Heartbeat> leaving) {
    long started = System.nanoTime();
    return OnContext.of(vertx, backend.write(state, leaving))
        .map(written -> new Answer(started, written));
  }

  private static RemoteWork.Outcome outcome(AsyncResult<?> result) {
    if (result.succeeded()) {
      return RemoteWork.Outcome.DONE;
    }
    return result.cause() instanceof PartlyWritten
        ? RemoteWork.Outcome.PARTLY
        : RemoteWork.Outcome.FAILED;
  }
}
