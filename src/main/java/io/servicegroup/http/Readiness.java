package io.servicegroup.http;

import io.servicegroup.bus.AgentPhase;
import io.servicegroup.http.LocalHealth.Check;
import io.servicegroup.http.LocalHealth.State;
import io.servicegroup.model.EnumText;
import io.servicegroup.model.MemberId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Whether the agent has finished starting: every verticle is deployed, every backend was reached
 * once, every configured service was reported once, and the first verdicts are in.
 *
 * <p>Not thread-safe.
 */
final class Readiness {

  private final LocalHealth.Expected expected;
  private final LongSupplier nanoTime;
  private final Set<String> backendsToReach;
  private final Set<MemberId> configured;
  private final Set<MemberId> servicesToReport;
  private AgentPhase phase = AgentPhase.STARTING;
  private long runningSince;
  private boolean verdictsIn;

  Readiness(LocalHealth.Expected expected, LongSupplier nanoTime) {
    this.expected = expected;
    this.nanoTime = nanoTime;
    this.backendsToReach = new HashSet<>(expected.backends());
    this.configured = new HashSet<>(expected.services());
    this.servicesToReport = new HashSet<>(expected.services());
  }

  void phase(AgentPhase now) {
    if (now == AgentPhase.RUNNING && phase != AgentPhase.RUNNING) {
      runningSince = nanoTime.getAsLong();
    }
    phase = now;
  }

  boolean isStopping() {
    return phase == AgentPhase.STOPPING;
  }

  void reported(MemberId service) {
    servicesToReport.remove(service);
  }

  void reached(String backend) {
    backendsToReach.remove(backend);
  }

  /**
   * Learns which services a reloaded configuration names. The agent does not wait for added ones,
   * so that a reload never makes it unready.
   */
  void configured(Set<MemberId> ids) {
    configured.retainAll(ids);
    servicesToReport.retainAll(ids);
  }

  /**
   * Checks everything that the agent waits for when it starts.
   *
   * @param verdictsKnown whether the first verdicts are in; called until it was true once
   * @param unready what else keeps the agent from being ready, by the check that it belongs to
   * @return one check for each
   */
  List<Check> checks(BooleanSupplier verdictsKnown, Map<String, String> unready) {
    boolean running = phase == AgentPhase.RUNNING;
    verdictsIn = verdictsIn || (running && verdictsKnown.getAsBoolean());
    List<Check> checks = new ArrayList<>();
    checks.add(check("agent", running, "the agent is " + EnumText.of(phase)));
    for (String name : expected.backends()) {
      checks.add(check("backend:" + name, !backendsToReach.contains(name), "not reached yet"));
    }
    for (MemberId id : configured) {
      checks.add(check(id.toString(), !servicesToReport.contains(id), "not reported yet"));
    }
    unready.forEach((id, why) -> checks.add(check(id, false, why)));
    checks.add(check("verdicts", verdictsIn || waitedForVerdicts(), "no first verdicts yet"));
    return checks;
  }

  private static Check check(String id, boolean passes, String otherwise) {
    return new Check(id, passes ? State.UP : State.DOWN, passes ? null : otherwise);
  }

  private boolean waitedForVerdicts() {
    return phase == AgentPhase.RUNNING
        && nanoTime.getAsLong() - runningSince >= expected.verdictsWithin().toNanos();
  }
}
