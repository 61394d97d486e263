package io.servicegroup.liveness;

import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Watch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Tells whether a write to a backend that keeps keys and values stands for a poll: the agent
 * watches its own members only, each of them was beaten for, and under the key of each stood what
 * this agent had written there last. So nothing was lost, and nobody else wrote. Not thread-safe.
 */
public final class WriteProof {

  /**
   * So often a write stands for no poll, so that the store does not evict this agent's canary as
   * something that nobody needs.
   */
  private static final Duration A_POLL = Duration.ofMinutes(1);

  private final boolean watchesOwn;
  private final Roster roster;
  private final LongSupplier nanoTime;
  private Map<MemberId, String> last = Map.of();
  private boolean surprised;
  private long provingSince;

  /**
   * Makes a proof of an agent that has written nothing.
   *
   * @param settings of the backend
   * @param roster the members that a poll would read
   */
  public WriteProof(LivenessSettings settings, Roster roster) {
    this(settings, roster, System::nanoTime);
  }

  WriteProof(LivenessSettings settings, Roster roster, LongSupplier nanoTime) {
    this.watchesOwn = settings.watch().equals(Watch.OWN);
    this.roster = roster;
    this.nanoTime = nanoTime;
    this.provingSince = nanoTime.getAsLong();
  }

  /** Whether writes may stand for polls, so that it is worth asking for what stood there. */
  public boolean isPossible() {
    return watchesOwn;
  }

  /**
   * Takes a write that succeeded.
   *
   * @param members the full state
   * @param left the members whose ends were written
   * @param written what was written, by member
   * @param before what stood there, by member
   * @return what a poll would have seen; null where it could tell more
   */
  public Observation of(
      List<Heartbeat> members,
      List<Heartbeat> left,
      Map<MemberId, String> written,
      Map<MemberId, String> before) {
    if (!watchesOwn) {
      return null;
    }
    List<Beat> beats = new ArrayList<>();
    surprised = false;
    for (Heartbeat heartbeat : members) {
      MemberId id = heartbeat.id();
      String found = before.get(id);
      // A repeated write may find what the first attempt at it has written.
      boolean ours = found != null && (found.equals(last.get(id)) || found.equals(written.get(id)));
      surprised |= !ours && last.containsKey(id);
      if (ours && heartbeat.state() == Heartbeat.State.ALIVE && isCatalogued(heartbeat)) {
        beats.add(new Beat(id, heartbeat.incarnation(), heartbeat.count()));
      }
    }
    last = new HashMap<>(written);
    boolean isAll =
        !beats.isEmpty()
            && left.isEmpty()
            && beats.size() == members.size()
            && beats.size() == roster.members().size();
    return isAll && !isPollDue()
        ? new Observation(beats, List.of(), List.of(), List.of(), false)
        : null;
  }

  private boolean isPollDue() {
    boolean due = nanoTime.getAsLong() - provingSince >= A_POLL.toNanos();
    provingSince = due ? nanoTime.getAsLong() : provingSince;
    return due;
  }

  private boolean isCatalogued(Heartbeat heartbeat) {
    Member member = roster.get(heartbeat.id());
    return member != null && heartbeat.incarnation().equals(member.incarnation());
  }

  /**
   * Whether something else stood there than this agent had written, so that a poll is to find out
   * what happened.
   */
  public boolean isSurprised() {
    return surprised;
  }
}
