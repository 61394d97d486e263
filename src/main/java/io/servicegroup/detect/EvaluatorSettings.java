package io.servicegroup.detect;

import java.util.List;
import java.util.Map;

/**
 * What an evaluator needs to know; all durations in milliseconds.
 *
 * @param backends the names of the configured backends, in their order
 * @param rule how their votes combine
 * @param serviceDownTime of witnessed silence, after which a member is down
 * @param groupDownTimes the same for groups whose members beat at another pace
 * @param reportInterval from a beat to the next
 * @param pollInterval from one sighting to the next
 * @param massShare more than this share of the writers silent at once is a mass silence; 1: never
 * @param massMinWriters and at least so many
 * @param massHold for how long their members' verdicts are then withheld; 0: not at all
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
    /** Any backend's down makes it down. */
    ALL,
    /** It is up while any backend sees it. */
    ANY
  }

  long downTime(String group) {
    return groupDownTimes.getOrDefault(group, serviceDownTime);
  }

  /**
   * From which silence on a writer counts as silent, when others of the same timeout are judged: so
   * early that of writers silenced together the last one counts when the first one's time is over,
   * although it beat up to a {@code report_interval} later; so late that a living one, heard every
   * {@code report_interval} and {@code poll_interval}, does not.
   */
  long suspicionTime(long downTime) {
    return Math.max(downTime / 2, downTime - reportInterval - pollInterval);
  }
}
