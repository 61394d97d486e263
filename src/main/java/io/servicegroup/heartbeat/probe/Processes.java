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

  /** What a process is to this agent. */
  enum Relation {
    /** It is this agent's own. */
    SELF,
    /** This agent descends from it. */
    ANCESTOR,
    /** Any other. */
    OTHER
  }

  /**
   * What was found of a process.
   *
   * @param start from {@link #startOf}
   * @param startedAt when it started, by this machine's present clock; empty where nobody asked or
   *     the system does not say
   * @param relation what it is to this agent; {@code OTHER} where nobody asked
   * @param machine from {@link #machine}; null where nobody asked
   */
  record Found(
      OptionalLong start, Optional<Instant> startedAt, Relation relation, String machine) {}

  /**
   * When a process started, in a unit of the system's own: good for telling two processes with the
   * same id apart, and for nothing else.
   *
   * @return empty where there is no such process, or only its remains (a zombie)
   * @throws IOException where the system does not say
   */
  OptionalLong startOf(long pid) throws IOException;

  /**
   * A start as a time.
   *
   * @param start from {@link #startOf}
   * @return by this machine's present clock; empty where the system does not say
   * @throws IOException where the system does not say, though it should
   */
  default Optional<Instant> timeOf(long start) throws IOException {
    return Optional.empty();
  }

  /**
   * Where the ids of processes count: one run of this machine, and this agent's pid namespace.
   *
   * @return {@link ProcessIdentity#UNKNOWN} where the system does not say
   */
  default String machine() {
    return ProcessIdentity.UNKNOWN;
  }

  /**
   * Tells a process from all others that have its id before or after it.
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

  /** What a process is to this agent. */
  default Relation relationOf(long pid) {
    return Relation.OTHER;
  }

  /**
   * Looks at a process.
   *
   * @param pid its id
   * @param first whether it is not known yet, so that its start and its relation matter
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

  /** Those of Linux's {@code /proc}, elsewhere what the JDK knows. */
  static Processes ofThisMachine() {
    Path proc = Path.of("/proc");
    return Files.isReadable(proc.resolve("self/stat"))
        ? new LinuxProcesses(proc)
        : new JdkProcesses();
  }
}
