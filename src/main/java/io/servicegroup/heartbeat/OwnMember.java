package io.servicegroup.heartbeat;

import io.servicegroup.heartbeat.probe.ProbeResult;
import io.servicegroup.heartbeat.probe.Prober;
import io.servicegroup.heartbeat.probe.Probers;
import io.servicegroup.heartbeat.probe.RiseFall;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.ServiceSpec;
import java.util.Optional;

/** A member for which this agent beats, with the state that its probe's results make. */
final class OwnMember {

  private final ServiceSpec spec;
  private final Incarnation incarnation;
  private final Prober prober;
  private final RiseFall riseFall;
  private String reason;
  private long count;

  OwnMember(ServiceSpec spec, Incarnation incarnation, Prober prober) {
    this.spec = spec;
    this.incarnation = incarnation;
    this.prober = prober;
    this.riseFall = Probers.riseFall(spec.probe());
  }

  /**
   * Makes the same incarnation with another configuration: the count goes on, and the state stays
   * until the new probe changes it.
   */
  OwnMember with(ServiceSpec changed, Prober other) {
    OwnMember same = new OwnMember(changed, incarnation, other);
    same.riseFall.after(riseFall);
    same.reason = reason;
    same.count = count;
    return same;
  }

  ServiceSpec spec() {
    return spec;
  }

  Incarnation incarnation() {
    return incarnation;
  }

  Prober prober() {
    return prober;
  }

  /** The reason of the last failure while it is failed; null while it is alive. */
  String reason() {
    return reason;
  }

  boolean alive() {
    return riseFall.alive();
  }

  /** Takes in a result of the prober, and tells whether it changed the state. */
  boolean accept(ProbeResult result) {
    boolean changed = riseFall.accept(result.passed());
    if (riseFall.alive()) {
      reason = null;
    } else if (!result.passed()) {
      reason = result.reason();
    }
    return changed;
  }

  /**
   * Makes the member's entry of the next message; there is none before the probe's first result.
   */
  Optional<Heartbeat> report() {
    return report(State.ALIVE);
  }

  /** Makes the member's entry of the last message before this agent is restarted. */
  Optional<Heartbeat> reportRestarting() {
    return report(State.RESTARTING);
  }

  private Optional<Heartbeat> report(State whenAlive) {
    if (!riseFall.decided()) {
      return Optional.empty();
    }
    if (riseFall.alive()) {
      count++;
    }
    State state = riseFall.alive() ? whenAlive : State.FAILED;
    return Optional.of(new Heartbeat(spec.id(), incarnation, count, state, reason));
  }
}
