package io.servicegroup.liveness;

import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One technology that keeps beats. Writes what it is told and reports what it finds; decides
 * nothing. Used by {@link LivenessVerticle} alone, on its context, one call of each method at a
 * time, except for a write that is repeated.
 *
 * <p>Every future completes within {@link LivenessSettings#patience()}; the connection of a call
 * that ran out of time is closed and not used again. How long a poll is waited for is learned
 * ({@link Patience}): a path that is slow is no path that is dead.
 */
public interface LivenessBackend {

  /**
   * Reaches the backend for the first time.
   *
   * @param news called (on the caller's context) when the backend tells that there is something to
   *     poll for at once; may be called too often
   * @return fails where the backend cannot be reached or lacks what is needed; may be called again
   */
  Future<Void> open(Runnable news);

  /**
   * Hears what the catalogue says of a member that this agent follows: its own ones and those that
   * it watches. A member of this agent is told of before the first {@link #write} that speaks of
   * it. Returns at once.
   *
   * @param event what happened
   */
  default void catalogued(CatalogEvent event) {}

  /**
   * Writes the state of this agent's members: beats of those alive, news of those failed. Only
   * where their incarnation is still the newest in the catalogue.
   *
   * <p>Called once more, with the same, while a call has had no answer for half a {@code
   * report_interval}: on a connection of its own ({@link TwoWays}), since the other may be dead.
   * Whichever answers first counts. A backend that has no other way fails it.
   *
   * @param members the full state; a later call replaces an earlier one
   * @param left members of the state before that are not in this one: their entries go, as news
   * @return what was found to stand in the way of some of them. A member whose row is held by
   *     somebody else is not written and not reported: the next call repeats it. Fails where the
   *     backend cannot be written
   */
  Future<List<Conflict>> write(List<Heartbeat> members, List<Heartbeat> left);

  /**
   * Proves that beats could be written and seen, through the same servers and the same path as the
   * beats, and reads what changed.
   *
   * @return what was seen; fails where the proof did not succeed
   */
  Future<Observation> poll();

  /**
   * Says in a place of this agent's own, which is quicker to write than its beats, that it lives
   * and cannot beat. Called again while that lasts.
   *
   * @param validity for how long it is to be believed
   * @return fails where not even that can be written; does nothing where presence needs no beat
   */
  default Future<Void> stalled(Duration validity) {
    return Future.succeededFuture();
  }

  /**
   * Takes back what {@link #stalled} said.
   *
   * @return when it is gone; it expires by itself where it cannot be taken back
   */
  default Future<Void> resumed() {
    return Future.succeededFuture();
  }

  /**
   * Which agents say that they live and cannot beat. Called after a poll, where members are silent.
   *
   * @param agents those that beat for the silent members
   * @return those of them whose word is still to be believed; fails where that cannot be read
   */
  default Future<Set<String>> stalledAmong(Set<String> agents) {
    return Future.succeededFuture(Set.of());
  }

  /**
   * Gives up presence that needs no beat (a session), until the next write: no heartbeat was heard
   * for a {@code service_down_time}, so the loops that stand behind the presence may be dead.
   * Called once per such silence; a write may be in progress, and what it says counts as older than
   * this.
   *
   * @return when it is given up; at once where beats that stop are all there is
   */
  default Future<Void> release() {
    return Future.succeededFuture();
  }

  /**
   * Ends presence that needs no beat while the caller's context does not turn: the library's own
   * threads would keep it for as long as that lasts. {@link #release} follows when it turns again.
   *
   * @return what ends it: may block, and is called on a thread of its own, once per silence; empty
   *     where beats that stop are all there is
   */
  default Optional<Runnable> lifeline() {
    return Optional.empty();
  }

  /**
   * Closes every connection.
   *
   * @return never fails
   */
  Future<Void> close();

  /**
   * What a poll saw.
   *
   * <p>{@link LivenessVerticle} passes on what is news, so repeating is free.
   *
   * @param beats members with their counts. Repeating an unchanged count is allowed, and so is
   *     leaving it out
   * @param held all members whose presence the backend vouches for now: the full list in each poll.
   *     One that is missing, and neither in {@code beats} nor in {@code gone}, is not vouched for
   *     any more: its deadline begins to run, as if it had been heard for the last time. One that
   *     is also in {@code beats} counts as held
   * @param gone absences that the backend vouches for. Repeating one is allowed, and so is leaving
   *     it out
   * @param unwitnessed members whose beats could not be written by anybody
   * @param dataLost whether the backend came back empty or older than it was
   * @param interrupted whether the connection was away since the poll before, or this reading is
   *     otherwise not the unbroken continuation of the last one
   */
  record Observation(
      List<Beat> beats,
      List<Beat> held,
      List<Absence> gone,
      List<MemberId> unwitnessed,
      boolean dataLost,
      boolean interrupted) {

    /** Of a backend that was not interrupted. */
    public Observation(
        List<Beat> beats,
        List<Beat> held,
        List<Absence> gone,
        List<MemberId> unwitnessed,
        boolean dataLost) {
      this(beats, held, gone, unwitnessed, dataLost, false);
    }
  }
}
