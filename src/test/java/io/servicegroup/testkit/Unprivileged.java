package io.servicegroup.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** Runs servers that refuse to run as root: as {@code nobody} where the tests are root. */
final class Unprivileged {

  private static final int NOBODY = 65534;
  private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

  private Unprivileged() {}

  /** The command, given up root for. */
  static List<String> command(List<String> command) {
    List<String> full = new ArrayList<>();
    if (ROOT) {
      full.addAll(
          List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--"));
    }
    full.addAll(command);
    return full;
  }

  /** A new directory that such a server may write. */
  static Path directory(String prefix) {
    try {
      Path directory = Files.createTempDirectory(prefix);
      give(directory);
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives a file to such a server. */
  static void give(Path path) throws IOException {
    Files.setPosixFilePermissions(
        path, PosixFilePermissions.fromString(Files.isDirectory(path) ? "rwx------" : "rw-------"));
    if (ROOT) {
      Files.setAttribute(path, "unix:uid", NOBODY);
      Files.setAttribute(path, "unix:gid", NOBODY);
    }
  }
}
