package io.servicegroup.heartbeat.probe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A listener that swallows whoever calls: nobody accepts, and its queue is full. */
final class FullListener implements AutoCloseable {

  private static final String SYN_SENT = "02";

  private final ServerSocket server;
  private final List<Socket> waiting = new ArrayList<>();

  FullListener() throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
    for (int i = 0; i < 100; i++) {
      Socket socket = new Socket();
      waiting.add(socket);
      try {
        socket.connect(new InetSocketAddress(server.getInetAddress(), port()), 300);
      } catch (SocketTimeoutException e) {
        return;
      }
    }
    throw new AssertionError("the listener's queue never became full");
  }

  int port() {
    return server.getLocalPort();
  }

  /** How many sockets of this machine are calling it. */
  long connecting() {
    String address = String.format(Locale.ROOT, "0100007F:%04X", port());
    // A socket of both families is listed with those of IPv6.
    return Stream.of("/proc/net/tcp", "/proc/net/tcp6")
        .flatMap(FullListener::lines)
        .map(line -> line.strip().split("\\s+"))
        .filter(fields -> fields[2].endsWith(address) && fields[3].equals(SYN_SENT))
        .count();
  }

  private static Stream<String> lines(String file) {
    try {
      return Files.readAllLines(Path.of(file)).stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : waiting) {
      socket.close();
    }
    server.close();
  }
}
