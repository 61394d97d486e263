package io.servicegroup.catalog;

import io.servicegroup.model.ProcessIdentity;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One life of an agent: from a start of the agent to its end. Several agents, and so several lives,
 * may share one process.
 *
 * @param agent the agent's id in this life, which the catalogue stores with each member that the
 *     agent joined
 * @param pid the id of the agent's process
 * @param process identifies the process beyond its id, which may be reused; null where the system
 *     does not tell
 */
record AgentLife(String agent, long pid, ProcessIdentity process) {

  /**
   * The agents that run in this process. That the process exists does not prove that they still
   * run.
   */
  private static final Set<String> RUNNING_HERE = ConcurrentHashMap.newKeySet();

  /** Notes that this life began in this process. */
  void began() {
    RUNNING_HERE.add(agent);
  }

  /** Notes that this life ended, although its process may still run. */
  void ended() {
    RUNNING_HERE.remove(agent);
  }

  /**
   * Whether the agent still runs, provided that its process exists.
   *
   * @param own the process of the agent that asks
   */
  boolean isRunning(ProcessIdentity own) {
    return !process.equals(own) || RUNNING_HERE.contains(agent);
  }
}
