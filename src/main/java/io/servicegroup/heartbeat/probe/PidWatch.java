package io.servicegroup.heartbeat.probe;

import io.servicegroup.model.ProcessIdentity;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Recognises one process by its id and its start time, so that another process which got the same
 * id later is not taken for it. A pid file that was written again names a new process. A process
 * that started after the file was written is another one, which got the id of a process that is
 * gone.
 *
 * <p>Pure: it is given what was read from the file and found out about the process. Not
 * thread-safe.
 */
final class PidWatch {

  /** Allows for the rounding of file times and clocks. */
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
   * @param pid its id, or null where the file names it
   * @param file the pid file, or null
   * @param expected the identity that it must have, or null where the first process found is
   *     accepted
   */
  PidWatch(Long pid, Path file, ProcessIdentity expected) {
    this.pid = pid;
    this.file = file;
    this.expected = expected;
  }

  /** The id of the process; empty before a file named one. */
  Optional<Long> pid() {
    return Optional.ofNullable(pid);
  }

  /** Whether the process was not found yet. */
  boolean isNew() {
    return start.isEmpty();
  }

  /** The version of the file that named it, or null. */
  PidFile.Version read() {
    return read;
  }

  /**
   * Takes in what was read from the file. A file that is missing or half written changes nothing
   * about a process that is known already.
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
   * Takes in what was found out about the process. * @throws ProbeFailure where it does not live
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

  /**
   * Checks the identity, because the system gives ids to other processes later, at the latest when
   * the machine starts again.
   */
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
