package io.servicegroup.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The system's memcached. It keeps nothing on disk: every start is an empty one. */
public final class MemcachedServer implements BackendServer {

  private static final Duration STOP = Duration.ofSeconds(10);

  private final String address;
  private final int port;
  private final List<String> options;
  private ManagedProcess process;

  private MemcachedServer(String address, int port, List<String> options) {
    this.address = address;
    this.port = port;
    this.options = options;
  }

  /**
   * Starts one.
   *
   * @param options of memcached's own, as in {@code -I 2k}
   * @return the running server
   */
  public static MemcachedServer create(String... options) {
    return started(new MemcachedServer("127.0.0.1", Ports.free(), List.of(options)));
  }

  /**
   * Starts one on another address of this machine.
   *
   * @param address the only one it listens on
   * @return the running server
   */
  public static MemcachedServer on(String address) {
    return started(new MemcachedServer(address, Ports.free(), List.of()));
  }

  /**
   * Starts another one on another address of this machine, with the same port.
   *
   * @param other an address that this one does not listen on
   * @return the running server, which knows nothing of this one
   */
  public MemcachedServer twin(String other) {
    return started(new MemcachedServer(other, port, options));
  }

  private static MemcachedServer started(MemcachedServer server) {
    server.start();
    return server;
  }

  @Override
  public String scheme() {
    return "memcached";
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String uri(int through) {
    return "memcached://127.0.0.1:" + through;
  }

  @Override
  public void start() {
    if (process != null && process.isAlive()) {
      return;
    }
    List<String> command = new ArrayList<>();
    command.add(binary());
    command.addAll(List.of("-l", address, "-p", Integer.toString(port), "-U", "0"));
    command.addAll(List.of("-u", "nobody", "-m", "64", "-t", "1"));
    command.addAll(options);
    process = ManagedProcess.start("memcached", new ProcessBuilder(command));
    process.await("a port that is listened on", this::isListening, there -> there);
  }

  @Override
  public void startEmpty() {
    if (process.isAlive()) {
      kill();
    }
    start();
  }

  @Override
  public void stop() {
    process.signal("TERM");
    process.awaitExit(STOP);
  }

  @Override
  public void kill() {
    process.kill();
  }

  @Override
  public void pause() {
    process.signal("STOP");
    process.await("every thread stopped", this::isStopped, stopped -> stopped);
  }

  @Override
  public void resume() {
    process.signal("CONT");
  }

  @Override
  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.close();
  }

  private static String binary() {
    // Debian keeps servers where an ordinary user's shell does not look.
    Stream<String> path =
        Stream.concat(
            Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)),
            Stream.of("/usr/local/bin", "/usr/bin", "/usr/local/sbin", "/usr/sbin"));
    return path.filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, "memcached"))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("memcached is needed: run scripts/test"))
        .toString();
  }

  /** A signal is taken by each thread when it comes to run. */
  private boolean isStopped() {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
      return threads.allMatch(MemcachedServer::isThreadStopped);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isThreadStopped(Path thread) {
    try {
      String line = Files.readString(thread.resolve("stat"));
      return line.charAt(line.lastIndexOf(')') + 2) == 'T';
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isListening() {
    try (Socket socket = new Socket(InetAddress.getByName(address), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
