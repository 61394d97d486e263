package io.servicegroup.backend.memcached;

import static io.servicegroup.testkit.Eventually.await;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A way to a real server that passes only the first bytes of its answers on each connection at
 * once, and the others later or never.
 */
final class NarrowWay implements AutoCloseable {

  /** For {@link #narrow}: the others do not pass. */
  static final int NEVER = 0;

  private final Vertx vertx;
  private final NetClient client;
  private final NetServer server;
  private final AtomicInteger connections = new AtomicInteger();
  private volatile int first = Integer.MAX_VALUE;
  private volatile int laterMillis;

  NarrowWay(Vertx vertx, int to) {
    this.vertx = vertx;
    client = vertx.createNetClient();
    server =
        await(
            vertx
                .createNetServer()
                .connectHandler(near -> connect(near.pause(), to))
                .listen(0, "127.0.0.1"));
  }

  private void connect(NetSocket near, int to) {
    connections.incrementAndGet();
    client
        .connect(to, "127.0.0.1")
        .onSuccess(
            far -> {
              far.handler(new Narrow(near));
              near.handler(far::write);
              near.closeHandler(closed -> far.close());
              far.closeHandler(closed -> near.close());
              near.resume();
            });
  }

  /**
   * Narrows the way for connections that are made from now on.
   *
   * @param bytes how many of the server's pass at once
   * @param millis after how long the others pass, or {@link #NEVER}
   */
  void narrow(int bytes, int millis) {
    first = bytes;
    laterMillis = millis;
  }

  /** Passes everything on connections that are made from now on. */
  void widen() {
    narrow(Integer.MAX_VALUE, NEVER);
  }

  String uri() {
    return "memcached://127.0.0.1:" + server.actualPort();
  }

  int connections() {
    return connections.get();
  }

  @Override
  public void close() {
    await(server.close());
    await(client.close());
  }

  private final class Narrow implements Handler<Buffer> {
    private final NetSocket near;
    private final int millis = laterMillis;
    private final Buffer held = Buffer.buffer();
    private int left = first;

    Narrow(NetSocket near) {
      this.near = near;
    }

    @Override
    public void handle(Buffer piece) {
      int now = Math.min(left, piece.length());
      left -= now;
      if (now > 0) {
        near.write(piece.getBuffer(0, now));
      }
      if (now < piece.length()) {
        if (held.length() == 0 && millis != NEVER) {
          vertx.setTimer(millis, passed -> near.write(held));
        }
        held.appendBuffer(piece.getBuffer(now, piece.length()));
      }
    }
  }
}
