package io.servicegroup.bench;

import io.servicegroup.model.Sightings;
import io.servicegroup.model.StatusChange;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the evaluator pays when witnessed time passes. All members have one timeout and stand in one
 * queue, in as many cohorts as it takes for exactly one to expire with each tick; before the next
 * tick it beats again and stands at the tail.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx6g")
public class EvaluatorTick {

  private static final long TICK = 10;

  /** How many members there are. */
  @Param({"1000", "10000", "100000", "1000000"})
  public int members;

  /** How many of them expire with each tick. */
  @Param({"0", "1", "1000"})
  public int expired;

  private EvaluatorFixture fixture;
  private long clock;
  private long next;
  private Sightings message;
  private int changes;

  /** Makes the members, all up, and their cohorts. */
  @Setup(Level.Trial)
  public void makeMembers() {
    int cohorts = expired == 0 ? 0 : members / expired;
    long downTime = expired == 0 ? Long.MAX_VALUE / 4 : cohorts * TICK - TICK / 2;
    fixture = new EvaluatorFixture(EvaluatorFixture.members(members), downTime);
    changes = expired;
    for (int i = 0; i < cohorts; i++) {
      revive();
      clock += TICK;
    }
    clock -= TICK;
  }

  /** Lets those who expired last beat, and makes the message with which the next do. */
  @Setup(Level.Invocation)
  public void makeMessage() {
    if (changes != expired) {
      throw new IllegalStateException(changes + " members expired, not " + expired);
    }
    if (clock >= TICK * Math.max(1, members / Math.max(1, expired))) {
      revive();
    }
    clock += TICK;
    message = EvaluatorFixture.message(clock, List.of());
  }

  private void revive() {
    fixture.evaluator.sightings(
        EvaluatorFixture.message(clock, fixture.beats(next, expired)), EvaluatorFixture.AT);
    next += expired;
  }

  /**
   * Lets time pass.
   *
   * @return one change for each that expired
   */
  @Benchmark
  public List<StatusChange> tick() {
    List<StatusChange> down = fixture.evaluator.sightings(message, EvaluatorFixture.AT);
    changes = down.size();
    return down;
  }

  /** Fails the run where the last tick did not do what it is measured for. */
  @TearDown(Level.Trial)
  public void check() {
    if (changes != expired) {
      throw new IllegalStateException(changes + " members expired, not " + expired);
    }
  }
}
