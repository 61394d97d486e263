package io.servicegroup.heartbeat.probe;

import io.servicegroup.model.ProcessIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The processes as Linux shows them under {@code /proc}. */
final class LinuxProcesses implements Processes {

  private static final Logger LOG = LoggerFactory.getLogger(LinuxProcesses.class);

  /** The unit of the times in {@code /proc}, on every architecture that a JDK runs on. */
  private static final long MILLIS_PER_TICK = 10;

  private final Path proc;
  private final long self;

  LinuxProcesses(Path proc) {
    this.proc = proc;
    this.self = self(proc);
  }

  /** This agent's process id in this {@code /proc}, which may belong to another pid namespace. */
  private static long self(Path proc) {
    try {
      return Long.parseLong(Files.readSymbolicLink(proc.resolve("self")).toString());
    } catch (IOException | UnsupportedOperationException | NumberFormatException e) {
      return ProcessHandle.current().pid();
    }
  }

  @Override
  public OptionalLong startOf(long pid) throws IOException {
    Path directory = proc.resolve(Long.toString(pid));
    try {
      return readStat(directory.resolve("stat"));
    } catch (AccessDeniedException e) {
      throw new ProbeFailure("process " + pid + " cannot be looked at: permission denied");
    } catch (IOException e) {
      if (!Files.exists(directory)) {
        return OptionalLong.empty();
      }
      throw e;
    }
  }

  private static OptionalLong readStat(Path file) throws IOException {
    // The name of the process may contain any byte.
    return parseStat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
  }

  /**
   * Reads {@code /proc/PID/stat}. The second field, the name in brackets, may contain brackets and
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

  /**
   * Converts a start, which the kernel counts in ticks since the machine's start. The present tick
   * is the start of a thread that is started now. The machine's start in {@code /proc} cannot be
   * used, because a container may show another one.
   */
  @Override
  public Optional<Instant> timeOf(long start) throws IOException {
    CompletableFuture<Optional<Instant>> time = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                time.complete(timeByThisThread(start));
              } catch (IOException | RuntimeException e) {
                time.completeExceptionally(e);
              }
            },
            "servicegroup-ticks");
    thread.setDaemon(true);
    thread.start();
    try {
      return time.join();
    } catch (CompletionException e) {
      throw new IOException("the time of a process's start cannot be read", e.getCause());
    }
  }

  private Optional<Instant> timeByThisThread(long start) throws IOException {
    Instant now = Instant.now();
    OptionalLong ticks = readStat(proc.resolve("thread-self/stat"));
    return ticks.isEmpty()
        ? Optional.empty()
        : Optional.of(now.minusMillis((ticks.getAsLong() - start) * MILLIS_PER_TICK));
  }

  /**
   * Combines the machine's boot id, from whose boot starts are counted, with the namespace in which
   * ids are unique.
   */
  @Override
  public String machine() {
    try {
      Path boot = proc.resolve("sys/kernel/random/boot_id");
      return Files.readString(boot).strip()
          + "/"
          + Files.readSymbolicLink(proc.resolve("self/ns/pid"));
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("Where the ids of processes count cannot be read", e);
      return ProcessIdentity.UNKNOWN;
    }
  }

  @Override
  public Relation relationOf(long pid) {
    return JdkProcesses.relation(pid, self);
  }
}
