package io.servicegroup.heartbeat.probe;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** The processes as the JDK shows them on any operating system. */
final class JdkProcesses implements Processes {

  @Override
  public OptionalLong startOf(long pid) {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .map(
            process ->
                OptionalLong.of(
                    process.info().startInstant().map(Instant::toEpochMilli).orElse(0L)))
        .orElse(OptionalLong.empty());
  }

  @Override
  public Optional<Instant> timeOf(long start) {
    return start == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(start));
  }

  @Override
  public Relation relationOf(long pid) {
    return relation(pid, ProcessHandle.current().pid());
  }

  /** The relation of a process to this agent, whose id is given. */
  static Relation relation(long pid, long self) {
    if (pid == self) {
      return Relation.SELF;
    }
    Optional<ProcessHandle> ancestor = ProcessHandle.current().parent();
    while (ancestor.isPresent()) {
      if (ancestor.get().pid() == pid) {
        return Relation.ANCESTOR;
      }
      ancestor = ancestor.get().parent();
    }
    return Relation.OTHER;
  }
}
