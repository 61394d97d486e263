package io.servicegroup.detect;

import java.util.List;
import java.util.Map;

/**
 * The settings of an evaluator; all durations are in milliseconds.
 *
 * @param backends the names of the configured backends, in their order
 * @param rule how the backends' votes combine
 * @param serviceDownTime the witnessed silence after which a member is down
 * @param groupDownTimes the same for each group that has its own
 * @param reportInterval the time from one beat to the next
 * @param pollInterval the time from one poll to the next
 * @param massShare a mass silence is more than this share of the writers silent at once; 1: never
 * @param massMinWriters a mass silence is at least so many silent writers
 * @param massHold how long the verdicts on their members are withheld then; 0: not at all
 */
public record EvaluatorSettings(
    List<String> backends,
    Rule rule,
    long serviceDownTime,
    Map<String, Long> groupDownTimes,
    long reportInterval,
    long pollInterval,
    double massShare,
    int massMinWriters,
    long massHold) {

  /** Copies the collections. */
  public EvaluatorSettings {
    backends = List.copyOf(backends);
    groupDownTimes = Map.copyOf(groupDownTimes);
  }

  /** How the votes of several backends combine. */
  public enum Rule {
    /** The member is down where any backend votes down. */
    ALL,
    /** The member is up while any backend votes up. */
    ANY
  }

  long downTime(String group) {
    return groupDownTimes.getOrDefault(group, serviceDownTime);
  }

  /**
   * Finds after how much silence a writer counts as silent when members with the same timeout are
   * judged. The bound is low enough that of writers which fell silent together all count when the
   * first one's timeout passes, although the last one beat up to a {@code report_interval} later.
   * It is high enough that a living writer, which is heard once per {@code report_interval} plus
   * {@code poll_interval}, does not count.
   */
  long suspicionTime(long downTime) {
    return Math.max(downTime / 2, downTime - reportInterval - pollInterval);
  }
}
