package io.servicegroup.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One measured stretch of heartbeats.
 *
 * @param beatsPerSecond the rate
 * @param client CPU-seconds of the client per 1,000 beats
 * @param server CPU-seconds of the server's whole process tree per 1,000 beats
 */
public record Round(double beatsPerSecond, double client, double server) {

  /**
   * Takes the median of each figure for itself.
   *
   * @param rounds an odd number of rounds
   * @return the medians
   */
  public static Round median(List<Round> rounds) {
    return new Round(
        median(rounds, Round::beatsPerSecond),
        median(rounds, Round::client),
        median(rounds, Round::server));
  }

  /**
   * What client and server used together.
   *
   * @return CPU-seconds per 1,000 beats
   */
  public double total() {
    return client + server;
  }

  private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
    return rounds.stream()
        .mapToDouble(figure)
        .sorted()
        .skip(rounds.size() / 2)
        .findFirst()
        .orElseThrow();
  }
}
