package io.servicegroup.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A real HAProxy with one backend {@code fleet}, and its operator's socket. */
public final class HaProxy implements AutoCloseable {

  private final Path home;
  private final Path socket;
  private final ManagedProcess process;

  private HaProxy(Path home, List<String> lines) {
    this.home = home;
    this.socket = home.resolve("socket");
    try {
      Path config = home.resolve("haproxy.cfg");
      Files.writeString(
          config,
          """
          global
            stats socket %s level admin
          defaults
            mode http
            timeout connect 1s
            timeout client 5s
            timeout server 5s
            timeout check 2s
          frontend entry
            bind 127.0.0.1:%d
            default_backend fleet
          backend fleet
          %s
          """
              .formatted(socket, Ports.free(), String.join("\n", lines)));
      process =
          ManagedProcess.start(
              "haproxy", new ProcessBuilder(program(), "-db", "-f", config.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    awaitSocket();
  }

  /**
   * Starts one.
   *
   * @param lines what the backend consists of, for example its servers
   * @return the running balancer
   */
  public static HaProxy start(String... lines) {
    try {
      return new HaProxy(Files.createTempDirectory("servicegroup-haproxy-"), List.of(lines));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What it makes of a server.
   *
   * @param server its name
   * @return its status and weight, for example {@code UP 100}, {@code DOWN (agent) 0}
   */
  public String state(String server) {
    List<String> lines = command("show stat").lines().toList();
    List<String> columns = List.of(lines.get(0).split(","));
    return lines.stream()
        .map(line -> line.split(","))
        .filter(row -> row.length > 1 && row[0].equals("fleet") && row[1].equals(server))
        .map(row -> row[columns.indexOf("status")] + " " + row[columns.indexOf("weight")])
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no server " + server + ": " + lines));
  }

  /**
   * An operator's word.
   *
   * @param line for example {@code set server fleet/a state maint}
   * @return the answer
   */
  public String command(String line) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII)));
      ByteBuffer answer = ByteBuffer.allocate(64 * 1024);
      while (channel.read(answer) >= 0) {
        // Reads to the end.
      }
      return new String(
          Arrays.copyOf(answer.array(), answer.position()), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Its process, for signals.
   *
   * @return the process
   */
  public ManagedProcess process() {
    return process;
  }

  @Override
  public void close() {
    process.close();
    TempFiles.delete(home);
  }

  private void awaitSocket() {
    process.await("a socket", () -> Files.exists(socket), there -> there);
  }

  private static String program() {
    return List.of("/usr/sbin/haproxy", "/usr/bin/haproxy", "/usr/local/sbin/haproxy").stream()
        .filter(path -> Files.isExecutable(Path.of(path)))
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("there is no haproxy: apt-get install haproxy"));
  }
}
