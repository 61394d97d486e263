package io.servicegroup.liveness;

import io.servicegroup.bus.Concerns;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.CatalogEvent;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.Set;

/**
 * Finds other agents that say that they live and cannot beat. With each poll, the agents of silent
 * members are asked; for as long as an agent says so, the silence of all its members proves
 * nothing. Used on one context.
 */
final class StalledAgents {

  private final LivenessBackend backend;
  private final LivenessSettings settings;
  private final Concerns concerns;
  private final SilentAgents silent;
  private Set<String> saying = Set.of();

  StalledAgents(LivenessBackend backend, LivenessSettings settings, Concerns concerns) {
    this.backend = backend;
    this.settings = settings;
    this.concerns = concerns;
    this.silent = new SilentAgents(settings);
  }

  /** Learns from the catalogue which agent beats for a member. */
  void catalogued(CatalogEvent event) {
    silent.catalogued(event, System.nanoTime());
  }

  /**
   * Completes what a poll saw.
   *
   * @param seen everything that the poll saw
   * @param ownStalled whether this agent's own beats do not get through
   * @return the same, with the members of the agents that cannot beat; fails where these cannot be
   *     asked
   */
  Future<Observation> complete(Observation seen, boolean ownStalled) {
    long now = heard(seen);
    Set<String> asked = silent.silent(saying, now);
    asked.remove(settings.agent());
    Future<Set<String>> answer =
        asked.isEmpty() ? Future.succeededFuture(Set.of()) : backend.stalledAmong(asked);
    return answer.map(
        found -> {
          tell(found);
          saying = Set.copyOf(found);
          Set<String> all = new HashSet<>(found);
          if (ownStalled) {
            all.add(settings.agent());
          }
          return seen.withUnwitnessed(silent.members(all));
        });
  }

  /**
   * Takes in what a poll saw, or a write that stands for one.
   *
   * @return the time, of a monotonic clock
   */
  long heard(Observation seen) {
    long now = System.nanoTime();
    silent.saw(seen, now);
    return now;
  }

  private void tell(Set<String> found) {
    saying.stream()
        .filter(agent -> !found.contains(agent))
        .forEach(a -> concerns.settle(subject(a)));
    for (String agent : found) {
      concerns.raise(
          subject(agent),
          "agent "
              + agent
              + " lives and cannot beat: the verdicts on its "
              + silent.members(Set.of(agent)).size()
              + " members are withheld for as long as it says so. Look for load, locks and"
              + " transactions that stay open, and for what that agent's user may not write");
    }
  }

  private static String subject(String agent) {
    return "the beats of agent " + agent;
  }
}
