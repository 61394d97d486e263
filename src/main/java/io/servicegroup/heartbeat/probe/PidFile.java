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

/** A file whose first line is a process id. */
final class PidFile {

  private static final int MAX_FILE = 64;
  private static final Pattern PROCESS_ID = Pattern.compile("[1-9]\\d{0,17}");

  private PidFile() {}

  /** The attributes of a file of which one changes whenever the file is written. */
  record Version(FileTime modified, long size, Object inode) {}

  /** The result of reading the file. */
  sealed interface Reading {}

  /** The file is unchanged. */
  record Same() implements Reading {}

  /**
   * The file was written, and names a process.
   *
   * @param version of the file
   * @param pid the process
   */
  record Names(Version version, long pid) implements Reading {}

  /**
   * The file names no process.
   *
   * @param reason a short sentence
   */
  record NamesNone(String reason) implements Reading {}

  /**
   * Reads the file where it changed. Blocks for as long as its file system does.
   *
   * @param file the file
   * @param known the version that was read last, or null
   * @throws IOException where the file cannot be read
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
    // Opening a named pipe would block until another process writes to it.
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
