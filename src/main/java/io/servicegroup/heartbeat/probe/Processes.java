package io.servicegroup.heartbeat.probe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.OptionalLong;

/** The processes of this machine. Blocks for as long as the kernel takes. */
interface Processes {

  /**
   * When a process started, in a unit of the system's own: good for telling two processes with the
   * same id apart, and for nothing else.
   *
   * @return empty where there is no such process, or only its remains (a zombie)
   * @throws IOException where the system does not say
   */
  OptionalLong startOf(long pid) throws IOException;

  /** Those of Linux's {@code /proc}, elsewhere what the JDK knows. */
  static Processes ofThisMachine() {
    Path proc = Path.of("/proc");
    return Files.isReadable(proc.resolve("self/stat"))
        ? pid -> readStat(proc, pid)
        : Processes::askJdk;
  }

  private static OptionalLong readStat(Path proc, long pid) throws IOException {
    Path directory = proc.resolve(Long.toString(pid));
    try {
      // The name in it may hold any byte.
      byte[] stat = Files.readAllBytes(directory.resolve("stat"));
      return parseStat(new String(stat, StandardCharsets.ISO_8859_1));
    } catch (AccessDeniedException e) {
      throw new ProbeFailure("process " + pid + " cannot be looked at: permission denied");
    } catch (IOException e) {
      if (!Files.exists(directory)) {
        return OptionalLong.empty();
      }
      throw e;
    }
  }

  /**
   * Reads {@code /proc/PID/stat}. The second field, the name in brackets, may hold brackets and
   * spaces; so fields are counted from the last bracket.
   */
  static OptionalLong parseStat(String stat) throws IOException {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
    if (fields.length < 20) {
      throw new IOException("/proc/PID/stat has an unknown form");
    }
    char state = fields[0].charAt(0);
    int threads = Integer.parseInt(fields[17]);
    // A process whose first thread ended while others work looks like a zombie, but has threads.
    boolean ended = state == 'X' || state == 'x' || (state == 'Z' && threads <= 1);
    return ended ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(fields[19]));
  }

  private static OptionalLong askJdk(long pid) {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .map(
            process ->
                OptionalLong.of(
                    process.info().startInstant().map(Instant::toEpochMilli).orElse(0L)))
        .orElse(OptionalLong.empty());
  }
}
