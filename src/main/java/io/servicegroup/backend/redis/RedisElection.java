package io.servicegroup.backend.redis;

import io.servicegroup.config.BackendUri.Host;
import io.servicegroup.runtime.Why;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VertxException;
import java.util.HashMap;
import java.util.Map;

/**
 * Decides where the master is from the answers of several Sentinels. A minority decides nothing,
 * because it may be cut off together with a master that all others have left. Half of the Sentinels
 * suffice where none contradicts, because electing another master takes more than half.
 */
final class RedisElection {

  private final Promise<Host> decision = Promise.promise();
  private final Map<Host, Integer> votes = new HashMap<>();
  private final String master;
  private final int voters;
  private int waiting;
  private Throwable failure;

  /**
   * Creates an election without votes.
   *
   * @param master the master's name among the Sentinels, for messages
   * @param voters how many are asked
   */
  RedisElection(String master, int voters) {
    this.master = master;
    this.voters = voters;
    this.waiting = voters;
  }

  /** Takes the answer of a Sentinel that names a master. */
  void vote(Host host) {
    waiting--;
    if (votes.merge(host, 1, Integer::sum) * 2 > voters) {
      decision.tryComplete(host);
    }
    closeIfAllSpoke();
  }

  /** Takes the failure of a Sentinel to answer. */
  void abstain(Throwable why) {
    waiting--;
    failure = why;
    closeIfAllSpoke();
  }

  /**
   * Completes as soon as enough Sentinels agree; fails when all have answered or failed and too few
   * agree.
   */
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
