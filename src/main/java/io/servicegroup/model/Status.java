package io.servicegroup.model;

/** An evaluator's opinion of a member. */
public enum Status {
  /** The member beats, or a backend vouches for its presence. */
  UP,
  /** The member is silent, failed, gone, or forced down by an operator. */
  DOWN,
  /** There is no verdict yet. A member never gets this status again after another one. */
  UNKNOWN
}
