package io.servicegroup.testkit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * What every PostgreSQL of the tests begins with: the programs that a Maven artifact carries, and
 * the data that initdb makes with them. Both are made once per machine and user.
 */
final class PostgresFiles {

  private static final String ARCHIVE =
      "aarch64".equals(System.getProperty("os.arch"))
          ? "/postgres-linux-arm_64.txz"
          : "/postgres-linux-x86_64.txz";

  private PostgresFiles() {}

  /** One of the programs. */
  static String program(String name) {
    return once("programs", PostgresFiles::unpackTo).resolve("bin").resolve(name).toString();
  }

  /** The data of a server that never ran; the superuser has {@link PostgresServer#PASSWORD}. */
  static Path data() {
    return once("data-1", PostgresFiles::initialize);
  }

  private interface Making {
    void fill(Path directory) throws IOException;
  }

  /** Fills a directory beside the target and moves it there, so that nobody finds half of it. */
  private static synchronized Path once(String what, Making making) {
    try {
      Path target = location(what);
      if (!Files.exists(target)) {
        Path fresh = Unprivileged.directory(target.getFileName() + "-");
        making.fill(fresh);
        move(fresh, target);
      }
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL's " + what + ": " + e.getMessage(), e);
    }
  }

  private static void move(Path fresh, Path target) throws IOException {
    try {
      Files.move(fresh, target);
    } catch (IOException e) {
      TempFiles.delete(fresh);
      if (!Files.exists(target)) {
        throw e;
      }
    }
  }

  private static Path location(String what) throws IOException {
    var resource = PostgresFiles.class.getResource(ARCHIVE);
    if (resource == null) {
      throw new IOException("there is no " + ARCHIVE + " on the class path");
    }
    String version = Integer.toHexString(resource.toString().hashCode());
    return Path.of(
        System.getProperty("java.io.tmpdir"),
        "servicegroup-postgres-%s-%s-%s".formatted(what, System.getProperty("user.name"), version));
  }

  private static void initialize(Path fresh) throws IOException {
    Path password = Files.createTempFile("servicegroup-postgres-", ".password");
    Files.writeString(password, PostgresServer.PASSWORD);
    Unprivileged.give(password);
    ManagedProcess.run(
        Unprivileged.command(
            List.of(
                program("initdb"),
                "-D",
                fresh.toString(),
                "-U",
                "postgres",
                "-E",
                "UTF8",
                "--locale=C",
                "-A",
                "scram-sha-256",
                "--pwfile=" + password,
                // Every server begins with a copy.
                "--wal-segsize=1",
                "--no-sync")));
    Files.delete(password);
  }

  private static void unpackTo(Path fresh) throws IOException {
    // Readable by the user that the server runs as.
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (InputStream packed = PostgresFiles.class.getResourceAsStream(ARCHIVE);
        TarArchiveInputStream tar =
            new TarArchiveInputStream(
                new XZCompressorInputStream(new BufferedInputStream(packed)))) {
      TarArchiveEntry entry = tar.getNextEntry();
      while (entry != null) {
        unpack(tar, entry, fresh.resolve(entry.getName()).normalize());
        entry = tar.getNextEntry();
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
