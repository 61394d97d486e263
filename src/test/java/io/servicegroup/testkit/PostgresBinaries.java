package io.servicegroup.testkit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** The PostgreSQL programs that a Maven artifact carries, unpacked once per machine and user. */
final class PostgresBinaries {

  private static final String ARCHIVE =
      "aarch64".equals(System.getProperty("os.arch"))
          ? "/postgres-linux-arm_64.txz"
          : "/postgres-linux-x86_64.txz";

  private PostgresBinaries() {}

  /** The directory that holds {@code bin}, {@code lib} and {@code share}. */
  static synchronized Path directory() {
    try {
      Path target = location();
      if (!Files.exists(target)) {
        unpackTo(target);
      }
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack PostgreSQL: " + e.getMessage(), e);
    }
  }

  private static Path location() throws IOException {
    var resource = PostgresBinaries.class.getResource(ARCHIVE);
    if (resource == null) {
      throw new IOException("there is no " + ARCHIVE + " on the class path");
    }
    String version = Integer.toHexString(resource.toString().hashCode());
    return Path.of(
        System.getProperty("java.io.tmpdir"),
        "servicegroup-postgres-" + System.getProperty("user.name") + "-" + version);
  }

  /** Unpacks beside the target and moves it there, so that nobody finds half of it. */
  private static void unpackTo(Path target) throws IOException {
    Path fresh = Files.createTempDirectory(target.getParent(), target.getFileName() + "-");
    // Readable by the user that the server runs as.
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (InputStream packed = PostgresBinaries.class.getResourceAsStream(ARCHIVE);
        TarArchiveInputStream tar =
            new TarArchiveInputStream(
                new XZCompressorInputStream(new BufferedInputStream(packed)))) {
      TarArchiveEntry entry = tar.getNextEntry();
      while (entry != null) {
        unpack(tar, entry, fresh.resolve(entry.getName()).normalize());
        entry = tar.getNextEntry();
      }
    }
    try {
      Files.move(fresh, target);
    } catch (IOException e) {
      TempFiles.delete(fresh);
      if (!Files.exists(target)) {
        throw e;
      }
    }
  }

  private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path path)
      throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectories(path);
      return;
    }
    Files.createDirectories(path.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
    } else {
      Files.copy(tar, path);
      boolean executable = (entry.getMode() & 0100) != 0;
      Files.setPosixFilePermissions(
          path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }
  }
}
