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
public final class HaProxy extends ServerProcess {

  private final List<String> lines;

  private HaProxy(List<String> lines) {
    super("haproxy", TempFiles.directory("servicegroup-haproxy-"), Ports.free());
    this.lines = lines;
  }

  private Path socket() {
    return home().resolve("socket");
  }

  @Override
  List<String> command() throws IOException {
    Path config = home().resolve("haproxy.cfg");
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
            .formatted(socket(), port(), String.join("\n", lines)));
    return List.of(program("haproxy"), "-db", "-f", config.toString());
  }

  @Override
  void awaitReady() {
    process().await("a socket", () -> Files.exists(socket()), there -> there);
  }

  /**
   * Starts one.
   *
   * @param lines what the backend consists of, for example its servers
   * @return the running balancer
   */
  public static HaProxy start(String... lines) {
    HaProxy proxy = new HaProxy(List.of(lines));
    proxy.start();
    return proxy;
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
      channel.connect(UnixDomainSocketAddress.of(socket()));
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
}
