package io.servicegroup.backend.hazelcast;

import io.servicegroup.backend.hazelcast.HazelcastPresence.State;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * Derives an observation from the entries and from the states of the Hazelcast members that wrote
 * them. What an agent stated in an entry takes precedence.
 */
final class HazelcastSightings {

  private final List<Beat> beats = new ArrayList<>();
  private final List<Absence> gone = new ArrayList<>();
  private final List<MemberId> unwitnessed = new ArrayList<>();

  private HazelcastSightings() {}

  static Observation of(
      Collection<Member> members,
      Function<MemberId, Optional<HazelcastEntry>> entries,
      Function<MemberId, UUID> lastOwner,
      Function<UUID, State> owners,
      boolean dataLost) {
    HazelcastSightings seen = new HazelcastSightings();
    for (Member member : members) {
      MemberId id = member.id();
      entries
          .apply(id)
          .ifPresentOrElse(
              entry -> seen.add(id, entry, owners.apply(entry.owner())),
              () -> seen.missing(id, owners.apply(lastOwner.apply(id))));
    }
    return new Observation(seen.beats, List.of(), seen.gone, seen.unwitnessed, dataLost);
  }

  /**
   * Handles a missing entry. While its owner is apart, an expired entry does not mean that the
   * member stopped beating in the other part of the cluster.
   */
  private void missing(MemberId id, State lastOwner) {
    if (lastOwner == State.APART) {
      unwitnessed.add(id);
    }
  }

  private void add(MemberId id, HazelcastEntry entry, State owner) {
    Beat last = entry.beat().beat(id);
    if (!entry.beat().isAlive()) {
      gone.add(entry.beat().absence(id));
    } else if (owner == State.DEAD) {
      gone.add(new Absence(id, last.incarnation(), last.count(), Absence.Cause.REFUSED));
    } else {
      beats.add(last);
      if (owner == State.APART) {
        unwitnessed.add(id);
      }
    }
  }
}
