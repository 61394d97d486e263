package io.servicegroup.detect;

import io.servicegroup.detect.BackendClock.Weight;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides which members are up. It is pure: it is given what backends showed and what the catalogue
 * says, and returns the status changes that follow, numbered without gaps. Silence is measured by
 * the backends' witness clocks only; the wall clock's time that comes with each call is merely
 * written into the changes.
 *
 * <p>A verdict is a function of the present evidence: each backend's {@link Evidence} with the
 * backend's weight, the catalogue's record, and whether an operator forced the member down.
 * Whenever one of these changes, the verdicts on the members concerned are decided anew.
 *
 * <p>The rules:
 *
 * <ul>
 *   <li>A beat is a count that grew within an incarnation, or a newer incarnation.
 *   <li>The first count of an incarnation is a baseline and no beat, unless the incarnation joined
 *       since this evaluator started.
 *   <li>An absence that the member's agent states is believed at once. One that the backend
 *       concludes is believed only outside the grace that follows a new start.
 *   <li>What is seen of an older incarnation makes a member neither down nor up.
 *   <li>Where the catalogue changes to another incarnation that is not newer, that one is adopted.
 * </ul>
 *
 * <p>A presence without an incarnation, which a backend vouches for, is that of a member that
 * joined by other means (tooz). It is a member like any other, whether or not the catalogue has a
 * row of it. One without a row is forgotten when it left, or an hour of witnessed time after it
 * went down.
 *
 * <p>Not thread-safe. The cost of a call grows with what it brings and with what expired, not with
 * the number of members. The exceptions are the call that reports an outage, the first call after
 * one, calls while the verdicts of a mass silence are withheld, and snapshots.
 */
public final class LivenessEvaluator {

  private final Members members;
  private final Map<String, BackendView> backends = new LinkedHashMap<>();

  /**
   * Makes an evaluator that knows nobody.
   *
   * @param epoch a name of this run that no run before had
   * @param settings the backends, timeouts and bounds
   */
  public LivenessEvaluator(String epoch, EvaluatorSettings settings) {
    Timeouts timeouts = new Timeouts(settings);
    this.members = new Members(epoch, settings, timeouts);
    for (String name : settings.backends()) {
      int index = backends.size();
      backends.put(name, new BackendView(name, index, settings, timeouts, members));
    }
  }

  /**
   * Takes in what a liveness verticle saw: first its witness clock, then the signs of life, then
   * the absences. Then judges the members whose timeout has passed.
   *
   * @param sightings what the verticle saw
   * @param at the wall clock
   * @return the changes that follow, in order
   * @throws IllegalArgumentException where no backend of that name is configured
   */
  public List<StatusChange> sightings(Sightings sightings, Instant at) {
    BackendView backend = backend(sightings.backend());
    members.becomes(at);
    if (backend.advance(sightings)) {
      beginAnew(backend);
    }
    for (Beat beat : sightings.beats()) {
      EvidenceRules.beat(members.track(beat.id()), backend, beat, sightings.age(beat));
    }
    sightings.held().forEach(beat -> held(beat, backend));
    sightings.gone().forEach(seen -> gone(seen, backend));
    for (MemberId id : sightings.unwitnessed()) {
      TrackedMember tracked = members.get(id);
      if (tracked != null && tracked.allEvidence[backend.index] != null) {
        backend.unwitnessed(tracked.allEvidence[backend.index]);
      }
    }
    backend.judge(evidence -> members.forget(evidence.tracked));
    backend.forget(this::forgotten);
    return members.drain();
  }

  /**
   * Takes in the state of a backend. A backend that cannot be reached keeps its votes until it is
   * reported {@link #out}, because a hiccup must not change any verdict.
   *
   * @param state the backend's state
   * @param at the wall clock
   * @return the changes that follow, in order
   * @throws IllegalArgumentException where no backend of that name is configured
   */
  public List<StatusChange> backendState(BackendState state, Instant at) {
    BackendView backend = backend(state.backend());
    members.becomes(at);
    if (state.state() == BackendState.State.UNREACHABLE) {
      backend.clock().missed();
    } else if (backend.clock().reachable(state.state() == BackendState.State.DATA_LOST)) {
      beginAnew(backend);
    }
    return members.drain();
  }

  /**
   * Takes in that a backend could not be reached for so long that it is an outage: it loses its
   * vote. Has no effect where the backend can be reached.
   *
   * @param name the backend's name
   * @param at the wall clock
   * @return the changes that follow, in order
   * @throws IllegalArgumentException where no backend of that name is configured
   */
  public List<StatusChange> out(String name, Instant at) {
    members.becomes(at);
    if (backend(name).clock().out()) {
      members.all().forEach(members::decide);
    }
    return members.drain();
  }

