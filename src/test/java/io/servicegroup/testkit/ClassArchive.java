package io.servicegroup.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/**
 * The classes of the jar under test as a JVM keeps them after loading (class data sharing), in a
 * file beside the jar. Loading and verifying classes is most of what a start of an agent costs, and
 * the tests start agents by the hundred. A JVM that cannot use the file starts without it.
 */
final class ClassArchive {

  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private ClassArchive() {}

  /**
   * The JVM's options for a start of the jar; makes the archive where it is missing or of an older
   * build, once for all JVMs of the tests.
   *
   * @param jar what is started with {@code -jar}
   * @return options that belong before {@code -jar}
   */
  static synchronized List<String> options(Path jar) {
    Path archive = jar.resolveSibling(jar.getFileName() + "." + Runtime.version() + ".jsa");
    try (FileChannel lock =
            FileChannel.open(
                archive.resolveSibling(archive.getFileName() + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock held = lock.lock()) {
      if (held.isValid() && !isNewer(archive, jar)) {
        make(archive, jar);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no class archive of " + jar + ": " + e.getMessage(), e);
    }
    return List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off", "-Xlog:cds+dynamic=off");
  }

  private static boolean isNewer(Path archive, Path jar) throws IOException {
    return Files.exists(archive)
        && Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) > 0;
  }

  /** Records the classes of an agent that beats, watches and answers, on four technologies. */
  private static void make(Path archive, Path jar) throws IOException {
    Path fresh = archive.resolveSibling(archive.getFileName() + ".part");
    Files.deleteIfExists(fresh);
    Path config = Files.createTempFile("servicegroup-archive-", ".yaml");
    int port = Ports.free();
    try (PostgresServer postgres = PostgresServer.create("fsync=off");
        RedisServer redis = RedisServer.create();
        MemcachedServer memcached = MemcachedServer.create();
        ZooKeeperServer zookeeper = ZooKeeperServer.create()) {
      Files.writeString(
          config,
          """
          catalog: {uri: "%s"}
          liveness: {report_interval: 200ms, backends: ["%s", "%s", "%s", "%s"]}
          services: [{group: compute, host: h, probe: {type: http, url: "http://127.0.0.1:%d/"}}]
          http: {port: %d}
          """
              .formatted(
                  postgres.uri(),
                  postgres.uri(),
                  redis.uri(redis.port()),
                  memcached.uri(memcached.port()),
                  zookeeper.uri(),
                  port,
                  port));
      ProcessBuilder builder =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-XX:ArchiveClassesAtExit=" + fresh,
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-Xlog:cds=off",
              "-Xlog:cds+dynamic=off",
              "-jar",
              jar.toString(),
              "run",
              "--config",
              config.toString());
      try (ManagedProcess recorded = ManagedProcess.start("class archive", builder)) {
        recorded.awaitLine("compute/h is UP", TIMEOUT);
        recorded.signal("TERM");
        recorded.awaitExit(TIMEOUT);
        if (!Files.exists(fresh)) {
          throw new IOException(recorded.tail());
        }
      }
      Files.move(fresh, archive, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(config);
    }
  }
}
