package io.servicegroup.config;

import io.servicegroup.model.Durations;
import io.servicegroup.model.EnumText;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code liveness}, with the rules between its keys. */
final class LivenessReader {

  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofHours(24);
  private static final Duration DEFAULT_REPORT_INTERVAL = Duration.ofSeconds(5);
  private static final Duration DEFAULT_DOWN_TIME = Duration.ofSeconds(15);
  private static final Duration LONGEST_DEFAULT_POLL = Duration.ofSeconds(1);
  private static final int POLLS_IN_DOWN_TIME = 5;

  private final Section section;
  private final Faults faults;
  private final Duration report;
  private final Duration downTime;
  private final Duration poll;

  private LivenessReader(Section section, Faults faults) {
    this.section = section;
    this.faults = faults;
    report = section.duration("report_interval", SHORTEST, LONGEST).orElse(DEFAULT_REPORT_INTERVAL);
    downTime = section.duration("service_down_time", SHORTEST, LONGEST).orElse(DEFAULT_DOWN_TIME);
    poll =
        section
            .duration("poll_interval", SHORTEST, LONGEST)
            .orElseGet(
                () -> {
                  Duration part = downTime.dividedBy(POLLS_IN_DOWN_TIME);
                  return part.compareTo(LONGEST_DEFAULT_POLL) < 0 ? part : LONGEST_DEFAULT_POLL;
                });
  }

  static AgentConfig.Liveness read(
      Section section, Faults faults, Optional<BackendUri> catalog, boolean leaveOnStop) {
    return new LivenessReader(section, faults).read(catalog, leaveOnStop);
  }

  private AgentConfig.Liveness read(Optional<BackendUri> catalog, boolean leaveOnStop) {
    BackendsReader reader = new BackendsReader(section);
    List<AgentConfig.Backend> backends = reader.read(catalog);
    AgentConfig.VerdictRule verdict =
        section.choice(
            "verdict", AgentConfig.VerdictRule.ALL, EnumText.all(AgentConfig.VerdictRule.class));
    requireTwoBeats();
    Map<String, Duration> groups = groups();
    AgentConfig.MassSilence massSilence = massSilence(section.section("mass_silence"));
    reader.uris().forEach((key, uri) -> checkTimeout(key, uri, leaveOnStop));
    section.refuseUnknown();
    return new AgentConfig.Liveness(backends, verdict, report, downTime, poll, groups, massSilence);
  }

  private Duration leastDownTime() {
    return report.multipliedBy(2).plus(poll);
  }

  /** A member may miss one beat, and the next one may be found a poll late. */
  private void requireTwoBeats() {
    if (section.isSound("report_interval", "service_down_time", "poll_interval")
        && downTime.compareTo(leastDownTime()) < 0) {
      refuseDownTime(section, downTime);
    }
  }

  private void refuseDownTime(Section where, Duration given) {
    where.refuse(
        "service_down_time",
        Durations.text(given),
        "allowed is at least 2 × report_interval + poll_interval, "
            + Durations.text(leastDownTime()));
  }

  private Map<String, Duration> groups() {
    Map<String, Duration> groups = new LinkedHashMap<>();
    section
        .sections("groups")
        .forEach(
            (name, group) -> {
              Optional<Duration> own = group.duration("service_down_time", SHORTEST, LONGEST);
              if (own.isEmpty() && group.isSound("service_down_time")) {
                group.refuse("service_down_time", "allowed is a duration such as 60s");
              }
              if (own.isPresent()
                  && section.isSound("report_interval", "poll_interval")
                  && own.get().compareTo(leastDownTime()) < 0) {
                refuseDownTime(group, own.get());
              }
              group.refuseUnknown();
              groups.put(name, own.orElse(downTime));
            });
    return groups;
  }

  private AgentConfig.MassSilence massSilence(Section silence) {
    Optional<BigDecimal> share =
        silence.number("share", "a number greater than 0, up to 1", Double.MIN_VALUE, 1);
    AgentConfig.MassSilence read =
        new AgentConfig.MassSilence(
            share.map(BigDecimal::doubleValue).orElse(0.5),
            silence.integer("min_writers", 1, Integer.MAX_VALUE).orElse(5),
            silence.duration("hold", Duration.ZERO, LONGEST).orElse(downTime));
    silence.refuseUnknown();
    return read;
  }

  private void checkTimeout(String key, BackendUri uri, boolean leaveOnStop) {
    Duration lives = uri.timeout().orElse(null);
    if (lives == null || !section.isSound("report_interval", "service_down_time")) {
      return;
    }
    if (uri.scheme().needsBeats() && lives.compareTo(report) <= 0) {
      faults.add(
          key,
          uri.toString(),
          "the option timeout has to be greater than report_interval, " + Durations.text(report));
    }
    if (!leaveOnStop && lives.compareTo(downTime) < 0) {
      faults.add(
          key,
          uri.toString(),
          ("the option timeout has to be at least service_down_time, %s, where agent.leave_on_stop"
                  + " is false")
              .formatted(Durations.text(downTime)));
    }
  }
}
