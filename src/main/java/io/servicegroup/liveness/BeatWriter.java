package io.servicegroup.liveness;

import io.servicegroup.bus.Topics;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.servicegroup.runtime.OutageLog;
import io.servicegroup.runtime.ProcessWatchdog;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes the newest state of this agent's members to a backend, one write at a time. A state that
 * arrives during a write waits for the end of that write, and replaces a state that waits already.
 * A write that failed is repeated soon where it told of a failure or an end, and otherwise a little
 * later or by the next heartbeat.
 */
final class BeatWriter {

  /** Within this time after a stop the evaluators see that the members left. */
  private static final Duration LAST_WRITE = Duration.ofSeconds(2);

  private static final long LAST_WRITE_PAUSE_MILLIS = 100;

  private final Vertx vertx;
  private final LivenessSettings settings;
  private final OutageLog outages;
  private final PartFailure own = new PartFailure();
  private Throwable unsaid;
  private final BeatStall stall;
  private final HedgedWrite writes;
  private final Proof proof;
  private final Runnable failing;
  private final Map<MemberId, Heartbeat> left = new LinkedHashMap<>();
  private final Map<MemberId, Incarnation> deleted = new HashMap<>();
  private List<Heartbeat> written = List.of();
  private List<Heartbeat> waiting;
  private boolean writing;
  private boolean failed;
  private boolean abandoned;
  private long retry = -1;
  private Promise<Void> finished;
  private long finishBy;

  /** Takes what a write proved. */
  interface Proof {

    /**
     * A write succeeded.
     *
     * @param startedNanos when it began, on a monotonic clock
     * @param seen as {@link LivenessBackend.Written#seen}
     */
    void of(long startedNanos, Observation seen);
  }

  /**
   * Makes a writer that has written nothing yet.
   *
   * @param proof takes what each successful write proved
   * @param failing is called whenever a write fails or has no answer for long
   */
  BeatWriter(
      Vertx vertx,
      LivenessBackend backend,
      LivenessSettings settings,
      BeatStall stall,
      Proof proof,
      Runnable failing) {
    this.stall = stall;
    this.proof = proof;
    this.failing = failing;
    this.writes = new HedgedWrite(vertx, backend, settings, this::late);
    this.vertx = vertx;
    this.settings = settings;
    this.outages =
        new OutageLog(
            "Backend " + settings.backend() + ": this agent's beats",
            "cannot be written",
            "are written again",
            System::nanoTime);
  }

  /**
   * The backend was not reached, which the verticle logs: that beats then fail as well is not
   * logged.
   */
  void backendLost() {
    own.wholeLost();
  }

  /**
   * The backend was reached by a poll: beats that fail nevertheless are logged.
   *
   * @param startedNanos when the poll began
   */
  void backendReached(long startedNanos) {
    if (own.wholeReached(startedNanos) && unsaid != null) {
      outages.failed(unsaid);
    }
  }

  /** Writes the full state of this agent's members, or queues it. */
  void write(List<Heartbeat> state) {
    abandoned = false;
    waiting = state;
    next();
  }

  /**
   * The catalogue deleted a member: when the next state lacks it, its end is written as deleted and
   * not as left.
   */
  void deleted(MemberId id, Incarnation incarnation) {
    if (written.stream().anyMatch(own -> own.id().equals(id))) {
      deleted.put(id, incarnation);
    }
  }

  private Heartbeat ended(Heartbeat gone) {
    Incarnation incarnation = deleted.remove(gone.id());
    return gone.incarnation().equals(incarnation)
        ? new Heartbeat(gone.id(), incarnation, gone.count(), State.DELETED, null)
        : gone;
  }

  /** Writes the deletion of a member that another agent beats for. */
  void foreignDeletion(Heartbeat last) {
    boolean beating = written.stream().anyMatch(own -> own.id().equals(last.id()));
    if (!beating && !abandoned && finished == null) {
      left.put(last.id(), last);
      waiting = waiting == null ? written : waiting;
      next();
    }
  }

