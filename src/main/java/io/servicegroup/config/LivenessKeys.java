package io.servicegroup.config;

import io.servicegroup.model.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The keys of {@code liveness}. */
final class LivenessKeys {

  static final List<Key<?>> ALL = new ArrayList<>();

  /** The path of an entry of the list of backends that is a map. */
  static final String BACKEND = "liveness.backends[]";

  /** The path of the section of a group. */
  static final String GROUP = "liveness.groups.<group>";

  private static final KeyType<Duration> PACE = KeyTypes.duration("10ms", "24h");
  private static final int POLLS_IN_DOWN_TIME = 5;
  private static final Duration LONGEST_DEFAULT_POLL = Duration.ofSeconds(1);

  static final Key<List<AgentConfig.Backend>> BACKENDS =
      Key.of(
              "liveness.backends",
              BackendsReader.TYPE,
              "where beats are kept; each place is named once")
          .orElse(
              "`[catalog.uri]`",
              values -> Optional.of(List.of(BackendsReader.named(values.get(Keys.CATALOG_URI)))))
          .in(ALL);

  static final Key<String> VERTICLE =
      Key.of(
              BACKEND + ".verticle",
              KeyTypes.text(
                  "the name of a verticle's class on the class path",
                  "the name of a class on the class path",
                  BackendsReader::isVerticle),
              "a third party's liveness verticle")
          .in(ALL);

  static final Key<BackendUri> URI =
      Key.of(BACKEND + ".uri", BackendsReader.URI, "where it is")
          .otherwise("required")
          .onlyWithout(VERTICLE)
          .in(ALL);

  static final Key<String> NAME =
      Key.of(BACKEND + ".name", KeyTypes.name(), "unique; what status changes and logs call it")
          .otherwise("the scheme; with `verticle` required")
          .in(ALL);

  static final Key<Map<String, Object>> CONFIG =
      Key.of(BACKEND + ".config", KeyTypes.freeForm(), "what the verticle is deployed with")
          .orElse(Map.of())
          .onlyWith(VERTICLE)
          .in(ALL);

  static final Key<AgentConfig.VerdictRule> VERDICT =
      Key.of(
              "liveness.verdict",
              KeyTypes.words(AgentConfig.VerdictRule.class),
              "`all`: any backend's down makes it down; `any`: up while any backend sees it")
          .orElse(AgentConfig.VerdictRule.ALL)
          .in(ALL);

  static final Key<Duration> REPORT_INTERVAL =
      Key.of("liveness.report_interval", PACE, "from a beat to the next")
          .orElse(Duration.ofSeconds(5))
          .in(ALL);

  static final Key<Duration> SERVICE_DOWN_TIME =
      Key.of(
              "liveness.service_down_time",
              PACE,
              "so much silence makes a member `DOWN`; at least 2 × `report_interval` +"
                  + " `poll_interval`")
          .orElse(Duration.ofSeconds(15))
          .in(ALL);

  static final Key<Duration> POLL_INTERVAL =
      Key.of(
              "liveness.poll_interval",
              PACE,
              "how often the backend is read while something is uncertain, or where beats and news"
                  + " do not tell enough: see [The beat is the poll](architecture.md#ideas)")
          .orElse(
              "a fifth of `service_down_time`, at most `"
                  + Durations.text(LONGEST_DEFAULT_POLL)
                  + "`",
              LivenessKeys::pollInterval)
          .in(ALL);

  static final Key<Map<String, Duration>> GROUPS =
      Key.of(
              "liveness.groups",
              LivenessReader.GROUPS,
              "groups whose members beat at another pace, by their names")
          .orElse(Map.of())
          .in(ALL);

  static final Key<Duration> GROUP_DOWN_TIME =
      Key.of(GROUP + ".service_down_time", PACE, "how much silence makes one of its members `DOWN`")
          .required()
          .in(ALL);

  static final Key<Double> SHARE =
      Key.of(
              "liveness.mass_silence.share",
              KeyTypes.share(),
              "when more than this share of the writers in sight falls silent together, verdicts"
                  + " are held; 1 turns that off")
          .orElse(0.5)
          .in(ALL);

  static final Key<Integer> MIN_WRITERS =
      Key.of(
              "liveness.mass_silence.min_writers",
              KeyTypes.integer(1, Integer.MAX_VALUE),
              "and at least so many writers")
          .orElse(5)
          .in(ALL);

  static final Key<Duration> HOLD =
      Key.of("liveness.mass_silence.hold", KeyTypes.duration("0s", "24h"), "for how long")
          .orElse("`service_down_time`", values -> values.find(SERVICE_DOWN_TIME))
          .in(ALL);

  private LivenessKeys() {}

  private static Optional<Duration> pollInterval(Values values) {
    Duration part = values.get(SERVICE_DOWN_TIME).dividedBy(POLLS_IN_DOWN_TIME);
    return Optional.of(ServiceKeys.shorter(part, LONGEST_DEFAULT_POLL));
  }
}
