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

  /**
   * How long a contest takes.
   *
   * @param rounds how often each contender's turn comes; an odd number
   * @param warmUpCpuSeconds of the client's own CPU: on a busy machine the compilers need longer
   * @param roundSeconds of one turn
   */
  record Pace(int rounds, double warmUpCpuSeconds, double roundSeconds) {
    static final Pace SHORT = new Pace(5, 5, 0.5);
    static final Pace LONG = new Pace(5, 5, 1.5);
  }

  /** After so many the compilers are done, if not on a machine that is too busy for anything. */
  private static final long WARM_UP_BEATS = 80_000;

  private final Pace pace;
  private final List<Contender> contenders = new ArrayList<>();
  private boolean quiet;

  Contest(Pace pace) {
    this.pace = pace;
  }

  /** Enters a loop, whose turns write so many beats at a time. */
  Contest add(String name, int beatsPerTurn, IntFunction<Round> loop) {
    contenders.add(new Contender(name, beatsPerTurn, loop, pace.warmUpCpuSeconds()));
    return this;
  }

  /** Enters somebody else's loop, which has nothing to compile. */
  Contest addPeer(String name, IntFunction<Round> loop) {
    contenders.add(new Contender(name, 1, loop, 0));
    return this;
  }

  /** Enters what needs no warming up and takes its own time. */
  Contest add(String name, Supplier<Round> stretch) {
    contenders.add(new Contender(name, 0, turns -> stretch.get(), 0));
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
    for (int i = 0; i < pace.rounds(); i++) {
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
        "CPU-s per 1,000 beats, medians",
        "beats/s",
        "client",
        "server",
        "total",
        "total from – to");
  }

  private final class Contender {

    private final String name;
    private final int beatsPerTurn;
    private final IntFunction<Round> loop;
    private final double warmUpCpuSeconds;
    private final List<Round> rounds = new ArrayList<>();
    private int turns = 1;

    Contender(String name, int beatsPerTurn, IntFunction<Round> loop, double warmUpCpuSeconds) {
      this.warmUpCpuSeconds = warmUpCpuSeconds;
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
      while (seconds < pace.roundSeconds()) {
        turns *= 2;
        seconds = turns * beatsPerTurn / loop.apply(turns).beatsPerSecond();
      }
      double used = 0;
      long beats = 0;
      while (used < warmUpCpuSeconds
          || warmUpCpuSeconds > 0 && beats < WARM_UP_BEATS && used < 2 * warmUpCpuSeconds) {
        Round round = loop.apply(turns);
        beats += (long) turns * beatsPerTurn;
        used += round.client() * turns * beatsPerTurn / 1000;
        turns = Math.max(1, (int) (round.beatsPerSecond() * pace.roundSeconds() / beatsPerTurn));
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
