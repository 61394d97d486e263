package io.servicegroup.liveness;

import io.servicegroup.config.AgentConfig.CreateTables;
import io.servicegroup.config.BackendUri;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a liveness verticle of ours is deployed with.
 *
 * @param backend the backend's configured name
 * @param agent the id of this agent, unique in the fleet and new with each start
 * @param uri the backend's URI, with its secrets
 * @param reportInterval from a beat to the next
 * @param serviceDownTime of silence, after which a member is down
 * @param pollInterval from a poll to the next
 * @param watchOwn whether only this agent's own members are read
 * @param watchGroups the groups that are read; empty for all (or own)
 * @param tables where the catalogue is elsewhere: which tables a backend may make whose beats are
 *     parts of rows, for the rows that its members then need; null where the catalogue is there
 */
public record LivenessSettings(
    String backend,
    String agent,
    String uri,
    Duration reportInterval,
    Duration serviceDownTime,
    Duration pollInterval,
    boolean watchOwn,
    Set<String> watchGroups,
    CreateTables tables) {

  /** Copies the set. */
  public LivenessSettings {
    watchGroups = Set.copyOf(watchGroups);
  }

  /** Of a backend beside the catalogue, or one that has no rows. */
  public LivenessSettings(
      String backend,
      String agent,
      String uri,
      Duration reportInterval,
      Duration serviceDownTime,
      Duration pollInterval,
      boolean watchOwn,
      Set<String> watchGroups) {
    this(
        backend,
        agent,
        uri,
        reportInterval,
        serviceDownTime,
        pollInterval,
        watchOwn,
        watchGroups,
        null);
  }

  /**
   * How long a beat lives in the backend for everyone who reads it: the URI's option {@code
   * timeout}, by default {@code service_down_time}.
   *
   * @return a key's expiry, a session's timeout
   */
  public Duration timeout() {
    return BackendUri.parse(uri).timeout().orElse(serviceDownTime);
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

  /** Without the URI, which holds secrets. */
  @Override
  public String toString() {
    return "LivenessSettings[backend=" + backend + ", agent=" + agent + "]";
  }

  /**
   * The form in which a verticle is deployed with it.
   *
   * @return the deployment's configuration
   */
  public JsonObject toJson() {
    return new JsonObject()
        .put("backend", backend)
        .put("agent", agent)
        .put("uri", uri)
        .put("report_interval_ms", reportInterval.toMillis())
        .put("service_down_time_ms", serviceDownTime.toMillis())
        .put("poll_interval_ms", pollInterval.toMillis())
        .put("watch_own", watchOwn)
        .put("watch_groups", new JsonArray(watchGroups.stream().sorted().toList()))
        .put("tables", tables == null ? null : tables.name());
  }

  /**
   * Reads a deployment's configuration.
   *
   * @param json as {@link #toJson()} made it
   * @return the settings
   */
  public static LivenessSettings fromJson(JsonObject json) {
    return new LivenessSettings(
        json.getString("backend"),
        json.getString("agent"),
        json.getString("uri"),
        Duration.ofMillis(json.getLong("report_interval_ms")),
        Duration.ofMillis(json.getLong("service_down_time_ms")),
        Duration.ofMillis(json.getLong("poll_interval_ms")),
        json.getBoolean("watch_own"),
        json.getJsonArray("watch_groups").stream()
            .map(String.class::cast)
            .collect(Collectors.toUnmodifiableSet()),
        json.getString("tables") == null ? null : CreateTables.valueOf(json.getString("tables")));
  }
}
