package io.servicegroup.liveness;

/** What a liveness backend can do that another cannot: {@link LivenessBackendContract} asks. */
public enum Capability {
  /** Living members are reported as held for as long as they live, instead of by their counts. */
  HOLDS_PRESENCE,
  /** The answer to a write tells what a poll would see. */
  ANSWERS_WRITES,
  /** Tells at once when there is something to poll for. */
  NEWS,
  /** A member that is being upgraded is an absence, not a last beat. */
  MARKS_RESTARTS,
  /** Takes every name that the catalogue takes, also {@code /}, {@code .} and {@code ..}. */
  ANY_NAME,
  /** Its server is a process that can be stopped, hung and emptied. */
  SERVER,
  /** A server that was stopped and started still knows what it knew. */
  SURVIVES_RESTART
}
