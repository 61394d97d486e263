package io.servicegroup.backend.embedded;

import io.servicegroup.config.FileFault;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * What the embedded database keeps on disk, locked for one agent:
 *
 * <pre>
 * agent.lock       locked while an agent runs
 * password         of the database's only user; readable by the agent's user alone
 * postgresql/      the database
 * postgresql.log   what the server said since its last start; .old: before
 * binaries-…/      the server itself, unpacked from the agent's jar
 * </pre>
 */
final class DataDirectory implements Closeable {

  /** The only user of the database. */
  static final String USER = "servicegroup";

  private final Path path;
  private final FileChannel channel;
  private final FileLock lock;

  private DataDirectory(Path path, FileChannel channel, FileLock lock) {
    this.path = path;
    this.channel = channel;
    this.lock = lock;
  }

  static DataDirectory open(Path configured) throws IOException {
    Path path = configured.toAbsolutePath().normalize();
    try {
      Files.createDirectories(path);
      path = path.toRealPath();
      FileChannel channel =
          FileChannel.open(
              path.resolve("agent.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = tryLock(channel);
      if (lock == null) {
        channel.close();
        throw new EmbeddedServerException(
            path
                + " is in use by another agent; give this one a directory of its own"
                + " (catalog.uri: \"embedded:DIR\")");
      }
      return new DataDirectory(path, channel, lock);
    } catch (EmbeddedServerException e) {
      throw e;
    } catch (IOException e) {
      throw new EmbeddedServerException(
          path
              + " cannot be written ("
              + FileFault.why(e)
              + "); name another directory (catalog.uri: \"embedded:DIR\")",
          e);
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Another agent of this process has the lock.
      return null;
    }
  }

  Path path() {
    return path;
  }

  Path cluster() {
    return path.resolve("postgresql");
  }

  Path log() {
    return path.resolve("postgresql.log");
  }

  /** Renames the log of the previous server, so that the next one begins a new log. */
  void keepLog() throws IOException {
    if (Files.exists(log())) {
      Files.move(log(), path.resolve("postgresql.log.old"), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /**
   * Whether the database is initialised. Initialisation works under another name and renames at its
   * end, so an interrupted one does not count.
   */
  boolean isInitialized() {
    return Files.exists(cluster().resolve("PG_VERSION"));
  }

  void requireSameMajor(int major) throws IOException {
    String stored = Files.readString(cluster().resolve("PG_VERSION")).strip();
    if (!stored.equals(Integer.toString(major))) {
      throw new EmbeddedServerException(
          String.format(
              "%s was written by PostgreSQL %s and this agent carries %d: export it with the old"
                  + " agent's release, or name another directory (catalog.uri: \"embedded:DIR\")",
              path, stored, major));
    }
  }

  /** Reads the password, or creates one where there is no database yet. */
  String password() throws IOException {
    Path file = path.resolve("password");
    if (Files.exists(file)) {
      return Files.readString(file).strip();
    }
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    String password = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    Path unfinished = writeSecret("password.part", password);
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    return password;
  }

  /** Writes a file that only the agent's user may read. */
  Path writeSecret(String name, String content) throws IOException {
    Path file = path.resolve(name);
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, content);
  }

  @Override
  public void close() throws IOException {
    lock.release();
    channel.close();
  }
}
