package io.servicegroup.backend.postgres;

import io.vertx.core.Context;

/** One user of a pool: a part of the agent with work of one kind. Used on the pool's context. */
final class PostgresUser {

  private final Context context;
  private final PostgresLimits limits;
  private final int most;
  private final boolean fresh;
  private int running;
  private boolean closed;

  /**
   * Creates a user without work.
   *
   * @param context on which its work runs
   * @param limits the server's limits for its work
   * @param most how much of its work may run at a time, each on a connection
   * @param fresh whether its work gets a new connection each time, because those that there are may
   *     be dead
   */
  PostgresUser(Context context, PostgresLimits limits, int most, boolean fresh) {
    this.context = context;
    this.limits = limits;
    this.most = most;
    this.fresh = fresh;
  }

  Context context() {
    return context;
  }

  PostgresLimits limits() {
    return limits;
  }

  boolean isFresh() {
    return fresh;
  }

  /** How many more of its works may run now. */
  int free() {
    return most - running;
  }

  void started() {
    running++;
  }

  void ended() {
    running--;
  }

  void close() {
    closed = true;
  }

  boolean isClosed() {
    return closed;
  }
}
