package io.servicegroup.backend.embedded;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/** A running server. Initialises, starts and stops it. All methods block. */
final class PostgresProcess {

  private static final Duration START_BOUND = Duration.ofSeconds(60);
  private static final Duration INITIALIZE_BOUND = Duration.ofSeconds(120);

  /**
   * A shell that ends the server (SIGINT: fast and in good order) when its standard input closes,
   * which happens when the agent stops it and also when the agent is killed. It runs in a session
   * of its own, so that Ctrl-C in the terminal reaches the agent only, which still has to write
   * that its members leave.
   */
  private static final String GUARDED =
      "exec 3<&0; \"$@\" </dev/null 3<&- & server=$!;"
          + " { read -r line <&3; kill -INT $server; } >/dev/null 2>&1 & guard=$!; exec 3<&-;"
          // A guard that outlived its server would signal the process that gets its id next.
          + " wait $server; code=$?; kill $guard 2>/dev/null; exit $code";

  private final Process process;
  private final DataDirectory data;

  private PostgresProcess(Process process, DataDirectory data) {
    this.process = process;
    this.data = data;
  }

  /** Initialises the database. An interrupted initialisation is begun again. */
  static void initialize(DataDirectory data, Path bin, RunAs runAs, String password)
      throws IOException, InterruptedException {
    // The unfinished database lies in a directory of its own, because the user as whom initdb runs
    // may not rename anything in the data directory.
    Path unfinished = data.path().resolve("postgresql-unfinished");
    DirectoryTree.delete(unfinished);
    Files.createDirectory(unfinished);
    runAs.own(unfinished);
    Path secret = data.writeSecret("password.initdb", password);
    runAs.own(secret);
    List<String> command = new ArrayList<>(runAs.prefix());
    command.addAll(
        List.of(
            bin.resolve("initdb").toString(),
            "--pgdata=" + unfinished,
            "--username=" + DataDirectory.USER,
            "--pwfile=" + secret,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--no-locale"));
    try {
      run(command, data, INITIALIZE_BOUND);
    } finally {
      Files.delete(secret);
    }
    Files.move(unfinished, data.cluster(), StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Starts the server and waits until it accepts connections.
   *
   * @param abandoned whether the start has been abandoned
   */
  static PostgresProcess start(
      DataDirectory data, Path bin, RunAs runAs, int port, BooleanSupplier abandoned)
      throws IOException, InterruptedException {
    data.keepLog();
    List<String> command = new ArrayList<>(runAs.prefix());
    if (isOnPath("setsid")) {
      command.add("setsid");
    }
    command.addAll(List.of("sh", "-c", GUARDED, "sh"));
    command.addAll(List.of(bin.resolve("postgres").toString(), "-D", data.cluster().toString()));
    settings(port).forEach(setting -> command.addAll(List.of("-c", setting)));
    Process process =
        new ProcessBuilder(command)
            .directory(data.path().toFile())
            .redirectErrorStream(true)
            .redirectOutput(data.log().toFile())
            .start();
    PostgresProcess server = new PostgresProcess(process, data);
    try {
      server.awaitReady(port, abandoned);
    } catch (IOException | InterruptedException e) {
      server.stop(Duration.ofSeconds(2));
      throw e;
    }
    return server;
  }

  private static List<String> settings(int port) {
    return List.of(
        "listen_addresses=127.0.0.1",
        "port=" + port,
        "unix_socket_directories=",
        "fsync=on",
        "synchronous_commit=on",
        "full_page_writes=on",
        "timezone=UTC",
        "log_timezone=UTC",
        "log_min_messages=warning",
        "shared_buffers=16MB",
        "max_connections=40",
        "wal_level=minimal",
        "max_wal_senders=0",
        "min_wal_size=32MB",
        "max_wal_size=128MB",
        "max_worker_processes=2",
        "max_parallel_workers_per_gather=0",
        "autovacuum_max_workers=1",
        "io_method=sync",
        "jit=off");
  }

  private void awaitReady(int port, BooleanSupplier abandoned)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START_BOUND.toNanos();
    while (!PostmasterFile.of(data).map(PostmasterFile::ready).orElse(false)) {
      if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
        throw couldNotStart(port);
      }
      if (abandoned.getAsBoolean()) {
        throw new EmbeddedServerException("the agent stops");
      }
      if (System.nanoTime() - deadline > 0) {
        throw new EmbeddedServerException(
            "the embedded database was not ready after "
                + START_BOUND.toSeconds()
                + " s; see "
                + data.log());
      }
    }
  }

  private EmbeddedServerException couldNotStart(int port) throws IOException {
    String log = Files.readString(data.log());
    if (isTaken(port)) {
      return new EmbeddedServerException.PortTaken(
          "port "
              + port
              + " of the embedded database is taken; name another one"
              + " (catalog.uri: \"embedded:?port=PORT\") or none, for a free one");
    }
    return new EmbeddedServerException(
        "the embedded database did not start: " + lastLine(log) + "; see " + data.log());
  }

  /**
   * Whether the port is taken. The system is asked, because the server's own message is in the
   * language of the machine.
   */
  private static boolean isTaken(int port) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      // Like the server, ignores the remains of ended connections, which are not listeners.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress("127.0.0.1", port));
      return false;
    } catch (BindException e) {
      return true;
    }
  }

  /** Sets what runs when the server has ended for any reason, with the exit code of its shell. */
  void onEnd(IntConsumer then) {
    process.onExit().thenAccept(ended -> then.accept(ended.exitValue()));
  }

  /** Releases the resources of a server that has ended. */
  void release() throws IOException {
    process.getOutputStream().close();
  }

  /** Ends the server in good order, or kills it where that exceeds the bound. */
  void stop(Duration bound) throws IOException, InterruptedException {
    process.getOutputStream().close();
    if (!process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS)) {
      // Committed data is in the server's log, from which the next start recovers it.
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Runs one of PostgreSQL's programs to its end. */
  static void run(List<String> command, DataDirectory data, Duration bound)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(data.path().toFile())
            .redirectErrorStream(true)
            .redirectOutput(data.log().toFile())
            .start();
    process.getOutputStream().close();
    boolean ended = process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS);
    if (!ended || process.exitValue() != 0) {
      process.destroyForcibly();
      String why = ended ? lastLine(Files.readString(data.log())) : "it took too long";
      throw new EmbeddedServerException(
          "the embedded database could not be prepared: " + why + "; see " + data.log());
    }
  }

  private static String lastLine(String log) {
    return log.lines()
        .filter(line -> line.contains("FATAL") || line.contains("error"))
        .reduce((first, second) -> second)
        .orElseGet(() -> log.lines().reduce("", (first, second) -> second))
        .strip();
  }

  private static boolean isOnPath(String program) {
    String path = System.getenv().getOrDefault("PATH", "");
    return List.of(path.split(":")).stream()
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }
}
