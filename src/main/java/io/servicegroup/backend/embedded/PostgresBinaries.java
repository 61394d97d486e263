package io.servicegroup.backend.embedded;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** PostgreSQL's programs for this machine, from the agent's jar. */
final class PostgresBinaries {

  private static final int MAJOR = 18;

  private final byte[] archive;

  private PostgresBinaries(byte[] archive) {
    this.archive = archive;
  }

  static PostgresBinaries find() throws IOException {
    String system = System.getProperty("os.name");
    String machine = System.getProperty("os.arch");
    Optional<String> resource = PostgresArchives.of(system, machine);
    if (resource.isEmpty()) {
      throw unavailable(system, machine);
    }
    try (InputStream in = PostgresBinaries.class.getResourceAsStream(resource.get())) {
      return new PostgresBinaries(in.readAllBytes());
    }
  }

  static EmbeddedServerException unavailable(String system, String machine) {
    return new EmbeddedServerException(
        "the embedded database comes for Linux on amd64 and arm64 (with glibc) only, and this is "
            + system
            + " on "
            + machine
            + ": set catalog.uri to a PostgreSQL, for example"
            + " postgresql://user:password@127.0.0.1:5432/servicegroup");
  }

  int major() {
    return MAJOR;
  }

  /**
   * Unpacks the programs unless they are unpacked, removes those of other releases, and returns
   * {@code bin}.
   */
  Path unpackInto(DataDirectory data) throws IOException {
    Path target = data.path().resolve("binaries-" + digest());
    if (!Files.exists(target)) {
      removeOthers(data.path());
      Path unfinished = Files.createDirectories(data.path().resolve("binaries-unfinished"));
      unpack(unfinished);
      Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    }
    return target.resolve("bin");
  }

  private String digest() {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(archive);
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static void removeOthers(Path directory) throws IOException {
    List<Path> old;
    try (Stream<Path> entries = Files.list(directory)) {
      old = entries.filter(e -> e.getFileName().toString().startsWith("binaries-")).toList();
    }
    for (Path tree : old) {
      DirectoryTree.delete(tree);
    }
  }

  private void unpack(Path target) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(
            new XZCompressorInputStream(
                new BufferedInputStream(new ByteArrayInputStream(archive))))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = target.resolve(entry.getName()).normalize();
        if (!path.startsWith(target)) {
          throw new IOException("the archive's entry " + entry.getName() + " lies outside it");
        }
        Files.createDirectories(entry.isDirectory() ? path : path.getParent());
        if (entry.isSymbolicLink()) {
          Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else if (entry.isFile()) {
          Files.copy(tar, path);
          boolean executable = (entry.getMode() & 0100) != 0;
          Files.setPosixFilePermissions(
              path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        }
      }
    }
  }
}
