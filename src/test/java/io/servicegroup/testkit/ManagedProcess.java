package io.servicegroup.testkit;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A process that a test started: its output (both streams), its signals, its end. What still runs
 * when the tests' JVM ends is killed with everything below it.
 */
public final class ManagedProcess implements AutoCloseable {

  private static final Duration KILL_TIMEOUT = Duration.ofSeconds(10);
  private static final Set<ManagedProcess> RUNNING = ConcurrentHashMap.newKeySet();

  /**
   * Held while a process is started or a program is written: a process that is started meanwhile
   * inherits the open file for a moment, and a program that somebody has open for writing cannot be
   * run.
   */
  static final Object STARTING = new Object();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(ManagedProcess::killTree)));
  }

  private final String name;
  private final Process process;
  private final Journal<String> output = new Journal<>();
  private final Thread reader;

  private ManagedProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    this.reader = new Thread(this::read, "output of " + name);
    reader.setDaemon(true);
  }

  /**
   * Starts a process.
   *
   * @param name for messages
   * @param builder its command and environment; its streams are taken over
   * @return the running process
   */
  public static ManagedProcess start(String name, ProcessBuilder builder) {
    try {
      Process process;
      synchronized (STARTING) {
        process = builder.redirectErrorStream(true).start();
      }
      ManagedProcess managed = new ManagedProcess(name, process);
      RUNNING.add(managed);
      process.onExit().thenRun(() -> RUNNING.remove(managed));
      managed.reader.start();
      return managed;
    } catch (IOException e) {
      throw new UncheckedIOException(name + " could not be started: " + e.getMessage(), e);
    }
  }

  /**
   * How to run a Java program that costs as little as it can: small tests start many.
   *
   * @param rest its own options, its main class, its arguments
   * @return the command
   */
  public static List<String> java(String... rest) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of(rest));
    return command;
  }

  /**
   * Runs a command to its end and fails where it does not succeed.
   *
   * @param command the command and its arguments
   * @return its output
   */
  public static List<String> run(List<String> command) {
    ManagedProcess process = start(command.get(0), new ProcessBuilder(command));
    int code = process.awaitExit(Duration.ofMinutes(2));
    if (code != 0) {
      throw new IllegalStateException(command + " ended with " + code + process.tail());
    }
    return process.output().since(0);
  }

  /**
   * Waits for a line of output.
   *
   * @param part what the line contains
   * @param deadline for how long
   * @return the line
   * @throws IllegalStateException with the output where it did not come
   */
  public String awaitLine(String part, Duration deadline) {
    return awaitLine(0, part, deadline);
  }

  /**
   * Waits for a line of output.
   *
   * @param mark from where in the output
   * @param part what the line contains
   * @param deadline for how long
   * @return the line
   * @throws IllegalStateException with the output where it did not come
   */
  public String awaitLine(int mark, String part, Duration deadline) {
    List<String> found = output.await(mark, 1, line -> line.contains(part), deadline);
    if (found.isEmpty()) {
      throw new IllegalStateException(name + " did not print \"" + part + "\"" + tail());
    }
    return found.get(0);
  }

  /**
   * Waits for something that it brings about, for as long as it lives.
   *
   * @param what what is awaited, for the message
   * @param look what is seen now; what it throws ends the wait
   * @param wanted whether it is that
   * @param <T> what is looked at
   * @return what was seen last, which is wanted
   * @throws AssertionError with what was seen last, and the output, where it was never wanted
   */
  public <T> T await(String what, Callable<T> look, Predicate<? super T> wanted) {
    try {
      return Eventually.await(
          what,
          () -> {
            if (!isAlive()) {
              throw new AssertionError(what + ": the process has ended");
            }
            return look.call();
          },
          wanted);
    } catch (AssertionError e) {
      throw new AssertionError(name + ": " + e.getMessage() + tail(), e);
    }
  }

  /**
   * Waits for the end.
   *
   * @param deadline for how long
   * @return the exit code
   * @throws IllegalStateException with the output where it did not end
   */
  public int awaitExit(Duration deadline) {
    if (!endsWithin(deadline)) {
      throw new IllegalStateException(name + " did not end within " + deadline + tail());
    }
    joinReader();
    return process.exitValue();
  }

  /**
   * Waits for the end, if it comes.
   *
   * @param deadline for how long
   * @return whether it ended
   */
  public boolean endsWithin(Duration deadline) {
    try {
      return process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + name, e);
    }
  }

  /**
   * Writes a line to its standard input.
   *
   * @param line without its end
   * @throws IllegalStateException with the output where it does not take it any more
   */
  public void send(String line) {
    try {
      BufferedWriter input = process.outputWriter(StandardCharsets.UTF_8);
      input.write(line);
      input.newLine();
      input.flush();
    } catch (IOException e) {
      throw new IllegalStateException(name + " takes no input: " + e.getMessage() + tail(), e);
    }
  }

  /**
   * Sends a signal to this process alone.
   *
   * @param signal for example {@code TERM}
   */
  public void signal(String signal) {
    send(signal, Stream.of(pid()));
  }

  /**
   * Sends a signal to this process and everything it started.
   *
   * @param signal for example {@code STOP}
   */
  public void signalTree(String signal) {
    send(signal, Stream.concat(Stream.of(pid()), descendants()));
  }

  /** SIGKILL; returns when it is gone. */
  public void kill() {
    process.destroyForcibly();
    awaitExit(KILL_TIMEOUT);
  }

  /**
   * What it printed.
   *
   * @return the lines of both streams
   */
  public Journal<String> output() {
    return output;
  }

  /**
   * The process id.
   *
   * @return the id
   */
  public long pid() {
    return process.pid();
  }

  /**
   * Whether it runs.
   *
   * @return whether it has not ended
   */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Kills the process and everything it started. */
  @Override
  public void close() {
    killTree();
    awaitExit(KILL_TIMEOUT);
  }

  /**
   * The last lines of the output, for messages.
   *
   * @return the lines, each on its own line
   */
  public String tail() {
    List<String> lines = output.since(0);
    return lines.subList(Math.max(0, lines.size() - 40), lines.size()).stream()
        .collect(Collectors.joining("\n  ", "; its last output:\n  ", ""));
  }

  private void killTree() {
    List<ProcessHandle> below = process.descendants().toList();
    process.destroyForcibly();
    below.forEach(ProcessHandle::destroyForcibly);
  }

  private Stream<Long> descendants() {
    return process.descendants().map(ProcessHandle::pid);
  }

  private static void send(String signal, Stream<Long> pids) {
    List<Long> receivers = pids.toList();
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "kill -" + signal + " \"$@\"", "sh"));
    receivers.forEach(pid -> command.add(Long.toString(pid)));
    try {
      new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while sending " + signal, e);
    }
    if (signal.equals("STOP")) {
      // On a busy machine its threads go on for a moment, and answer what is asked meanwhile.
      receivers.forEach(
          pid ->
              Eventually.succeeds(
                  "every thread stopped", () -> runningThreads(pid), running -> running == 0));
    }
  }

  /** The threads of a process that are neither stopped nor at their end. */
  private static long runningThreads(long pid) throws IOException {
    Path tasks = Path.of("/proc", Long.toString(pid), "task");
    if (!Files.exists(tasks)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(tasks)) {
      return all.filter(ManagedProcess::isRunning).count();
    }
  }

  private static boolean isRunning(Path task) {
    try {
      String stat = Files.readString(task.resolve("stat"));
      // The state follows the name, which stands in parentheses and may contain any character.
      return "TtZX".indexOf(stat.charAt(stat.lastIndexOf(')') + 2)) < 0;
    } catch (IOException e) {
      return false; // The thread or its process has ended.
    }
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      while (line != null) {
        output.add(line);
        line = lines.readLine();
      }
    } catch (IOException e) {
      // The stream breaks when the process is killed in the middle of a line.
      output.add("(the output ended: " + e.getMessage() + ")");
    }
  }

  private void joinReader() {
    try {
      // A child that inherited the stream may keep it open.
      reader.join(2_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
