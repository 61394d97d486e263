package io.servicegroup.detect;

import io.servicegroup.detect.Vote.Choice;
import io.servicegroup.model.Absence;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Digest;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Sightings;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Decides who is up. Pure: it is told what backends showed and what the catalogue says, and answers
 * with the status changes that follow, numbered without gaps. Silence counts in the backends'
 * witness clocks only; the wall clock that comes with each call merely stamps the changes.
 *
 * <p>The rules are those of the design: a beat is a count that grew within an incarnation or a
 * newer incarnation; what is found in a backend's first message is where counting begins, not a
 * beat; an absence stated by the member's agent is believed at once, one concluded by the backend
 * only outside the grace after a new start; an older incarnation neither kills nor revives.
 *
 * <p>A member whose presence a backend vouches for and that carries no life of ours joined by other
 * means (tooz): it is a member like any other, whether or not the catalogue has a row of it. One
 * without a row is forgotten when it left, or an hour of witnessed time after it went down.
 *
 * <p>Not thread-safe. A call costs what it brings and what expired, not what exists, except for the
 * first one after an outage and for snapshots.
 */
public final class LivenessEvaluator {

  private final EvaluatorSettings settings;
  private final VerdictLog verdicts;
  private final Map<String, BackendView> backends = new LinkedHashMap<>();
  private final Map<MemberId, Tracked> members = new HashMap<>();
  private final Ballot ballot = new Ballot(this::cast);
  private Instant now = Instant.EPOCH;

  /**
   * Makes an evaluator that knows nobody.
   *
   * @param epoch names this run, unlike any before
   * @param settings the rules' parameters
   */
  public LivenessEvaluator(String epoch, EvaluatorSettings settings) {
    this.verdicts = new VerdictLog(epoch);
    this.settings = settings;
    for (String name : settings.backends()) {
      backends.put(name, new BackendView(name, backends.size(), settings));
    }
  }

  /**
   * Takes in what a liveness verticle saw: its clock, then the signs of life, then the absences;
   * then judges whose time is over.
   *
   * @param sightings what it saw
   * @param at the wall clock
   * @return the changes that follow, in order
   * @throws IllegalArgumentException where no backend of that name is configured
   */
  public List<StatusChange> sightings(Sightings sightings, Instant at) {
    BackendView backend = backend(sightings.backend());
    now = at;
    backend.advance(sightings.witnessedMillis(), sightings.hiccup());
    becomeReachable(backend);
    sightings.beats().forEach(beat -> ballot.beat(track(beat.id()), backend, beat));
    sightings.held().forEach(beat -> held(beat, backend));
    sightings.gone().forEach(seen -> gone(seen, backend));
    for (MemberId id : sightings.unwitnessed()) {
      Tracked tracked = members.get(id);
      if (tracked != null && tracked.votes[backend.index] != null) {
        ballot.unwitnessed(tracked.votes[backend.index]);
      }
    }
    backend.expire(this::expired);
    backend.forget(this::forgotten);
    return verdicts.drain();
  }

  /**
   * Takes in what is known about a backend. Changes nobody's status: a backend that cannot be
   * reached is heard when it votes again.
   *
   * @param state its state
   * @throws IllegalArgumentException where no backend of that name is configured
   */
  public void backendState(BackendState state) {
    BackendView backend = backend(state.backend());
    if (state.state() == BackendState.State.UNREACHABLE) {
      backend.reachable = false;
    } else {
      becomeReachable(backend);
    }
  }

  private void becomeReachable(BackendView backend) {
    if (!backend.reachable) {
      backend.reachable = true;
      members.values().forEach(tracked -> ballot.reconsider(tracked.votes[backend.index]));
    }
  }

  /**
   * Takes in a member as the catalogue has it: new, or changed.
   *
   * @param member the member
   * @param justJoined whether it joined now, rather than being found or changed
   * @param at the wall clock
   * @return the changes that follow: an operator's force, or its end
   */
  public List<StatusChange> member(Member member, boolean justJoined, Instant at) {
    now = at;
    Tracked tracked = track(member.id());
    boolean wasForced = tracked.isForcedDown();
    boolean foundForced = tracked.status == Status.UNKNOWN && !tracked.catalogued;
    boolean newLife = tracked.catalogued && member.isLaterLifeOf(tracked.member);
    tracked.member = member;
    tracked.catalogued = true;
    tracked.found &= !justJoined;
    backends.values().forEach(backend -> ballot.recorded(tracked, backend, newLife));
    if (member.forcedDown()) {
      Reason why = foundForced ? Reason.INITIAL : Reason.FORCED_DOWN;
      verdicts.settle(tracked, Status.DOWN, why, null, now);
    } else {
      decide(tracked, null, wasForced ? Reason.FORCED_DOWN_CLEARED : null);
    }
    return verdicts.drain();
  }

