package io.servicegroup.backend.redis;

import io.servicegroup.config.BackendUri.Host;
import io.servicegroup.runtime.Why;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VertxException;
import java.util.HashMap;
import java.util.Map;

/**
 * What several Sentinels say of one master. A minority decides nothing: it may be cut off together
 * with a master that everybody else has left. Half of them suffice where nobody contradicts, since
 * only more than half can have made another master.
 */
final class RedisElection {

  private final Promise<Host> decision = Promise.promise();
  private final Map<Host, Integer> votes = new HashMap<>();
  private final String master;
  private final int voters;
  private int waiting;
  private Throwable failure;

  /**
   * Begins.
   *
   * @param master what the Sentinels call it, for the message
   * @param voters how many are asked
   */
  RedisElection(String master, int voters) {
    this.master = master;
    this.voters = voters;
    this.waiting = voters;
  }

  /** One says where the master is. */
  void vote(Host host) {
    waiting--;
    if (votes.merge(host, 1, Integer::sum) * 2 > voters) {
      decision.tryComplete(host);
    }
    closeIfAllSpoke();
  }

  /** One says nothing. */
  void abstain(Throwable why) {
    waiting--;
    failure = why;
    closeIfAllSpoke();
  }

  /** Completes as soon as enough agree; fails when all have said what they will. */
  Future<Host> decision() {
    return decision.future();
  }

  private void closeIfAllSpoke() {
    if (waiting > 0) {
      return;
    }
    int spoke = votes.values().stream().mapToInt(Integer::intValue).sum();
    if (spoke == 0) {
      decision.tryFail(failure);
    } else if (votes.size() == 1 && spoke * 2 >= voters) {
      decision.tryComplete(votes.keySet().iterator().next());
    } else {
      String others = failure == null ? "" : "; of the others: " + Why.of(failure);
      decision.tryFail(
          new VertxException(
              "%d of %d Sentinels say where the master %s is, and not enough agree (%s%s)"
                  .formatted(spoke, voters, master, votes.keySet(), others),
              true));
    }
  }
}
