package io.servicegroup.testkit;

import io.vertx.core.json.JsonObject;
import java.time.Duration;

/**
 * A status change as a client of an agent's HTTP API received it. Read from the JSON by the
 * contract's names, not by the agent's own codec, which a test could not catch changing both.
 *
 * @param member {@code group/host}
 * @param status the new status
 * @param previous the status before
 * @param reason why
 * @param backend who decided, or null
 * @param json everything
 * @param arrivedNanos when it arrived, by this process's {@link System#nanoTime()}
 */
public record Change(
    String member,
    String status,
    String previous,
    String reason,
    String backend,
    JsonObject json,
    long arrivedNanos) {

  static Change of(JsonObject json, long arrivedNanos) {
    return new Change(
        json.getString("group") + "/" + json.getString("host"),
        json.getString("status"),
        json.getString("previous"),
        json.getString("reason"),
        json.getString("backend"),
        json,
        arrivedNanos);
  }

  /**
   * Whether it is this status of this member.
   *
   * @param name {@code group/host}
   * @param wanted the status
   * @return whether both match
   */
  public boolean is(String name, String wanted) {
    return member.equals(name) && status.equals(wanted);
  }

  /**
   * How long after a moment it arrived.
   *
   * @param nanos the moment, by {@link System#nanoTime()}
   * @return the time between
   */
  public Duration after(long nanos) {
    return Duration.ofNanos(arrivedNanos - nanos);
  }

  @Override
  public String toString() {
    return member
        + " "
        + previous
        + "→"
        + status
        + " ("
        + reason
        + (backend == null ? "" : " by " + backend)
        + ")";
  }
}