  /** Drops the state that waits, and repeats no write before the next state. */
  void abandon() {
    abandoned = true;
    waiting = null;
    vertx.cancelTimer(retry);
    if (finished != null && !writing) {
      finished.tryComplete();
    }
  }

  /**
   * Completes when the last state has been written. A write that fails is repeated for two seconds,
   * because nobody repeats it later: without it the members' end shows only as silence.
   */
  Future<Void> finish() {
    finished = Promise.promise();
    finishBy = System.nanoTime() + LAST_WRITE.toNanos();
    vertx.cancelTimer(retry);
    if (!writing) {
      finishOrRepeat(written, !failed);
    }
    return finished.future();
  }

  private void finishOrRepeat(List<Heartbeat> state, boolean succeeded) {
    if (succeeded || abandoned || System.nanoTime() - finishBy > 0) {
      finished.tryComplete();
    } else {
      retry = vertx.setTimer(LAST_WRITE_PAUSE_MILLIS, id -> again(state));
    }
  }

  private void next() {
    if (writing || waiting == null) {
      return;
    }
    vertx.cancelTimer(retry);
    writing = true;
    List<Heartbeat> state = waiting;
    waiting = null;
    missing(written, state).forEach(gone -> left.put(gone.id(), ended(gone)));
    state.forEach(heartbeat -> left.remove(heartbeat.id()));
    deleted.keySet().retainAll(state.stream().map(Heartbeat::id).collect(Collectors.toSet()));
    List<Heartbeat> leaving = new ArrayList<>(left.values());
    boolean news = !leaving.isEmpty() || hasNews(state);
    written = state;
    stall.begins(state.size());
    if (state.isEmpty() && leaving.isEmpty()) {
      ended(state, true, false);
      return;
    }
    writes
        .run(state, leaving)
        .onComplete(
            result -> {
              try {
                answered(result, leaving);
              } finally {
                // Writing has to go on, whatever was thrown.
                ended(state, result.succeeded(), news);
              }
            });
  }

  private void late() {
    stall.missing();
    failing.run();
  }

  private void answered(AsyncResult<HedgedWrite.Answer> result, List<Heartbeat> leaving) {
    if (result.failed()) {
      failed(result.cause());
      return;
    }
    own.succeeded();
    unsaid = null;
    outages.succeeded();
    stall.complete();
    leaving.forEach(gone -> left.remove(gone.id(), gone));
    tell(result.result().written().conflicts());
    proof.of(result.result().startedNanos(), result.result().written().seen());
  }

  private void tell(List<Conflict> conflicts) {
    conflicts.forEach(conflict -> Topics.CONFLICT.publish(vertx, conflict));
  }

  private void failed(Throwable failure) {
    ProcessWatchdog.inspect(failure);
    unsaid = failure;
    own.failed(System.nanoTime());
    if (failure instanceof PartlyWritten some) {
      stall.partly();
      tell(some.conflicts());
    } else {
      stall.missing();
    }
    failing.run();
  }

  private void ended(List<Heartbeat> state, boolean succeeded, boolean news) {
    writing = false;
    failed = !succeeded;
    if (waiting != null) {
      next();
    } else if (finished != null) {
      finishOrRepeat(state, succeeded);
    } else if (!succeeded && !abandoned) {
      // The next heartbeat repeats a beat anyway, but after an outage all observers wait for it; a
      // failure or an end has to arrive even sooner.
      long delay = Math.max(1, settings.reportInterval().toMillis() / (news ? 10 : 5));
      waiting = null;
      retry = vertx.setTimer(delay, id -> again(state));
    }
  }

  private void again(List<Heartbeat> state) {
    if (!writing && waiting == null) {
      waiting = state;
      next();
    }
  }

  private static boolean hasNews(List<Heartbeat> state) {
    return state.stream().anyMatch(heartbeat -> heartbeat.state().absence() != null);
  }

  /** The members of an earlier state that a later one lacks. */
  private static List<Heartbeat> missing(List<Heartbeat> earlier, List<Heartbeat> later) {
    Set<MemberId> present = later.stream().map(Heartbeat::id).collect(Collectors.toSet());
    return earlier.stream().filter(heartbeat -> !present.contains(heartbeat.id())).toList();
  }
}
