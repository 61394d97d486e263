package io.servicegroup.catalog;

import io.servicegroup.model.ProcessIdentity;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One life of an agent, from its start to its end.
 *
 * @param agent the id of this life, as the members have it that it joined
 * @param pid its process's id
 * @param process its process; null where the system does not say
 */
record AgentLife(String agent, long pid, ProcessIdentity process) {

  /** Agents whose process is this one: that it runs says nothing of them. */
  private static final Set<String> RUNNING_HERE = ConcurrentHashMap.newKeySet();

  /** It goes on, in this process. */
  void began() {
    RUNNING_HERE.add(agent);
  }

  /** It is over, though the process may go on. */
  void ended() {
    RUNNING_HERE.remove(agent);
  }

  /**
   * Whether it goes on, where its process does.
   *
   * @param own the process of the life that asks
   */
  boolean isRunning(ProcessIdentity own) {
    return !process.equals(own) || RUNNING_HERE.contains(agent);
  }
}
