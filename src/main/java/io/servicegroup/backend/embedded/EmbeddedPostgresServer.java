package io.servicegroup.backend.embedded;

import io.servicegroup.backend.EmbeddedServer;
import io.servicegroup.bus.Concerns;
import io.servicegroup.config.BackendUri;
import io.servicegroup.runtime.Backoff;
import io.servicegroup.runtime.OnContext;
import io.servicegroup.runtime.Why;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code embedded:}, a durable PostgreSQL for this agent alone. It listens on 127.0.0.1, at {@code
 * ?port=} or a free port, with a password of its own, and stores and unpacks everything in one
 * directory ({@code data}, or the path after the colon), which one agent at a time may use.
 *
 * <p>The server ends with the agent, even where the agent is killed, because it watches a pipe that
 * only the agent's process has open. If it survives nevertheless, the next start stops it. A server
 * that ends while its agent runs is started again on the same port, with growing pauses where that
 * fails repeatedly; meanwhile the agent is not ready.
 */
final class EmbeddedPostgresServer implements EmbeddedServer {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgresServer.class);
  private static final Duration STOP_BOUND = Duration.ofSeconds(8);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** A server that ends sooner than this after its start counts as a repeated failure. */
  private static final Duration WELL = Duration.ofSeconds(30);

  private static final int PORTS_TRIED = 5;
  private static final String SUBJECT = "the embedded database";
  private static final String START = "its start";

  private final IntSupplier freePort;
  private final Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
  private Vertx vertx;
  private Context context;
  private Concerns concerns;
  private DataDirectory directory;
  private PostgresProcess process;
  private Path bin;
  private RunAs runAs;
  private int port;
  private long readyNanos;
  private volatile boolean stopping;

  /** Creates a server that uses a free port where the URI names none. */
  public EmbeddedPostgresServer() {
    this(EmbeddedPostgresServer::freePort);
  }

  /** Creates a server for tests, with a choice of ports that may be taken. */
  EmbeddedPostgresServer(IntSupplier freePort) {
    this.freePort = freePort;
  }

  @Override
  public Future<BackendUri> start(Vertx onVertx, BackendUri uri) {
    vertx = onVertx;
    context = vertx.getOrCreateContext();
    concerns = Concerns.ofCatalog(vertx);
    return vertx.executeBlocking(() -> start(uri), false);
  }

  @Override
  public Future<Void> stop() {
    stopping = true;
    if (vertx == null) {
      return Future.succeededFuture();
    }
    Future<Void> stopped =
        vertx.executeBlocking(
            () -> {
              close();
              return null;
            },
            false);
    return OnContext.within(vertx, 2 * STOP_BOUND.toMillis(), stopped)
        .recover(
            failure -> {
              LOG.warn("The embedded database did not stop in good order: {}", Why.of(failure));
              return Future.succeededFuture();
            });
  }

  private synchronized BackendUri start(BackendUri uri) throws IOException, InterruptedException {
    long started = System.nanoTime();
    directory = DataDirectory.open(Path.of(uri.place()));
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
    bin = binaries.unpackInto(data);
    runAs = RunAs.choose(data.path());
    OrphanedPostgres.stop(data);
    String password = data.password();
    if (!data.isInitialized()) {
      PostgresProcess.initialize(data, bin, runAs, password);
    }
    data.requireSameMajor(binaries.major());
    runAs.own(data.cluster());
    Optional<Integer> fixedPort = uri.find(EmbeddedTechnology.PORT);
    if (fixedPort.isPresent()) {
      port = fixedPort.get();
      startProcess();
    } else {
      startOnFreePort(PORTS_TRIED);
    }
    return new BackendUri(
        EmbeddedTechnology.postgresql(),
        DataDirectory.USER,
        password,
        List.of(new BackendUri.Host("127.0.0.1", port)),
        "postgres",
        Map.of());
  }

  /** Tries several ports, because another program may take a port after it was chosen. */
  private void startOnFreePort(int attempts) throws IOException, InterruptedException {
    try {
      port = freePort.getAsInt();
      startProcess();
    } catch (EmbeddedServerException.PortTaken e) {
      if (attempts <= 1) {
        throw e;
      }
      LOG.debug("Port {} was taken meanwhile; another one is tried", port);
      startOnFreePort(attempts - 1);
    }
  }

  private void startProcess() throws IOException, InterruptedException {
    PostgresProcess started = PostgresProcess.start(directory, bin, runAs, port, () -> stopping);
    process = started;
    readyNanos = System.nanoTime();
    started.onEnd(code -> context.runOnContext(nothing -> ended(started, code)));
  }

  private void ended(PostgresProcess which, int code) {
    if (stopping || which != process) {
      return;
    }
    if (System.nanoTime() - readyNanos > WELL.toNanos()) {
      backoff.succeeded();
    }
    concerns.raiseUnready(
        SUBJECT,
        "the embedded database in %s ended (exit code %d, which is %s) and is started again on port"
                .formatted(directory.path(), code, cause(code))
            + " %d; nobody is DOWN of it. What it said last is in %s"
                .formatted(port, directory.log() + ".old"));
    startLater();
  }

  private static String cause(int code) {
    return code > 128 ? "signal " + (code - 128) : "its own doing";
  }

  private void startLater() {
    vertx.setTimer(
        backoff.failed().toMillis(),
        id ->
            vertx
                .executeBlocking(this::startAgain, false)
                .onSuccess(
                    running -> {
                      if (running) {
                        concerns.settle(SUBJECT);
                        concerns.settle(START);
                      }
                    })
                .onFailure(this::notStarted));
  }

  private synchronized boolean startAgain() throws IOException, InterruptedException {
    if (stopping || directory == null) {
      return false;
    }
    process.release();
    OrphanedPostgres.stop(directory);
    startProcess();
    return true;
  }

  private void notStarted(Throwable failure) {
    if (!stopping) {
      concerns.raiseUnready(START, "it is tried again and again, since: " + Why.of(failure));
      startLater();
    }
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

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
