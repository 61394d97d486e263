package io.servicegroup.liveness;

import io.servicegroup.config.AgentConfig.CreateTables;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Watch;
import java.time.Duration;

/**
 * What a liveness verticle of ours is made with.
 *
 * @param backend the backend's configured name
 * @param agent the id of this agent, unique in the fleet and new with each start
 * @param uri where the backend is
 * @param reportInterval from a beat to the next
 * @param serviceDownTime of silence, after which a member is down
 * @param pollInterval from a poll to the next
 * @param watch whose beats are read
 * @param tables where the catalogue is elsewhere: which tables a backend may make whose beats are
 *     parts of rows, for the rows that its members then need; null where the catalogue is there
 */
public record LivenessSettings(
    String backend,
    String agent,
    BackendUri uri,
    Duration reportInterval,
    Duration serviceDownTime,
    Duration pollInterval,
    Watch watch,
    CreateTables tables) {

  /** Of a backend beside the catalogue, or one that has no rows. */
  public LivenessSettings(
      String backend,
      String agent,
      BackendUri uri,
      Duration reportInterval,
      Duration serviceDownTime,
      Duration pollInterval,
      Watch watch) {
    this(backend, agent, uri, reportInterval, serviceDownTime, pollInterval, watch, null);
  }

  /**
   * How long a beat lives in the backend for everyone who reads it: the URI's option {@code
   * timeout}, by default {@code service_down_time}.
   *
   * @return a key's expiry, a session's timeout
   */
  public Duration timeout() {
    return uri.timeout().orElse(serviceDownTime);
  }

  /**
   * How long an answer is waited for at most, however slow the path: what arrives within it still
   * arrives before anybody is down for it.
   *
   * @return two thirds of {@code service_down_time}
   */
  public Duration patience() {
    return serviceDownTime.multipliedBy(2).dividedBy(3);
  }

  /** Short, for messages. */
  @Override
  public String toString() {
    return "LivenessSettings[backend=" + backend + ", agent=" + agent + "]";
  }
}
