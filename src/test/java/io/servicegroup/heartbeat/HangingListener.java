package io.servicegroup.heartbeat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** A service that is there and does not accept: connections to it neither open nor fail. */
final class HangingListener implements AutoCloseable {

  private final ServerSocket server;
  private final List<Socket> backlog = new ArrayList<>();

  HangingListener() throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
    for (int i = 0; i < 100; i++) {
      Socket socket = new Socket();
      backlog.add(socket);
      try {
        socket.connect(new InetSocketAddress(server.getInetAddress(), port()), 300);
      } catch (SocketTimeoutException full) {
        return;
      }
    }
    throw new IOException("the listener's queue never became full");
  }

  int port() {
    return server.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : backlog) {
      socket.close();
    }
    server.close();
  }
}
