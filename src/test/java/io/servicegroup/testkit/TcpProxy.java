package io.servicegroup.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A network between a client and a server on loopback, which can be cut, hung, slowed, and refused.
 * What is hung arrives after {@link #pass()}, as TCP would repeat it; what is swallowed never does.
 *
 * <p>Thread-safe.
 */
public final class TcpProxy implements AutoCloseable {

  private static final long LONGEST_END_MILLIS = 10_000;

  private static final int CONNECT_TIMEOUT_MS = 5_000;

  private enum Mode {
    PASS,
    HANG,
    HANG_ANSWERS
  }

  private final String address;
  private final int port;
  private final int target;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final Object gate = new Object();
  private ServerSocket listener;
  private Thread accepting;
  private Mode mode = Mode.PASS;
  private Duration delay = Duration.ZERO;
  private boolean closed;

  private TcpProxy(String address, int port, int target) {
    this.address = address;
    this.port = port;
    this.target = target;
  }

  /**
   * Puts a network in front of a server.
   *
   * @param target the server's port on 127.0.0.1
   * @return the proxy, passing everything
   */
  public static TcpProxy to(int target) {
    TcpProxy proxy = new TcpProxy("127.0.0.1", Ports.free(), target);
    proxy.listen();
    return proxy;
  }

  /**
   * Gives a server a second address with the same port, as a standby has.
   *
   * @param address one of the loopback interface that nobody has
   * @param target the server's port on 127.0.0.1
   * @return the proxy, passing everything
   */
  public static TcpProxy second(String address, int target) {
    TcpProxy proxy = new TcpProxy(address, target, target);
    proxy.listen();
    return proxy;
  }

  /**
   * Where clients connect.
   *
   * @return the port on 127.0.0.1
   */
  public int port() {
    return port;
  }

  /** Passes everything at once, what was held back included. */
  public void pass() {
    setMode(Mode.PASS, Duration.ZERO);
    listen();
  }

  /** Passes nothing, closes nothing; new connections are taken and hang too. */
  public void hang() {
    setMode(Mode.HANG, Duration.ZERO);
  }

  /** Half open: what the client sends arrives, the answers do not. */
  public void hangAnswers() {
    setMode(Mode.HANG_ANSWERS, Duration.ZERO);
  }

  /**
   * Passes everything late.
   *
   * @param time by how much each piece is late, in each direction
   */
  public void delay(Duration time) {
    setMode(Mode.PASS, time);
  }

  /** Closes every connection; new ones are taken. */
  public void cut() {
    links.forEach(Link::close);
  }

  /** The connections that are open stay so and never carry anything again; new ones pass. */
  public void swallow() {
    synchronized (gate) {
      links.forEach(link -> link.swallowed = true);
      gate.notifyAll();
    }
  }

  /** Closes every connection and refuses new ones until {@link #pass()}. */
  public void refuse() {
    Thread accepts;
    synchronized (gate) {
      closeQuietly(listener);
      listener = null;
      accepts = accepting;
    }
    awaitEnd(accepts);
    cut();
  }

  /** The port is free only once the thread that waits for connections has let go of it. */
  private static void awaitEnd(Thread thread) {
    if (thread == null) {
      return;
    }
    try {
      thread.join(LONGEST_END_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * How many clients are connected.
   *
   * @return the number of open connections
   */
  public int connections() {
    return links.size();
  }

  /** Ends everything. */
  @Override
  public void close() {
    synchronized (gate) {
      closed = true;
      gate.notifyAll();
    }
    refuse();
  }

  private void setMode(Mode next, Duration late) {
    synchronized (gate) {
      mode = next;
      delay = late;
      gate.notifyAll();
    }
  }

  private void listen() {
    synchronized (gate) {
      if (listener != null) {
        return;
      }
      try {
        listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(InetAddress.getByName(address), port), 100);
        accepting = daemon("accept", this::accept);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void accept() {
    ServerSocket mine = listener;
    while (mine != null && !mine.isClosed()) {
      try {
        Link link = new Link(mine.accept());
        links.add(link);
        daemon("connect", link::connect);
      } catch (IOException e) {
        // Closed by refuse() or close(): the loop ends.
        closeQuietly(mine);
      }
    }
  }

  private static Thread daemon(String name, Runnable work) {
    Thread thread = new Thread(work, "proxy " + name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void closeQuietly(Closeable closeable) {
    if (closeable != null) {
      try {
        closeable.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** One connection of a client with its connection to the server. */
  private final class Link {

    private final Socket client;
    private final Socket server = new Socket();
    private volatile boolean swallowed;

    Link(Socket client) {
      this.client = client;
    }

    void connect() {
      try {
        awaitGate(true);
        server.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), target), CONNECT_TIMEOUT_MS);
        server.setTcpNoDelay(true);
        client.setTcpNoDelay(true);
        daemon("answers", () -> pump(server, client, false));
        pump(client, server, true);
      } catch (IOException e) {
        close();
      }
    }

    private void pump(Socket from, Socket to, boolean request) {
      byte[] buffer = new byte[16_384];
      try (InputStream in = from.getInputStream();
          OutputStream out = to.getOutputStream()) {
        int read = in.read(buffer);
        while (read >= 0) {
          awaitGate(request);
          if (!swallowed) {
            out.write(buffer, 0, read);
          }
          read = in.read(buffer);
        }
        awaitGate(request);
      } catch (IOException e) {
        // One side is gone: the other is told below.
        swallowed = true;
      } finally {
        close();
      }
    }

    /** Returns when a piece may pass. */
    private void awaitGate(boolean request) throws IOException {
      synchronized (gate) {
        long late = System.nanoTime() + delay.toNanos();
        while (!closed && !swallowed && !client.isClosed() && !mayPass(request, late)) {
          waitForGate(late);
        }
        if (closed) {
          throw new IOException("the proxy is closed");
        }
      }
    }

    private boolean mayPass(boolean request, long late) {
      boolean open = mode == Mode.PASS || (mode == Mode.HANG_ANSWERS && request);
      return open && System.nanoTime() >= late;
    }

    private void waitForGate(long late) throws IOException {
      // Rounded up: what is late by less than a millisecond is not to wait for the next change.
      long leftMillis = (late - System.nanoTime() + 999_999) / 1_000_000;
      try {
        gate.wait(leftMillis > 0 ? leftMillis : 1_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }

    void close() {
      links.remove(this);
      closeQuietly(client);
      closeQuietly(server);
    }
  }
}
