package io.servicegroup.liveness;

import io.servicegroup.config.AgentConfig.CreateTables;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Scheme;
import io.servicegroup.model.Watch;
import java.time.Duration;

/**
 * The settings of a liveness verticle of ours.
 *
 * @param backend the backend's configured name
 * @param agent the id of this agent, unique in the fleet and new with each start
 * @param uri the backend's address and options
 * @param reportInterval the time from one beat to the next
 * @param serviceDownTime the silence after which a member is down
 * @param pollInterval the time from one poll to the next
 * @param watch the members whose beats are read
 * @param tables which tables a backend may create where the catalogue is elsewhere and beats are
 *     columns of rows, which its members then need; null where the catalogue is in this backend
 * @param longestDownTime the longest {@code service_down_time} of any group
 */
public record LivenessSettings(
    String backend,
    String agent,
    BackendUri uri,
    Duration reportInterval,
    Duration serviceDownTime,
    Duration pollInterval,
    Watch watch,
    CreateTables tables,
    Duration longestDownTime) {

  /** Makes the settings where all groups have the same {@code service_down_time}. */
  public LivenessSettings(
      String backend,
      String agent,
      BackendUri uri,
      Duration reportInterval,
      Duration serviceDownTime,
      Duration pollInterval,
      Watch watch,
      CreateTables tables) {
    this(
        backend,
        agent,
        uri,
        reportInterval,
        serviceDownTime,
        pollInterval,
        watch,
        tables,
        serviceDownTime);
  }

  /** Makes the settings of a backend that holds the catalogue as well, or that has no rows. */
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
   * How long a beat is valid for every reader of the backend: the URI's option {@code timeout}, by
   * default {@code service_down_time}.
   *
   * @return the expiry of a key, or the timeout of a session
   */
  public Duration timeout() {
    return uri.find(Scheme.TIMEOUT).orElse(serviceDownTime);
  }

  /**
   * How long an answer is waited for at most, however slow the path: an answer within this bound
   * still arrives before a member is down because of it.
   *
   * @return two thirds of {@code service_down_time}
   */
  public Duration longestCall() {
    return serviceDownTime.multipliedBy(2).dividedBy(3);
  }

  /** Names the backend and the agent only, for messages. */
  @Override
  public String toString() {
    return "LivenessSettings[backend=" + backend + ", agent=" + agent + "]";
  }
}
