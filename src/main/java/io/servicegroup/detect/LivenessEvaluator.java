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
 * Decides who is up. Pure: it is told what backends showed and what the catalogue says, and answers
 * with the status changes that follow, numbered without gaps. Silence counts in the backends'
 * witness clocks only; the wall clock that comes with each call merely stamps the changes.
 *
 * <p>A verdict is a function of the evidence at hand: what each backend testifies ({@link
 * Evidence}) with its weight, the catalogue's record, the operator's word. Whatever changes one of
 * these decides the members anew that it touches.
 *
 * <p>The rules are those of the design: a beat is a count that grew within an incarnation, or a
 * newer incarnation; a count that is seen for the first time is where counting begins, not a beat,
 * unless its incarnation joined since; an absence stated by the member's agent is believed at once,
 * one concluded by the backend only outside the grace after a new start; an older incarnation
 * neither kills nor revives; where the catalogue goes over to another that is not newer, it is
 * adopted.
 *
 * <p>Presence that a backend vouches for without an incarnation is that of a member which joined by
 * other means (tooz). It is a member like any other, whether or not the catalogue has a row of it.
 * One without a row is forgotten when it left, or an hour of witnessed time after it went down.
 *
 * <p>Not thread-safe. A call costs what it brings and what expired, not what exists, except for the
 * first one after an outage, for an outage, while a mass silence is held, and for snapshots.
 */
public final class LivenessEvaluator {

  private final Members members;
  private final Map<String, BackendView> backends = new LinkedHashMap<>();

  /**
   * Makes an evaluator that knows nobody.
   *
   * @param epoch names this run, unlike any before
   * @param settings the rules' parameters
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
    members.becomes(at);
    if (backend.advance(sightings)) {
      beginAnew(backend);
    }
    sightings.beats().forEach(beat -> Ballot.beat(members.track(beat.id()), backend, beat));
    sightings.held().forEach(beat -> held(beat, backend));
    sightings.gone().forEach(seen -> gone(seen, backend));
    for (MemberId id : sightings.unwitnessed()) {
      Tracked tracked = members.get(id);
      if (tracked != null && tracked.testimonies[backend.index] != null) {
        backend.unwitnessed(tracked.testimonies[backend.index]);
      }
    }
    backend.judge(testimony -> members.forget(testimony.tracked));
    backend.forget(this::forgotten);
    return members.drain();
  }

  /**
   * Takes in what is known about a backend. One that cannot be reached votes as it did, until it is
   * said to be {@link #out}: a hiccup takes nobody's vote.
   *
   * @param state its state
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
   * Takes in that a backend could not be reached for so long that it is an outage: it has no vote.
   * Means nothing for one that can be reached.
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

  /** What a backend saw dead before an outage or a loss it is to see again; then all is decided. */
  private void beginAnew(BackendView backend) {
    for (Tracked tracked : members.all()) {
      Testimony testimony = tracked.testimonies[backend.index];
      if (testimony != null) {
        Ballot.lookAgain(testimony);
        members.decide(tracked);
      }
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
    members.becomes(at);
    Tracked tracked = members.track(member.id());
    boolean wasForced = tracked.isForcedDown();
    boolean foundForced = tracked.status == Status.UNKNOWN && !tracked.catalogued;
    Tracked.Record record = tracked.record(member, justJoined);
    members.record(
        () ->
            backends
                .values()
                .forEach(
                    backend -> Ballot.recorded(tracked, backend, record, members.startedAt())));
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
   * @return its last change, where it was not down already
   */
  public List<StatusChange> deleted(MemberId id, Instant at) {
    members.becomes(at);
    Tracked tracked = members.get(id);
    if (tracked != null && (tracked.catalogued || tracked.member == null)) {
      if (tracked.catalogued) {
        members.settle(tracked, Reason.DELETED);
      }
      members.forget(tracked);
    }
    return members.drain();
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
    boolean stale =
        backends.values().stream()
            .noneMatch(backend -> backend.clock().weight() == Weight.REACHABLE);
    return members.snapshot(filter, stale);
  }

  /**
   * Where the numbering stands.
   *
   * @return epoch and number of the last change
   */
  public Digest digest() {
    return members.digest();
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

  /**
   * How many members' verdicts wait because failures or losses of data in a row postpone them, or
   * because their own beats cannot be written.
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

  /** Presence without a life of ours is somebody else's member, whether or not it has a row. */
  private void held(Beat beat, BackendView backend) {
    Tracked tracked = members.track(beat.id());
    if (tracked.member == null && beat.incarnation() == null) {
      tracked.member = Member.uncatalogued(beat.id());
    }
    Ballot.held(tracked, backend, beat);
  }

  private void gone(Absence absence, BackendView backend) {
    Tracked tracked = members.track(absence.id());
    Ballot.gone(tracked, backend, absence);
    boolean left = tracked.status == Status.DOWN && tracked.reason == Reason.LEFT;
    if (left && !tracked.catalogued) {
      members.forget(tracked);
    }
  }

  /** A member without a row whose end was long ago; where another backend sees it, it stays. */
  private void forgotten(Testimony testimony) {
    if (!testimony.tracked.catalogued && testimony.tracked.status != Status.UP) {
      members.forget(testimony.tracked);
    }
  }
}
