package io.servicegroup.model;

/** What an evaluator says about a member. */
public enum Status {
  /** It beats, or its presence is vouched for. */
  UP,
  /** It is silent, reported as failed, gone, or forced down by an operator. */
  DOWN,
  /** No verdict yet. Never returned to once there was one. */
  UNKNOWN
}
