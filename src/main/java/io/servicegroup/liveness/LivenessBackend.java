package io.servicegroup.liveness;

import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One technology that stores beats. It writes what it is told and reports what it finds; it decides
 * nothing. {@link LivenessVerticle} calls it, on its own context, with one call of each method at a
 * time, except for a write that is repeated.
 *
 * <p>Every future completes within {@link LivenessSettings#longestCall()}. The connection of a call
 * that ran out of time is closed and not used again. How long a poll is waited for is learned
 * ({@link AdaptiveTimeout}), because a slow path is not a dead one.
 */
public interface LivenessBackend {

  /**
   * Reaches the backend for the first time.
   *
   * @param news called on the caller's context when the backend announces something for which to
   *     poll at once; may be called too often
   * @return fails where the backend cannot be reached or lacks what is needed; may be called again
   */
  Future<Void> open(Runnable news);

  /**
   * Takes in what the catalogue says about a member that this agent follows: its own members and
   * those that it watches. The event of an own member comes before the first {@link #write} that
   * contains it. A poll reports on these members ({@link Roster} keeps them), and on those that
   * other software wrote into a group that is watched. Returns at once.
   *
   * @param event what happened
   */
  default void catalogued(CatalogEvent event) {}

  /**
   * Writes the state of this agent's members: beats for those alive, and the failures of the
   * others. A member is written only where its incarnation is still the newest in the catalogue.
   *
   * <p>Called once more with the same arguments while a call has had no answer for half a {@code
   * report_interval}. The repeated call uses a second connection ({@link ClientPair}), since the
   * first may be dead; the first answer counts. A backend without a second connection fails the
   * repeated call.
   *
   * @param members the full state; a later call replaces an earlier one
   * @param left members of the state before that are not in this one: their ends are written,
   *     except where a newer incarnation is known
   * @return what the write found. A member whose row another transaction has locked is neither
   *     written nor reported: the next call repeats it. Fails where the backend cannot be written
   */
  Future<Written> write(List<Heartbeat> members, List<Heartbeat> left);

  /**
   * Proves by a write and a read, through the same servers and the same path as the beats, that
   * beats could be written and seen; and reads what changed. Called every {@code poll_interval},
   * and more seldom while {@link Written#seen} or {@link Observation#calm} say that this is enough.
   *
   * @return what was seen; fails where the proof did not succeed
   */
  Future<Observation> poll();

  /**
   * Writes, in a place of this agent's own that is quicker to write than its beats, that the agent
   * lives and cannot beat. Called again while that lasts.
   *
   * @param validity how long this is to be believed
   * @return fails where not even this can be written; succeeds without effect where presence needs
   *     no beat
   */
  default Future<Void> stalled(Duration validity) {
    return Future.succeededFuture();
  }

  /**
   * Removes what {@link #stalled} wrote.
   *
   * @return completes when it is removed; it expires by itself where that fails
   */
  default Future<Void> resumed() {
    return Future.succeededFuture();
  }

  /**
   * Finds which agents say that they live and cannot beat. Called after a poll in which members are
   * silent.
   *
   * @param agents the ids of the agents of the silent members
   * @return the agents whose statement is still valid; fails where it cannot be read
   */
  default Future<Set<String>> stalledAmong(Set<String> agents) {
    return Future.succeededFuture(Set.of());
  }

  /**
   * Gives up presence that needs no beat (a session) until the next write, because no heartbeat was
   * heard for a {@code service_down_time} and the loops behind the presence may be dead. Called
   * once per such silence. A write may be in progress; it counts as older than this call.
   *
   * @return completes when it is given up; at once where the backend has no such presence
   */
  default Future<Void> release() {
    return Future.succeededFuture();
  }

  /**
   * Provides a way to end presence that needs no beat while the event loop of the verticle is
   * blocked: the library's own threads would keep it up for as long as that lasts. {@link #release}
   * follows when the event loop runs again.
   *
   * @return an action that ends the presence; it may block, and is called on a thread of its own,
   *     once per silence. Empty where the backend has no such presence
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
   * What a write found.
   *
   * @param conflicts such as a newer incarnation
   * @param seen what a poll instead of this write would have seen, where the answer to the write
   *     tells everything that this agent watches: all its members, each with the beat that was just
   *     written. Null where a poll could tell more
   */
  record Written(List<Conflict> conflicts, Observation seen) {

    /** Makes what a write found that proves nothing about reading. */
    public Written(List<Conflict> conflicts) {
      this(conflicts, null);
    }
  }

  /**
   * What a poll saw.
   *
   * <p>{@link LivenessVerticle} passes on only what changed, so entries may be repeated from poll
   * to poll.
   *
   * @param beats members with their counts. An unchanged count may be repeated or left out
   * @param held all members whose presence the backend vouches for now: the full list in each poll.
   *     A member that is missing here, in {@code beats} and in {@code gone} is no longer vouched
   *     for: its timeout begins to run, as if it had been heard for the last time. One that is also
   *     in {@code beats} counts as held
   * @param gone absences that the backend vouches for; one that was reported may be repeated or
   *     left out
   * @param unwitnessed members whose beats no agent could write at present
   * @param dataLost whether the backend came back empty or with older data
   * @param interrupted whether the connection was lost since the poll before, or this poll
   *     otherwise does not continue the last one without a gap
   * @param ages how long ago some of the beats were written when the poll was answered, in
   *     milliseconds by the backend's own clock. These beats are listed oldest first
   * @param calm whether the next poll may wait for a {@code report_interval}: what is urgent is
   *     announced, every beat in sight that may become silent has an age, and none is overdue
   */
  record Observation(
      List<Beat> beats,
      List<Beat> held,
      List<Absence> gone,
      List<MemberId> unwitnessed,
      boolean dataLost,
      boolean interrupted,
      Map<MemberId, Long> ages,
      boolean calm) {

    /** Makes the observation of a poll after which the next one follows soon. */
    public Observation(
        List<Beat> beats,
        List<Beat> held,
        List<Absence> gone,
        List<MemberId> unwitnessed,
        boolean dataLost,
        boolean interrupted) {
      this(beats, held, gone, unwitnessed, dataLost, interrupted, Map.of(), false);
    }

    /** Makes the observation of a poll that was not interrupted. */
    public Observation(
        List<Beat> beats,
        List<Beat> held,
        List<Absence> gone,
        List<MemberId> unwitnessed,
        boolean dataLost) {
      this(beats, held, gone, unwitnessed, dataLost, false);
    }

    /** The same, after which the next poll may wait. */
    public Observation calmly() {
      return new Observation(beats, held, gone, unwitnessed, dataLost, interrupted, ages, true);
    }

    /** The same, with other beats, presences and absences. */
    Observation with(List<Beat> someBeats, List<Beat> someHeld, List<Absence> someGone) {
      return new Observation(
          someBeats, someHeld, someGone, unwitnessed, dataLost, interrupted, ages, calm);
    }

    /** The same, with more members whose beats no agent could write. */
    Observation withUnwitnessed(List<MemberId> more) {
      List<MemberId> all = new ArrayList<>(unwitnessed);
      all.addAll(more);
      return new Observation(beats, held, gone, all, dataLost, interrupted, ages, calm);
    }
  }
}
