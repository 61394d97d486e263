package io.servicegroup.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * A server that tests start as a process of its own, on a port that stays the same: it can be
 * stopped, killed, hung, and started again. Every method waits until it is done.
 *
 * <p>Not thread-safe, except for connecting.
 */
public abstract class ServerProcess implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final String name;
  private final Path home;
  private final int port;
  private ManagedProcess process;

  /**
   * Does not run yet.
   *
   * @param name the program, for messages
   * @param home its own directory, which is deleted in the end
   * @param port where it is to listen on 127.0.0.1
   */
  ServerProcess(String name, Path home, int port) {
    this.name = name;
    this.home = home;
    this.port = port;
  }

  /** What starts it, with the files that it needs there already. */
  abstract List<String> command() throws IOException;

  /** Returns when it can be used. */
  abstract void awaitReady();

  /**
   * Where it listens.
   *
   * @return a port of 127.0.0.1
   */
  public final int port() {
    return port;
  }

  /** Starts it again, with what it keeps on disk, if anything. Does nothing where it runs. */
  public void start() {
    if (!isRunning()) {
      launch();
      awaitReady();
    }
  }

  /** Starts the process and does not wait. */
  final void launch() {
    try {
      process = ManagedProcess.start(name, new ProcessBuilder(command()).directory(home.toFile()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it by SIGTERM. */
  public void stop() {
    stop("TERM");
  }

  /** Ends it in its own way. */
  final void stop(String signal) {
    process.signal(signal);
    process.awaitExit(TIMEOUT);
  }

  /** Ends it, and every process that it started, by SIGKILL. */
  public void kill() {
    process.close();
  }

  /** SIGSTOP, also to what it started: connections stay, nobody answers. */
  public void pause() {
    process.signalTree("STOP");
  }

  /** SIGCONT. */
  public void resume() {
    process.signalTree("CONT");
  }

  /** Waits for a line of its log. */
  final void awaitLine(String part) {
    process.awaitLine(part, TIMEOUT);
  }

  /**
   * Its process, for signals and its output.
   *
   * @return the process of the last start
   */
  public final ManagedProcess process() {
    return process;
  }

  /**
   * The process, for its CPU time.
   *
   * @return its pid
   */
  public final long pid() {
    return process.pid();
  }

  /**
   * What it printed since its last start.
   *
   * @return its log
   */
  public final Journal<String> log() {
    return process.output();
  }

  /** Its own directory. */
  final Path home() {
    return home;
  }

  final boolean isRunning() {
    return process != null && process.isAlive();
  }

  /** Ends it and deletes its files. */
  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
    TempFiles.delete(home);
  }

  /**
   * A program of this machine; Debian keeps servers where an ordinary user's shell does not look.
   */
  static String program(String name) {
    return Stream.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin")
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("there is no " + name + " on this machine"))
        .toString();
  }
}
