package io.servicegroup.config;

import io.servicegroup.model.Durations;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Makes the record of {@code liveness}; checks the rules between its keys. */
final class LivenessReader {

  static final KeyType<Map<String, Duration>> GROUPS =
      KeyType.composite(
          "a map",
          "`{GROUP: {service_down_time: 60s}}`",
          LivenessReader::groups,
          LivenessReader::write);

  private LivenessReader() {}

  static AgentConfig.Liveness read(Section root, Values values) {
    Section section = root.section("liveness");
    requireTwoBeats(section, values.get(LivenessKeys.SERVICE_DOWN_TIME), section, values);
    if (!values.isGiven(LivenessKeys.BACKENDS)) {
      requireTimeouts(
          section, root.section("catalog"), "uri", values.get(Keys.CATALOG_URI), values);
    }
    return new AgentConfig.Liveness(
        values.get(LivenessKeys.BACKENDS),
        values.get(LivenessKeys.VERDICT),
        values.get(LivenessKeys.REPORT_INTERVAL),
        values.get(LivenessKeys.SERVICE_DOWN_TIME),
        values.get(LivenessKeys.POLL_INTERVAL),
        values.get(LivenessKeys.GROUPS),
        new AgentConfig.MassSilence(
            values.get(LivenessKeys.SHARE),
            values.get(LivenessKeys.MIN_WRITERS),
            values.get(LivenessKeys.HOLD)));
  }

  /**
   * Refuses a {@code service_down_time} in which one lost beat would make a member down: the next
   * beat comes a second interval later, and may be found a poll later still.
   */
  private static void requireTwoBeats(
      Section liveness, Duration downTime, Section where, Values values) {
    Duration least =
        values
            .get(LivenessKeys.REPORT_INTERVAL)
            .multipliedBy(2)
            .plus(values.get(LivenessKeys.POLL_INTERVAL));
    if (liveness.isSound("report_interval", "poll_interval")
        && where.isSound("service_down_time")
        && downTime.compareTo(least) < 0) {
      where.refuse(
          "service_down_time",
          Durations.text(downTime),
          "allowed is at least 2 × report_interval + poll_interval, " + Durations.text(least));
    }
  }

  private static Optional<Map<String, Duration>> groups(
      Section liveness, String key, KeyReader reading) {
    if (!liveness.has(key)) {
      return Optional.empty();
    }
    Map<String, Duration> groups = new LinkedHashMap<>();
    liveness
        .sections(key)
        .forEach(
            (name, group) -> {
              Values own = reading.entry(group, LivenessKeys.GROUP);
              own.find(LivenessKeys.GROUP_DOWN_TIME)
                  .ifPresent(
                      downTime -> {
                        groups.put(name, downTime);
                        reading.afterwards(
                            () -> requireTwoBeats(liveness, downTime, group, reading.values()));
                      });
            });
    return Optional.of(groups);
  }

  private static Map<String, Object> write(Map<String, Duration> groups) {
    Map<String, Object> tree = new LinkedHashMap<>();
    new TreeMap<>(groups)
        .forEach(
            (name, downTime) ->
                tree.put(name, Map.of("service_down_time", Durations.text(downTime))));
    return tree;
  }

  /**
   * Refuses a lifetime of beats that ends before the next beat comes, or before an upgraded agent
   * is back.
   */
  static void requireTimeouts(
      Section liveness, Section where, String key, BackendUri uri, Values values) {
    Duration report = values.get(LivenessKeys.REPORT_INTERVAL);
    Duration downTime = values.get(LivenessKeys.SERVICE_DOWN_TIME);
    Duration lives = uri.find(Scheme.TIMEOUT).orElse(null);
    if (lives == null || !liveness.isSound("report_interval", "service_down_time")) {
      return;
    }
    if (uri.scheme().needsBeats() && lives.compareTo(report) <= 0) {
      where.refuse(
          key,
          uri.toString(),
          "the option timeout has to be greater than report_interval, " + Durations.text(report));
    }
    if (!values.get(Keys.LEAVE_ON_STOP) && lives.compareTo(downTime) < 0) {
      where.refuse(
          key,
          uri.toString(),
          ("the option timeout has to be at least service_down_time, %s, where agent.leave_on_stop"
                  + " is false")
              .formatted(Durations.text(downTime)));
    }
  }
}
