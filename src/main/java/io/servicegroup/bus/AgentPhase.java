package io.servicegroup.bus;

/** The phases of an agent's life, as {@link Topics#AGENT} announces them. */
public enum AgentPhase {
  /** The agent deploys its verticles and reaches its backends for the first time. */
  STARTING,
  /** Every verticle is deployed. */
  RUNNING,
  /** The agent was told to stop. */
  STOPPING
}