  /**
   * Forgets a member that was deleted from the catalogue.
   *
   * @param id the member
   * @param at the wall clock
   * @return its last change, where it was not down already
   */
  public List<StatusChange> deleted(MemberId id, Instant at) {
    now = at;
    Tracked tracked = members.get(id);
    if (tracked != null && (tracked.catalogued || tracked.member == null)) {
      if (tracked.catalogued) {
        verdicts.settle(tracked, Status.DOWN, Reason.DELETED, null, now);
      }
      forget(tracked);
    }
    return verdicts.drain();
  }

  /**
   * Whether the catalogue told of a member.
   *
   * @param id the member
   * @return whether it is followed
   */
  public boolean tracks(MemberId id) {
    Tracked tracked = members.get(id);
    return tracked != null && tracked.catalogued;
  }

  /**
   * Lists the members that the catalogue told of, and those whose presence a backend vouches for
   * without anybody having told, in order. A filter that only one member can match costs no more
   * with many.
   *
   * @param filter which of them
   * @return their verdicts, and the number of the last change
   */
  public Snapshot snapshot(MemberFilter filter) {
    Stream<Tracked> wanted =
        filter
            .onlyMember()
            .map(id -> Stream.ofNullable(members.get(id)))
            .orElseGet(() -> members.values().stream());
    boolean stale = backends.values().stream().noneMatch(backend -> backend.reachable);
    return verdicts.snapshot(wanted, filter, stale);
  }

  /**
   * Where the numbering stands.
   *
   * @return epoch and number of the last change
   */
  public Digest digest() {
    return verdicts.digest();
  }

  /**
   * The mass silence that is being held.
   *
   * @param backend the backend's name
   * @return the silence, or empty where there is none
   */
  public Optional<BackendState.MassSilence> massSilence(String backend) {
    return Optional.ofNullable(backend(backend).massSilence());
  }

  private BackendView backend(String name) {
    BackendView backend = backends.get(name);
    if (backend == null) {
      throw new IllegalArgumentException(
          "no backend is named "
              + name
              + "; configured are "
              + String.join(", ", backends.keySet()));
    }
    return backend;
  }

  private Tracked track(MemberId id) {
    return members.computeIfAbsent(id, key -> new Tracked(key, backends.size()));
  }

  /** Presence without a life of ours is somebody else's member, whether or not it has a row. */
  private void held(Beat beat, BackendView backend) {
    Tracked tracked = track(beat.id());
    if (tracked.member == null && beat.incarnation() == null) {
      tracked.member = Member.uncatalogued(beat.id());
    }
    ballot.held(tracked, backend, beat);
  }

  private void gone(Absence absence, BackendView backend) {
    Tracked tracked = track(absence.id());
    ballot.gone(tracked, backend, absence);
    boolean left = tracked.status == Status.DOWN && tracked.reason == Reason.LEFT;
    if (left && !tracked.catalogued) {
      forget(tracked);
    }
  }

  /** A member without a row whose end was long ago; where another backend sees it, it stays. */
  private void forgotten(Vote vote) {
    if (!vote.tracked.catalogued && vote.tracked.status != Status.UP) {
      forget(vote.tracked);
    }
  }

  private void expired(Vote vote) {
    if (vote.tracked.member == null) {
      forget(vote.tracked);
    } else {
      ballot.silent(vote);
    }
  }

  /** A vote was cast, possibly the same as before. */
  private void cast(Vote vote) {
    if (vote.choice == Choice.UP) {
      vote.tracked.lastSeenUp = now;
    }
    decide(vote.tracked, vote, null);
  }

  private void forget(Tracked tracked) {
    members.remove(tracked.id);
    for (Vote vote : tracked.votes) {
      if (vote != null) {
        vote.backend.drop(vote);
        tracked.votes[vote.backend.index] = null;
      }
    }
  }

  /**
   * Combines the votes.
   *
   * @param cast the vote that was just cast, or null where the catalogue changed
   * @param why the reason to give instead of the vote's, or null
   */
  private void decide(Tracked tracked, Vote cast, Reason why) {
    if (tracked.member == null || tracked.isForcedDown()) {
      return;
    }
    Vote decisive = VerdictRules.decisive(settings.rule(), tracked, cast);
    if (decisive == null) {
      return;
    }
    Status status = decisive.choice == Choice.UP ? Status.UP : Status.DOWN;
    verdicts.settle(tracked, status, VerdictRules.reason(tracked, decisive, why), decisive, now);
  }
}
