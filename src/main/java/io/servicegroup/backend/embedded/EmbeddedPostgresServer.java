package io.servicegroup.backend.embedded;

import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Scheme;
import io.servicegroup.runtime.EmbeddedServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code embedded:}, a durable PostgreSQL of this agent alone. Listens on 127.0.0.1, at {@code
 * ?port=} or a free port, with a password of its own; keeps everything it stores and unpacks in one
 * directory ({@code data}, or what follows the colon), which one agent at a time may use.
 *
 * <p>It ends with the agent, also where the agent is killed: it watches a pipe that only the
 * agent's process holds open. A server that outlived its agent all the same is stopped by the next
 * start.
 */
public final class EmbeddedPostgresServer implements EmbeddedServer {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgresServer.class);
  private static final Duration STOP_BOUND = Duration.ofSeconds(8);

  private Vertx vertx;
  private DataDirectory directory;
  private PostgresProcess process;

  @Override
  public Future<BackendUri> start(Vertx vertx, BackendUri uri) {
    this.vertx = vertx;
    return vertx.executeBlocking(() -> start(uri), false);
  }

  @Override
  public Future<Void> stop() {
    if (vertx == null) {
      return Future.succeededFuture();
    }
    return vertx
        .<Void>executeBlocking(
            () -> {
              close();
              return null;
            },
            false)
        .timeout(2 * STOP_BOUND.toMillis(), TimeUnit.MILLISECONDS)
        .recover(
            failure -> {
              LOG.warn("The embedded database did not stop in good order: {}", failure.toString());
              return Future.succeededFuture();
            });
  }

  private synchronized BackendUri start(BackendUri uri) throws IOException, InterruptedException {
    long started = System.nanoTime();
    directory = DataDirectory.open(Path.of(uri.path().isEmpty() ? "data" : uri.path()));
    try {
      BackendUri reachable = startIn(directory, uri);
      LOG.info(
          "The embedded database in {} is ready on {} after {} ms",
          directory.path(),
          reachable.hosts().get(0),
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
      return reachable;
    } catch (IOException | InterruptedException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private BackendUri startIn(DataDirectory data, BackendUri uri)
      throws IOException, InterruptedException {
    PostgresBinaries binaries = PostgresBinaries.find();
    if (!data.isInitialized()) {
      LOG.info("Preparing the embedded database in {} (once, takes some seconds)", data.path());
    }
    Path bin = binaries.unpackInto(data);
    RunAs runAs = RunAs.choose(data.path());
    OrphanedPostgres.stop(data);
    String password = data.password();
    if (!data.isInitialized()) {
      PostgresProcess.initialize(data, bin, runAs, password);
    }
    data.requireSameMajor(binaries.major());
    runAs.own(data.cluster());
    String option = uri.options().get("port");
    int port = option == null ? freePort() : Integer.parseInt(option);
    process = PostgresProcess.start(data, bin, runAs, port);
    return new BackendUri(
        Scheme.POSTGRESQL,
        DataDirectory.USER,
        password,
        List.of(new BackendUri.Host("127.0.0.1", port)),
        "postgres",
        Map.of());
  }

  private synchronized void close() throws IOException, InterruptedException {
    try {
      if (process != null) {
        process.stop(STOP_BOUND);
      }
    } finally {
      process = null;
      if (directory != null) {
        directory.close();
        directory = null;
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
