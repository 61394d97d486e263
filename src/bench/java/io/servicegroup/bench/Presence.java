package io.servicegroup.bench;

import io.servicegroup.testkit.Journal;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Agents whose presence is the beat, at the default intervals: what their backends use while
 * nothing happens, spread over the beats that nobody has to write. Each agent hands its backend the
 * full state every {@code report_interval} and does not poll; what an idle JVM uses is in it.
 */
final class Presence implements AutoCloseable {

  private static final Duration REPORT_INTERVAL = Duration.ofSeconds(5);
  private static final Duration SERVICE_DOWN_TIME = Duration.ofSeconds(15);

  private final Vertx vertx = Vertx.vertx();
  private final Stand stand;
  private final List<BeatLoop> agents = new ArrayList<>();
  private final List<Long> timers = new ArrayList<>();
  private final int size;
  private final int intervals;

  /** Opens agents, and lets so many intervals pass before the first round, and in each round. */
  Presence(Stand stand, int count, int size, int intervals) {
    this.stand = stand;
    this.size = size;
    this.intervals = intervals;
    for (int i = 0; i < count; i++) {
      agents.add(new BeatLoop(vertx, stand, stand.join(size), REPORT_INTERVAL, SERVICE_DOWN_TIME));
    }
    agents.forEach(BeatLoop::start);
    // Not all at one time.
    for (int i = 0; i < count; i++) {
      BeatLoop agent = agents.get(i);
      timers.add(
          vertx.setPeriodic(
              1 + i * REPORT_INTERVAL.toMillis() / count,
              REPORT_INTERVAL.toMillis(),
              id -> agent.writeOnce()));
    }
    pass(intervals);
  }

  /** Lets time pass; its length is fixed. */
  Round run() {
    double serverCpu = stand.cpu();
    double ownCpu = Cpu.ofThisProcess();
    long started = System.nanoTime();
    pass(intervals);
    double seconds = (System.nanoTime() - started) / 1e9;
    double beats = agents.size() * size * seconds / REPORT_INTERVAL.toSeconds();
    return new Round(
        beats / seconds,
        (Cpu.ofThisProcess() - ownCpu) * 1000 / beats,
        (stand.cpu() - serverCpu) * 1000 / beats);
  }

  private static void pass(int intervals) {
    new Journal<>().during(REPORT_INTERVAL.multipliedBy(intervals));
  }

  @Override
  public void close() {
    timers.forEach(vertx::cancelTimer);
    agents.forEach(BeatLoop::close);
    vertx.close();
  }
}
