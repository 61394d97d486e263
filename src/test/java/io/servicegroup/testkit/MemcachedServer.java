package io.servicegroup.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The system's memcached. It keeps nothing on disk: every start is an empty one. */
public final class MemcachedServer extends BackendServer {

  private final String address;
  private final List<String> options;

  private MemcachedServer(String address, int port, List<String> options) {
    super("memcached", TempFiles.directory("servicegroup-memcached-"), port);
    this.address = address;
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
   * Starts one that speaks TLS only, to whoever has its own certificate.
   *
   * @param certificate of the server, and of its clients
   * @return the running server
   */
  public static MemcachedServer createTls(SelfSigned certificate) {
    return create(
        "-Z",
        "-o",
        "ssl_chain_cert=%1$s,ssl_key=%2$s,ssl_ca_cert=%1$s,ssl_verify_mode=2"
            .formatted(certificate.certificate(), certificate.key()));
  }

  /**
   * Starts one that asks for a password.
   *
   * @param user the only one that it knows
   * @param password his
   * @return the running server
   */
  public static MemcachedServer createSecured(String user, String password) {
    try {
      Path users = Unprivileged.directory("servicegroup-memcached-").resolve("users");
      Files.writeString(users, user + ":" + password + "\n");
      Unprivileged.give(users);
      return create("-Y", users.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
    return started(new MemcachedServer(other, port(), options));
  }

  private static MemcachedServer started(MemcachedServer server) {
    server.start();
    return server;
  }

  @Override
  public String uri(int through) {
    return "memcached://127.0.0.1:" + through;
  }

  @Override
  List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(program("memcached"));
    command.addAll(List.of("-l", address, "-p", Integer.toString(port()), "-U", "0"));
    command.addAll(List.of("-u", "nobody", "-m", "64", "-t", "1"));
    command.addAll(options);
    return command;
  }

  @Override
  void awaitReady() {
    process().await("a port that is listened on", this::isListening, there -> there);
  }

  @Override
  public void pause() {
    super.pause();
    process().await("every thread stopped", this::isStopped, stopped -> stopped);
  }

  /** A signal is taken by each thread when it comes to run. */
  private boolean isStopped() {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid() + "/task"))) {
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
    try (Socket socket = new Socket(InetAddress.getByName(address), port())) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
