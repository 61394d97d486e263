package io.servicegroup.bench;

import io.servicegroup.model.Member;
import java.lang.ref.Reference;
import java.util.List;

/** Prints what a member takes in memory: the evaluator's part and the catalogue's record of it. */
public final class EvaluatorMemory {

  private EvaluatorMemory() {}

  /**
   * Measures.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    System.out.printf("%10s %22s %22s%n", "members", "evaluator, bytes each", "record, bytes each");
    // Below that the JVM's own coming and going drowns the members.
    for (int number : new int[] {10_000, 100_000, 1_000_000}) {
      long empty = used();
      List<Member> members = EvaluatorFixture.members(number);
      long withMembers = used();
      EvaluatorFixture fixture = new EvaluatorFixture(members, 15_000);
      long withEvaluator = used();
      System.out.printf(
          "%10d %22d %22d%n",
          number, (withEvaluator - withMembers) / number, (withMembers - empty) / number);
      Reference.reachabilityFence(fixture);
    }
  }

  /** The heap in use after the garbage is gone; collected twice, as the first may leave some. */
  private static long used() {
    System.gc();
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
