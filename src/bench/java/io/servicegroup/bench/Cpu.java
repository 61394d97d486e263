package io.servicegroup.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.LongStream;

/** CPU time and memory used by processes, from /proc. */
public final class Cpu {

  private static final double TICKS_PER_SECOND = 100;
  private static final int USER = 11;
  private static final int CHILDREN_USER = 13;
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
    return tree(root).mapToDouble(Cpu::of).sum();
  }

  /**
   * What a server of processes with one thread each used, as {@link #ofTree}, but to the
   * nanosecond: most of a hundred idle sessions use less than a tick.
   *
   * @param root the process
   * @return CPU-seconds since its start
   */
  public static double ofSessions(long root) {
    return tree(root).mapToDouble(Cpu::ofOneThread).sum() + ofEnded(root);
  }

  private static double ofOneThread(long pid) {
    try {
      String used = Files.readString(Path.of("/proc", Long.toString(pid), "schedstat"));
      return Long.parseLong(used.split(" ")[0]) / 1e9;
    } catch (IOException e) {
      return 0; // It ended since it was listed.
    }
  }

  /**
   * What a server holds in memory: the process and its children, what they share counted once.
   *
   * @param root the process
   * @return MiB
   */
  public static double memoryOfTree(long root) {
    return tree(root).mapToDouble(Cpu::proportionalKib).sum() / 1024;
  }

  private static LongStream tree(long root) {
    ProcessHandle handle = ProcessHandle.of(root).orElseThrow();
    return LongStream.concat(
        LongStream.of(root), handle.descendants().mapToLong(ProcessHandle::pid));
  }

  private static double proportionalKib(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps_rollup")).stream()
          .filter(line -> line.startsWith("Pss:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")))
          .sum();
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double of(long pid) {
    return ticks(pid, USER) / TICKS_PER_SECOND;
  }

  private static double ofEnded(long pid) {
    return ticks(pid, CHILDREN_USER) / TICKS_PER_SECOND;
  }

  private static long ticks(long pid, int first) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      // The name, in brackets, may hold anything.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      long ticks = 0;
      for (int i = first; i <= CHILDREN_SYSTEM; i++) {
        ticks += Long.parseLong(fields[i]);
      }
      return ticks;
    } catch (NoSuchFileException e) {
      return 0; // It ended since it was listed; its parent's figure has it.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
