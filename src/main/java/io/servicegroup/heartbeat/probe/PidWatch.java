package io.servicegroup.heartbeat.probe;

import io.servicegroup.model.ProcessIdentity;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Knows one process by its id and its start time, so that another process which was given the same
 * id later is not taken for it. A pid file that was written anew names a new process; a process
 * that is younger than the file that names it is another one, left the id by one that is gone.
 *
 * <p>Pure: it is told what was read and found. Not thread-safe.
 */
final class PidWatch {

  /** What file systems and clocks round away. */
  private static final Duration ROUNDING = Duration.ofSeconds(2);

  private static final long INIT = 1;

  private final Path file;
  private PidFile.Version read;
  private Long pid;
  private OptionalLong start = OptionalLong.empty();
  private final ProcessIdentity expected;

  /**
   * Watches a process.
   *
   * @param pid its id, or null where the file holds it
   * @param file holds its id in its first line, or null
   * @param expected which process it is, or null where the first one found is it
   */
  PidWatch(Long pid, Path file, ProcessIdentity expected) {
    this.pid = pid;
    this.file = file;
    this.expected = expected;
  }

  /** The process that is watched; empty before a file named one. */
  Optional<Long> pid() {
    return Optional.ofNullable(pid);
  }

  /** Whether the process was not seen yet. */
  boolean isNew() {
    return start.isEmpty();
  }

  /** The version of the file that named it, or null. */
  PidFile.Version read() {
    return read;
  }

  /**
   * The file was looked at. One that is away or half written takes nothing from a process that is
   * known already.
   *
   * @throws ProbeFailure where no process is known
   */
  void took(PidFile.Reading reading) {
    if (reading instanceof PidFile.Names names) {
      pid = names.pid();
      start = OptionalLong.empty();
      read = names.version();
    } else if (reading instanceof PidFile.NamesNone none && pid == null) {
      throw new ProbeFailure(none.reason());
    }
  }

  /**
   * The process was looked at.
   *
   * @throws ProbeFailure where it does not live
   */
  void found(Processes.Found found) {
    if (found.start().isEmpty()) {
      throw new ProbeFailure("process " + pid + " is gone");
    }
    if (found.relation() == Processes.Relation.SELF) {
      throw notOurs("this agent itself");
    }
    if (found.relation() == Processes.Relation.ANCESTOR && file != null && pid == INIT) {
      throw notOurs("the first of this agent's own pid namespace");
    }
    if (start.isEmpty()) {
      requireExpected(found);
      requireOlderThanFile(found);
      start = start.isEmpty() ? found.start() : start;
    }
    if (start.getAsLong() != found.start().getAsLong()) {
      throw new ProbeFailure("process " + pid + " is gone, its id belongs to another process now");
    }
  }

  private ProbeFailure notOurs(String whose) {
    return new ProbeFailure(
        "process "
            + pid
            + " is "
            + whose
            + (file == null
                ? ", not the service"
                : ": the pid file " + file + " was written in another pid namespace"));
  }

  /** Ids are given again, at the latest when the machine starts anew. */
  private void requireExpected(Processes.Found found) {
    if (expected == null) {
      return;
    }
    if (!expected.machine().equals(found.machine())) {
      throw new ProbeFailure(
          "process "
              + pid
              + " is gone: this machine or its container has started anew since, and the id belongs"
              + " to another process now");
    }
    start = OptionalLong.of(expected.start());
  }

  private void requireOlderThanFile(Processes.Found found) {
    Optional<Instant> started = found.startedAt();
    if (read == null || started.isEmpty()) {
      return;
    }
    Instant written = read.modified().toInstant();
    if (started.get().isAfter(written.plus(ROUNDING))) {
      throw new ProbeFailure(
          "process %d started at %s, after the pid file %s was written at %s: it is another process"
              .formatted(pid, seconds(started.get()), file, seconds(written)));
    }
  }

  private static Instant seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS);
  }
}
