package io.servicegroup.backend.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import io.servicegroup.config.BackendUri;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Shareable;

/**
 * One instance of Hazelcast for all parts of an agent that name the same URI, so that its catalogue
 * and its beats do not compete for a port. The instance ends with its last user.
 */
final class HazelcastShared implements Shareable {

  private static final String INSTANCES = "hazelcast";

  private HazelcastInstance instance;
  private int users;

  private HazelcastShared() {}

  /**
   * A starter that shares the running instance where there is one.
   *
   * @param vertx of the agent
   * @param uri identifies the shared instance
   * @param starter starts the instance where none runs
   * @return a starter for one user
   */
  static HazelcastStarter of(Vertx vertx, BackendUri uri, HazelcastStarter starter) {
    HazelcastShared shared =
        vertx
            .sharedData()
            .<String, HazelcastShared>getLocalMap(INSTANCES)
            .computeIfAbsent(uri.text(), first -> new HazelcastShared());
    return new HazelcastStarter() {
      @Override
      public HazelcastInstance start() throws InterruptedException {
        return shared.acquire(starter);
      }

      @Override
      public void end(HazelcastInstance used) {
        shared.release(used, starter);
      }
    };
  }

  private synchronized HazelcastInstance acquire(HazelcastStarter starter)
      throws InterruptedException {
    if (instance == null || !instance.getLifecycleService().isRunning()) {
      instance = starter.start();
      users = 0;
    }
    users++;
    return instance;
  }

  /**
   * Releases one user's share. An instance that ended by itself has been replaced, and its users no
   * longer count.
   */
  private synchronized void release(HazelcastInstance used, HazelcastStarter starter) {
    if (used == instance && --users == 0) {
      instance = null;
      starter.end(used);
    }
  }
}
