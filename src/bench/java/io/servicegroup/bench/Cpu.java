package io.servicegroup.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.LongStream;

/** CPU time used by processes, from /proc. */
public final class Cpu {

  private static final double TICKS_PER_SECOND = 100;
  private static final int USER = 11;
  private static final int CHILDREN_SYSTEM = 14;

  private Cpu() {}

  /**
   * What this JVM used.
   *
   * @return CPU-seconds since its start, in ticks of 10 ms
   */
  public static double ofThisProcess() {
    return of(ProcessHandle.current().pid());
  }

  /**
   * What a server used: the process and its children, those that ended included.
   *
   * @param root the process
   * @return CPU-seconds since its start, in ticks of 10 ms for each process
   */
  public static double ofTree(long root) {
    LongStream children =
        ProcessHandle.of(root).orElseThrow().descendants().mapToLong(ProcessHandle::pid);
    return LongStream.concat(LongStream.of(root), children).mapToDouble(Cpu::of).sum();
  }

  private static double of(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      // The name, in brackets, may hold anything.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      long ticks = 0;
      for (int i = USER; i <= CHILDREN_SYSTEM; i++) {
        ticks += Long.parseLong(fields[i]);
      }
      return ticks / TICKS_PER_SECOND;
    } catch (NoSuchFileException e) {
      return 0; // It ended since it was listed; its parent's figure has it.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
