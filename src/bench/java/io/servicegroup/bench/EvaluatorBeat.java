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
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the evaluator pays for one beat of a living member, among many others. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx6g")
public class EvaluatorBeat {

  private static final int BEATS = 1_000;

  /** How many members there are. */
  @Param({"1000", "10000", "100000", "1000000"})
  public int members;

  private EvaluatorFixture fixture;
  private long next;
  private Sightings message;

  /** Makes the members, all up. */
  @Setup(Level.Trial)
  public void makeMembers() {
    fixture = new EvaluatorFixture(EvaluatorFixture.members(members), Long.MAX_VALUE / 4);
  }

  /** Makes the next message, which is not part of the cost. */
  @Setup(Level.Invocation)
  public void makeMessage() {
    message = EvaluatorFixture.message(0, fixture.beats(next, BEATS));
    next += BEATS;
  }

  /**
   * Takes in a message with 1,000 beats.
   *
   * @return no change
   */
  @Benchmark
  @OperationsPerInvocation(BEATS)
  public List<StatusChange> beat() {
    return fixture.evaluator.sightings(message, EvaluatorFixture.AT);
  }
}
