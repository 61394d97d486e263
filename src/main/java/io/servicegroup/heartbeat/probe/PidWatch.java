package io.servicegroup.heartbeat.probe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Knows one process by its id and its start time, so that another process which was given the same
 * id later is not taken for it. A pid file that was written anew names a new process.
 *
 * <p>Blocks; one call at a time.
 */
final class PidWatch {

  private static final int MAX_FILE = 64;
  private static final Pattern PROCESS_ID = Pattern.compile("[1-9]\\d{0,17}");

  private final Path file;
  private final Processes processes;
  private Version read;
  private Long pid;
  private OptionalLong start = OptionalLong.empty();

  /** What changes when a file is written. */
  private record Version(FileTime modified, long size, Object inode) {}

  /**
   * Watches a process.
   *
   * @param pid its id, or null where the file holds it
   * @param file holds its id in its first line, or null
   */
  PidWatch(Long pid, Path file, Processes processes) {
    this.pid = pid;
    this.file = file;
    this.processes = processes;
  }

  /**
   * Looks whether the process lives.
   *
   * @throws ProbeFailure where it does not
   * @throws IOException where that cannot be found out
   */
  void check() throws IOException {
    if (file != null) {
      readFile();
    }
    OptionalLong found = processes.startOf(pid);
    if (found.isEmpty()) {
      throw new ProbeFailure("process " + pid + " is gone");
    }
    if (start.isEmpty()) {
      start = found;
    } else if (start.getAsLong() != found.getAsLong()) {
      throw new ProbeFailure("process " + pid + " is gone, its id belongs to another process now");
    }
  }

  /** A file that is away or half written takes nothing from a process that is known already. */
  private void readFile() throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      Version version =
          new Version(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
      if (!version.equals(read)) {
        pid = parse(attributes);
        start = OptionalLong.empty();
        read = version;
      }
    } catch (NoSuchFileException e) {
      if (pid == null) {
        throw new ProbeFailure("the pid file " + file + " is missing");
      }
    } catch (ProbeFailure e) {
      if (pid == null) {
        throw e;
      }
    }
  }

  private long parse(BasicFileAttributes attributes) throws IOException {
    // Opening a named pipe would wait for somebody who writes.
    if (attributes.isRegularFile()) {
      try (InputStream in = Files.newInputStream(file)) {
        String text = new String(in.readNBytes(MAX_FILE), StandardCharsets.ISO_8859_1);
        String line = text.lines().findFirst().orElse("").strip();
        if (PROCESS_ID.matcher(line).matches()) {
          return Long.parseLong(line);
        }
      }
    }
    throw new ProbeFailure("the pid file " + file + " does not begin with a process id");
  }
}
