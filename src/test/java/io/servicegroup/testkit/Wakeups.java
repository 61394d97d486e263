package io.servicegroup.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/** How often threads of this process fell asleep by themselves, by the system's count. */
public final class Wakeups {

  private static final String SWITCHES = "voluntary_ctxt_switches:";

  /** The system keeps so many characters of a thread's name. */
  private static final int LONGEST_NAME = 15;

  private Wakeups() {}

  /**
   * Where the system tells of the thread that calls this.
   *
   * @return for {@link #of(Path)}
   */
  public static Path thisThread() {
    try {
      return Path.of("/proc").resolve(Files.readSymbolicLink(Path.of("/proc/thread-self")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Counts those of one thread.
   *
   * @param thread as {@link #thisThread} said
   * @return since its start; 0 where it has ended
   */
  public static long of(Path thread) {
    try (Stream<String> lines = Files.lines(thread.resolve("status"))) {
      return lines
          .filter(line -> line.startsWith(SWITCHES))
          .mapToLong(line -> Long.parseLong(line.substring(SWITCHES.length()).trim()))
          .sum();
    } catch (NoSuchFileException ended) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Counts those of all threads with names that begin so.
   *
   * @param name the beginning
   * @return since their starts
   */
  public static long of(String name) {
    String start = name.substring(0, Math.min(LONGEST_NAME, name.length()));
    try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
      return threads.filter(thread -> isNamed(thread, start)).mapToLong(Wakeups::of).sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isNamed(Path thread, String start) {
    try {
      return Files.readString(thread.resolve("comm")).startsWith(start);
    } catch (NoSuchFileException ended) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
