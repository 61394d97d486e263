package io.servicegroup.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Loops that are measured beside each other: each is warmed up, then they run in turns, so that the
 * machine's other load meets all of them.
 */
final class Contest {

  private static final int ROUNDS = 5;

  /** Of the client's own CPU: on a busy machine the compilers need longer. */
  private static final double WARM_UP_CPU_SECONDS = 5;

  private static final double ROUND_SECONDS = 1.5;

  private final List<Contender> contenders = new ArrayList<>();
  private boolean quiet;

  /** Enters a loop, whose turns write so many beats at a time. */
  Contest add(String name, int beatsPerTurn, IntFunction<Round> loop) {
    contenders.add(new Contender(name, beatsPerTurn, loop));
    return this;
  }

  /** Enters what needs no warming up and takes its own time. */
  Contest add(String name, Supplier<Round> stretch) {
    contenders.add(new Contender(name, 0, turns -> stretch.get()));
    return this;
  }

  /** Prints nothing. */
  Contest quietly() {
    quiet = true;
    return this;
  }

  /** Measures and prints; the medians, in the order of entry. */
  List<Round> run() {
    contenders.forEach(Contender::warmUp);
    for (int i = 0; i < ROUNDS; i++) {
      contenders.forEach(Contender::measure);
    }
    if (!quiet) {
      contenders.forEach(Contender::show);
    }
    return contenders.stream().map(contender -> Round.median(contender.rounds)).toList();
  }

  /** The columns that {@link #run()} prints. */
  static void printHeader() {
    System.out.printf(
        "%-44s %10s %10s %10s %10s   %s%n",
        "CPU-s per 1,000 beats, medians of " + ROUNDS,
        "beats/s",
        "client",
        "server",
        "total",
        "total from – to");
  }

  private static final class Contender {

    private final String name;
    private final int beatsPerTurn;
    private final IntFunction<Round> loop;
    private final List<Round> rounds = new ArrayList<>();
    private int turns = 1;

    Contender(String name, int beatsPerTurn, IntFunction<Round> loop) {
      this.name = name;
      this.beatsPerTurn = beatsPerTurn;
      this.loop = loop;
    }

    /** Finds how many turns make a round, with the code as fast as it gets. */
    void warmUp() {
      if (beatsPerTurn == 0) {
        return;
      }
      double seconds = 0;
      while (seconds < ROUND_SECONDS) {
        turns *= 2;
        seconds = turns * beatsPerTurn / loop.apply(turns).beatsPerSecond();
      }
      double used = 0;
      while (used < WARM_UP_CPU_SECONDS) {
        Round round = loop.apply(turns);
        used += round.client() * turns * beatsPerTurn / 1000;
        turns = Math.max(1, (int) (round.beatsPerSecond() * ROUND_SECONDS / beatsPerTurn));
      }
    }

    void measure() {
      rounds.add(loop.apply(turns));
    }

    void show() {
      Round median = Round.median(rounds);
      double[] totals = rounds.stream().mapToDouble(Round::total).sorted().toArray();
      System.out.printf(
          "%-44s %10.0f %10.5f %10.5f %10.5f   %.5f – %.5f%n",
          name,
          median.beatsPerSecond(),
          median.client(),
          median.server(),
          median.total(),
          totals[0],
          totals[totals.length - 1]);
    }
  }
}
