package io.servicegroup.backend.memcached;

import static io.servicegroup.testkit.Eventually.await;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/** A server that says what a test wants it to, whatever it is asked. */
final class ScriptedMemcached implements AutoCloseable {

  private final NetServer server;
  private final List<NetSocket> sockets = new CopyOnWriteArrayList<>();

  /** What it says to each piece that arrives; the number counts connections, from 1. */
  ScriptedMemcached(Vertx vertx, BiConsumer<Integer, Said> script) {
    server =
        await(
            vertx
                .createNetServer()
                .connectHandler(
                    socket -> {
                      sockets.add(socket);
                      int number = sockets.size();
                      socket.handler(
                          piece -> script.accept(number, new Said(socket, piece.toString())));
                    })
                .listen(0, "127.0.0.1"));
  }

  String uri() {
    return "memcached://127.0.0.1:" + server.actualPort();
  }

  int connections() {
    return sockets.size();
  }

  @Override
  public void close() {
    await(server.close());
  }

  /** Something that arrived, and the way to answer it. */
  record Said(NetSocket socket, String text) {
    void answer(String bytes) {
      socket.write(Buffer.buffer(bytes));
    }

    void close() {
      socket.close();
    }
  }
}
