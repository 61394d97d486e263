package io.servicegroup.bus;

/** Where an agent is between its start and its end. */
public enum AgentPhase {
  /** Verticles are being deployed and backends reached for the first time. */
  STARTING,
  /** Everything is deployed. */
  RUNNING,
  /** A stop was asked for. */
  STOPPING
}
