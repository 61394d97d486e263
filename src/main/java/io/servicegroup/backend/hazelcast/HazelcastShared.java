package io.servicegroup.backend.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import io.servicegroup.config.BackendUri;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Shareable;

/**
 * One instance of Hazelcast for all of an agent that names the same URI: its catalogue and its
 * beats are of one member, which does not compete with itself for a port. It ends with the last who
 * uses it.
 */
final class HazelcastShared implements Shareable {

  private static final String INSTANCES = "hazelcast";

  private HazelcastInstance instance;
  private int users;

  private HazelcastShared() {}

  /**
   * Makes a starter that starts only where nobody has.
   *
   * @param vertx of the agent
   * @param uri what is shared
   * @param starter how this user would start it
   * @return to be used once
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

  /** One that has ended by itself meanwhile was replaced, and is nobody's. */
  private synchronized void release(HazelcastInstance used, HazelcastStarter starter) {
    if (used == instance && --users == 0) {
      instance = null;
      starter.end(used);
    }
  }
}
