package io.servicegroup.catalog;

import io.servicegroup.bus.Concerns;
import io.vertx.core.Vertx;

/**
 * Reports that another life with the same {@code agent.id} runs, and leaves the members of both to
 * that life meanwhile.
 *
 * <p>Not thread-safe.
 */
final class SharedAgentId {

  private static final String ADVICE = "two agents need two values of agent.id";

  private final Concerns concerns;
  private final String agentId;
  private final RejoinCandidates candidates;
  private final ServedMembers served;

  SharedAgentId(Vertx vertx, String agentId, RejoinCandidates candidates, ServedMembers served) {
    this.concerns = Concerns.ofCatalog(vertx);
    this.agentId = agentId;
    this.candidates = candidates;
    this.served = served;
  }

  /**
   * Notes that another life runs.
   *
   * @param sign what shows that, as a clause
   */
  void seen(String sign) {
    if (!candidates.areServedElsewhere()) {
      concerns.raise(
          subject(),
          ("another life of agent.id %s goes on (%s): what joined through it is not taken up here"
                  + " while that is seen; %s")
              .formatted(agentId, sign, ADVICE));
      become(ServedMembers.State.MOVED);
      candidates.setServedElsewhere("another life of agent.id " + agentId + " goes on; " + ADVICE);
    }
  }

  /** Notes that no other life runs any more. */
  void isOver() {
    if (candidates.areServedElsewhere()) {
      concerns.settle(subject());
      become(ServedMembers.State.JOINED_BEFORE_RESTART);
      candidates.setServedElsewhere(null);
    }
  }

  private void become(ServedMembers.State state) {
    candidates.ids().forEach(id -> served.changeState(id, state));
  }

  private String subject() {
    return "agent.id " + agentId;
  }
}
