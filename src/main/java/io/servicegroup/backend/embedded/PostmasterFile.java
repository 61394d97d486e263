package io.servicegroup.backend.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;

/**
 * The file in which a running server describes itself ({@code postmaster.pid}).
 *
 * @param pid the server's process id
 * @param ready whether the server accepts connections
 */
record PostmasterFile(long pid, boolean ready) {

  private static final int STATUS_LINE = 7;

  /** Reads the file; empty where it does not exist or is being written. */
  static Optional<PostmasterFile> of(DataDirectory data) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(data.cluster().resolve("postmaster.pid"));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    if (lines.isEmpty() || !lines.get(0).strip().matches("\\d{1,18}")) {
      return Optional.empty();
    }
    boolean ready = lines.size() > STATUS_LINE && lines.get(STATUS_LINE).strip().equals("ready");
    return Optional.of(new PostmasterFile(Long.parseLong(lines.get(0).strip()), ready));
  }
}
