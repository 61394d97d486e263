package io.servicegroup.heartbeat.probe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.regex.Pattern;

/** A file that holds a process id in its first line. */
final class PidFile {

  private static final int MAX_FILE = 64;
  private static final Pattern PROCESS_ID = Pattern.compile("[1-9]\\d{0,17}");

  private PidFile() {}

  /** What changes when a file is written. */
  record Version(FileTime modified, long size, Object inode) {}

  /** What a look at the file found. */
  sealed interface Reading {}

  /** It is as it was. */
  record Same() implements Reading {}

  /**
   * It was written, and names a process.
   *
   * @param version of the file
   * @param pid the process
   */
  record Names(Version version, long pid) implements Reading {}

  /**
   * It names no process.
   *
   * @param reason a short sentence
   */
  record NamesNone(String reason) implements Reading {}

  /**
   * Looks at the file. Blocks for as long as its file system does.
   *
   * @param file the file
   * @param known the version that was read last, or null
   * @throws IOException where it cannot be read
   */
  static Reading read(Path file, Version known) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      Version version =
          new Version(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
      return version.equals(known) ? new Same() : parse(file, attributes, version);
    } catch (NoSuchFileException e) {
      return new NamesNone("the pid file " + file + " is missing");
    }
  }

  private static Reading parse(Path file, BasicFileAttributes attributes, Version version)
      throws IOException {
    // Opening a named pipe would wait for somebody who writes.
    if (!attributes.isRegularFile()) {
      return new NamesNone("the pid file " + file + " is no regular file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      String text = new String(in.readNBytes(MAX_FILE), StandardCharsets.ISO_8859_1);
      String line = text.lines().findFirst().orElse("").strip();
      if (PROCESS_ID.matcher(line).matches()) {
        return new Names(version, Long.parseLong(line));
      }
    }
    return new NamesNone("the pid file " + file + " does not begin with a process id");
  }
}