  /**
   * After an outage or a loss of data, the backend has to look again at the members that it saw
   * dead before; then every verdict is decided anew.
   */
  private void beginAnew(BackendView backend) {
    for (TrackedMember tracked : members.all()) {
      Evidence evidence = tracked.allEvidence[backend.index];
      if (evidence != null) {
        EvidenceRules.lookAgain(evidence);
        members.decide(tracked);
      }
    }
  }

  /**
   * Takes in a member's new or changed record in the catalogue.
   *
   * @param member the member
   * @param justJoined whether the member joined now; false where it was found or changed
   * @param at the wall clock
   * @return the changes that follow, for example where an operator forced the member down
   */
  public List<StatusChange> member(Member member, boolean justJoined, Instant at) {
    members.becomes(at);
    TrackedMember tracked = members.track(member.id());
    boolean wasForced = tracked.isForcedDown();
    boolean foundForced = tracked.status == Status.UNKNOWN && !tracked.catalogued;
    TrackedMember.Record record = tracked.record(member, justJoined);
    members.record(
        () ->
            backends
                .values()
                .forEach(
                    backend ->
                        EvidenceRules.recorded(tracked, backend, record, members.startedAt())));
    if (member.forcedDown()) {
      Reason why = foundForced ? Reason.INITIAL : Reason.FORCED_DOWN;
      members.settle(tracked, why);
    } else {
      members.decide(tracked, null, wasForced ? Reason.FORCED_DOWN_CLEARED : null);
    }
    return members.drain();
  }

  /**
   * Forgets a member that was deleted from the catalogue.
   *
   * @param id the member
   * @param at the wall clock
   * @return the member's last change, where it was not down already
   */
  public List<StatusChange> deleted(MemberId id, Instant at) {
    members.becomes(at);
    TrackedMember tracked = members.get(id);
    if (tracked != null && (tracked.catalogued || tracked.member == null)) {
      if (tracked.catalogued) {
        members.settle(tracked, Reason.DELETED);
      }
      members.forget(tracked);
    }
    return members.drain();
  }

  /**
   * Tells whether the catalogue has a record of a member.
   *
   * @param id the member
   * @return whether a record was taken in and not deleted since
   */
  public boolean tracks(MemberId id) {
    TrackedMember tracked = members.get(id);
    return tracked != null && tracked.catalogued;
  }

  /**
   * Lists, in order, the members that the catalogue has and those that have no row but are vouched
   * for by a backend. A filter that only one member can match is as quick with many members as with
   * few.
   *
   * @param filter which members to list
   * @return their verdicts, and the number of the last change
   */
  public Snapshot snapshot(MemberFilter filter) {
    boolean stale =
        backends.values().stream()
            .noneMatch(backend -> backend.clock().weight() == Weight.REACHABLE);
    return members.snapshot(filter, stale);
  }

  /**
   * Tells the number of the last change.
   *
   * @return epoch and number of the last change
   */
  public Digest digest() {
    return members.digest();
  }

  /**
   * Finds the mass silence for which verdicts are being withheld.
   *
   * @param backend the backend's name
   * @return the silence, or empty where there is none
   */
  public Optional<BackendState.MassSilence> massSilence(String backend) {
    return Optional.ofNullable(backend(backend).massSilence());
  }

  /**
   * Counts the members whose verdicts wait because failures or losses of data in a row postpone
   * them, or because their beats cannot be written.
   *
   * @param backend the backend's name
   * @return the number; 0 where nothing is postponed
   */
  public int postponed(String backend) {
    return backend(backend).postponed();
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

  /**
   * A presence without an incarnation is a member of another system (tooz), whether or not the
   * catalogue has a row of it.
   */
  private void held(Beat beat, BackendView backend) {
    TrackedMember tracked = members.track(beat.id());
    if (tracked.member == null && beat.incarnation() == null) {
      tracked.member = Member.uncatalogued(beat.id());
    }
    EvidenceRules.held(tracked, backend, beat);
  }

  private void gone(Absence absence, BackendView backend) {
    TrackedMember tracked = members.track(absence.id());
    EvidenceRules.gone(tracked, backend, absence);
    boolean left = tracked.status == Status.DOWN && tracked.reason == Reason.LEFT;
    if (left && !tracked.catalogued) {
      members.forget(tracked);
    }
  }

  /** Forgets a member without a row whose end was long ago, unless another backend sees it. */
  private void forgotten(Evidence evidence) {
    if (!evidence.tracked.catalogued && evidence.tracked.status != Status.UP) {
      members.forget(evidence.tracked);
    }
  }
}
