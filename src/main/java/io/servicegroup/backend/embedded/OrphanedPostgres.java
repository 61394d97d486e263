package io.servicegroup.backend.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a server that outlived its agent. The process that has the directory's lock is the only
 * agent of the directory, so a server that still runs on it belongs to no agent.
 */
final class OrphanedPostgres {

  private static final Logger LOG = LoggerFactory.getLogger(OrphanedPostgres.class);
  private static final Duration BOUND = Duration.ofSeconds(15);
  private static final Duration LOOK = Duration.ofMillis(50);

  private OrphanedPostgres() {}

  /**
   * Stops the server in good order. Where its process id belongs to another program now, only its
   * file is removed.
   */
  static void stop(DataDirectory data) throws IOException, InterruptedException {
    stopServer(data);
    endChildren(data);
  }

  private static void stopServer(DataDirectory data) throws IOException, InterruptedException {
    Optional<PostmasterFile> file = PostmasterFile.of(data);
    if (file.isEmpty()) {
      return;
    }
    Optional<ProcessHandle> orphan =
        ProcessHandle.of(file.get().pid()).filter(process -> serves(process, data));
    if (orphan.isEmpty()) {
      Files.deleteIfExists(data.cluster().resolve("postmaster.pid"));
      return;
    }
    LOG.info(
        "Stopping the embedded database that a killed agent left running in {} (process {})",
        data.path(),
        orphan.get().pid());
    // SIGINT stops the server fast and in good order. Java itself can only send SIGTERM, on which
    // the server waits for its clients.
    PostgresProcess.run(List.of("sh", "-c", "kill -INT " + orphan.get().pid()), data, BOUND);
    awaitEnd(orphan.get(), data);
  }

  /**
   * Waits until no server runs on the directory. The process itself may remain as a zombie that no
   * parent reaps.
   */
  private static void awaitEnd(ProcessHandle orphan, DataDirectory data)
      throws IOException, InterruptedException {
    CompletableFuture<ProcessHandle> end = orphan.onExit();
    long deadline = System.nanoTime() + BOUND.toNanos();
    while (serves(orphan, data)) {
      if (System.nanoTime() - deadline > 0) {
        throw new EmbeddedServerException(
            "a database server that a killed agent left behind (process "
                + orphan.pid()
                + ") still uses "
                + data.path()
                + " and does not end: end it, or name another directory"
                + " (catalog.uri: \"embedded:DIR\")");
      }
      try {
        end.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException | ExecutionException e) {
        LOG.trace("Process {} runs on", orphan.pid());
      }
    }
  }

  /**
   * Kills the children of a killed server, whose shared memory prevents the start of another one.
   * Killing them loses nothing, because the next start recovers from the write-ahead log.
   */
  private static void endChildren(DataDirectory data) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + BOUND.toNanos();
    List<ProcessHandle> left = children(data);
    while (!left.isEmpty() && System.nanoTime() - deadline < 0) {
      for (ProcessHandle child : left) {
        child.destroyForcibly();
        try {
          child.onExit().get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
          LOG.trace("Process {} runs on", child.pid());
        }
      }
      left = children(data);
    }
  }

  private static List<ProcessHandle> children(DataDirectory data) {
    return ProcessHandle.allProcesses().filter(process -> worksIn(process, data)).toList();
  }

  /**
   * Whether a process works in the data directory. PostgreSQL renames its processes, so their names
   * prove nothing.
   */
  private static boolean worksIn(ProcessHandle process, DataDirectory data) {
    Path proc = Path.of("/proc", Long.toString(process.pid()));
    try {
      return Files.readSymbolicLink(proc.resolve("cwd")).equals(data.cluster())
          && Files.readString(proc.resolve("comm")).strip().equals("postgres");
    } catch (IOException e) {
      // The process has just ended, or belongs to another user.
      return false;
    }
  }

  /** Whether a process is this directory's server; its id may belong to another program now. */
  private static boolean serves(ProcessHandle process, DataDirectory data) {
    try {
      byte[] arguments =
          Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
      List<String> command = List.of(new String(arguments, StandardCharsets.UTF_8).split("\0"));
      return Path.of(command.get(0)).endsWith("postgres")
          && command.contains(data.cluster().toString());
    } catch (IOException e) {
      // The process has just ended.
      return false;
    }
  }
}
