package io.servicegroup.heartbeat.probe;

import io.servicegroup.model.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** The processes of this machine. Blocks for as long as the kernel takes. */
interface Processes {

  /** The relation of a process to this agent. */
  enum Relation {
    /** The process is this agent. */
    SELF,
    /** The process is an ancestor of this agent. */
    ANCESTOR,
    /** The process is any other. */
    OTHER
  }

  /**
   * What was found out about a process.
   *
   * @param start from {@link #startOf}
   * @param startedAt when it started, by this machine's present clock; empty where this was not
   *     asked or the system does not say
   * @param relation to this agent; {@code OTHER} where this was not asked
   * @param machine from {@link #machine}; null where this was not asked
   */
  record Found(
      OptionalLong start, Optional<Instant> startedAt, Relation relation, String machine) {}

  /**
   * Finds when a process started, in a unit of the system's own. The value distinguishes two
   * processes with the same id and has no other use.
   *
   * @return empty where there is no such process, or only its remains (a zombie)
   * @throws IOException where the system does not say
   */
  OptionalLong startOf(long pid) throws IOException;

  /**
   * Converts a start to a time. * @param start from {@link #startOf}
   *
   * @return by this machine's present clock; empty where the system does not say
   * @throws IOException where the system does not say, though it should
   */
  default Optional<Instant> timeOf(long start) throws IOException {
    return Optional.empty();
  }

  /**
   * Names the scope in which process ids are unique: one run of this machine, and this agent's pid
   * namespace.
   *
   * @return {@link ProcessIdentity#UNKNOWN} where the system does not say
   */
  default String machine() {
    return ProcessIdentity.UNKNOWN;
  }

  /**
   * Finds the identity of a process, which distinguishes it from all others that have its id before
   * or after it.
   *
   * @return empty where there is no such process
   * @throws IOException where the system does not say
   */
  default Optional<ProcessIdentity> identify(long pid) throws IOException {
    OptionalLong start = startOf(pid);
    return start.isEmpty()
        ? Optional.empty()
        : Optional.of(new ProcessIdentity(machine(), start.getAsLong()));
  }

  /** The relation of a process to this agent. */
  default Relation relationOf(long pid) {
    return Relation.OTHER;
  }

  /**
   * Looks at a process.
   *
   * @param pid its id
   * @param first whether it is not known yet, so that its time of start and its relation are needed
   * @throws IOException where the system does not say
   */
  default Found find(long pid, boolean first) throws IOException {
    OptionalLong start = startOf(pid);
    return new Found(
        start,
        first && start.isPresent() ? timeOf(start.getAsLong()) : Optional.empty(),
        first ? relationOf(pid) : Relation.OTHER,
        first ? machine() : null);
  }

  /** The processes in Linux's {@code /proc}; on other systems those that the JDK shows. */
  static Processes ofThisMachine() {
    Path proc = Path.of("/proc");
    return Files.isReadable(proc.resolve("self/stat"))
        ? new LinuxProcesses(proc)
        : new JdkProcesses();
  }
}
