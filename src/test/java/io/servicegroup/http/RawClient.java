package io.servicegroup.http;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** A TCP client that can send what a correct HTTP client does not send. */
final class RawClient implements AutoCloseable {

  private final Socket socket = new Socket();
  private final StringBuilder unread = new StringBuilder();

  RawClient(int port) throws IOException {
    this(port, "127.0.0.1");
  }

  RawClient(int port, String from) throws IOException {
    socket.bind(new InetSocketAddress(from, 0));
    // The buffer is small, so that the server soon notices a client that stops reading.
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress("127.0.0.1", port), 10_000);
    socket.setSoTimeout(20_000);
  }

  RawClient send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  RawClient endOutput() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  RawClient get(String path, String... headers) throws IOException {
    StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    return send(request.append("\r\n").toString());
  }

  /** Waits for the first bytes of an answer, and leaves them unread. */
  void awaitAnswer() {
    await("bytes of the answer", () -> socket.getInputStream().available(), bytes -> bytes > 0);
  }

  /** Reads until a text was read. */
  String readUntil(String end) throws IOException {
    byte[] buffer = new byte[8192];
    InputStream in = socket.getInputStream();
    int at = unread.indexOf(end);
    while (at < 0) {
      int count = in.read(buffer);
      assertThat(count).as("the stream ended before %s after %s", end, unread).isPositive();
      unread.append(new String(buffer, 0, count, StandardCharsets.UTF_8));
      at = unread.indexOf(end);
    }
    String read = unread.substring(0, at + end.length());
    unread.delete(0, at + end.length());
    return read;
  }

  /** Reads until the other side closes. */
  String readAll() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      socket.getInputStream().transferTo(all);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection is still open after " + all, e);
    } catch (IOException e) {
      // A reset ends the connection as well.
      assertThat(e).hasMessageContaining("reset");
    }
    return unread + all.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
