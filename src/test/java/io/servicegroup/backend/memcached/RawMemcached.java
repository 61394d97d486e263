package io.servicegroup.backend.memcached;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** memcached's text protocol by hand, so that a test sees bytes and flags as they are. */
public final class RawMemcached implements AutoCloseable {

  /**
   * An item as the server has it.
   *
   * @param flags tooz's kind of value
   * @param value bytes
   * @param cas its version
   */
  public record Item(int flags, byte[] value, long cas) {
    String hex() {
      return HexFormat.of().formatHex(value);
    }

    String text() {
      return new String(value, StandardCharsets.UTF_8);
    }
  }

  private final Socket socket;
  private final DataInputStream in;

  /**
   * Connects.
   *
   * @param port of a server on this machine
   */
  public RawMemcached(int port) {
    this("127.0.0.1", port);
  }

  /**
   * Connects.
   *
   * @param address of this machine
   * @param port of a server on it
   */
  public RawMemcached(String address, int port) {
    try {
      socket = new Socket(InetAddress.getByName(address), port);
      socket.setSoTimeout(10_000);
      in = new DataInputStream(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads.
   *
   * @param key the item's
   * @return the item, or null
   */
  public Item get(String key) {
    String head = ask("gets " + key, null);
    if (head.equals("END")) {
      return null;
    }
    String[] parts = head.split(" ");
    try {
      byte[] value = in.readNBytes(Integer.parseInt(parts[3]));
      line();
      line();
      return new Item(Integer.parseInt(parts[2]), value, Long.parseLong(parts[4]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes.
   *
   * @param key the item's
   * @param flags tooz's kind of value
   * @param seconds until it expires; 0 for never
   * @param value bytes
   */
  public void set(String key, int flags, int seconds, byte[] value) {
    String answer = ask("set " + key + " " + flags + " " + seconds + " " + value.length, value);
    if (!answer.equals("STORED")) {
      throw new IllegalStateException(answer);
    }
  }

  void set(String key, int flags, String hex) {
    set(key, flags, 0, HexFormat.of().parseHex(hex));
  }

  /**
   * Removes.
   *
   * @param key the item's
   */
  public void delete(String key) {
    ask("delete " + key, null);
  }

  /** Removes everything. */
  public void flushAll() {
    ask("flush_all", null);
  }

  /** Seconds that an item has left; -1 for ever, -2 where it is not there. */
  int secondsLeft(String key) {
    String answer = ask("mg " + key + " t", null);
    return answer.startsWith("HD t") ? Integer.parseInt(answer.substring(4).trim()) : -2;
  }

  private String ask(String command, byte[] value) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes((command + "\r\n").getBytes(StandardCharsets.UTF_8));
      if (value != null) {
        out.writeBytes(value);
        out.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
      }
      socket.getOutputStream().write(out.toByteArray());
      return line();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int c = in.read();
    while (c != '\n' && c >= 0) {
      line.write(c);
      c = in.read();
    }
    return line.toString(StandardCharsets.UTF_8).stripTrailing();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
