package io.servicegroup.heartbeat.probe;

import io.servicegroup.model.MemberId;
import io.servicegroup.model.Probe;
import io.servicegroup.runtime.Dialer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes probers, and owns what they share: clients and the threads that read files and processes.
 */
public final class Probers {

  private static final Logger LOG = LoggerFactory.getLogger(Probers.class);
  private static final int WORKERS = 2;

  /** A probe that hangs must not keep another one waiting for a connection. */
  private static final int NO_LIMIT = 1_000_000;

  private final Vertx vertx;
  private final Dialer dialer;
  private final NetClient tcp;
  private final HttpClient http;
  private final PidProber.Readers readers;
  private final Lacks lacks = new Lacks();

  /**
   * Opens what probers share.
   *
   * @param vertx to be used on the context that the probers will run on
   */
  public Probers(Vertx vertx) {
    this.vertx = vertx;
    this.dialer = new Dialer(vertx);
    this.tcp = vertx.createNetClient(new NetClientOptions().setTcpKeepAlive(true));
    // A new connection for each probe: one that the service closes at the very moment of its reuse
    // would be a false alarm.
    this.http =
        vertx
            .httpClientBuilder()
            .with(new HttpClientOptions().setKeepAlive(false))
            .with(new PoolOptions().setHttp1MaxSize(NO_LIMIT))
            .withConnectHandler(connection -> connection.exceptionHandler(Probers::closeFollows))
            .build();
    this.readers =
        new PidProber.Readers(
            vertx.createSharedWorkerExecutor("servicegroup-probe", WORKERS),
            new FileThreads(vertx),
            Processes.ofThisMachine());
  }

  /**
   * Makes a prober, which is still to be started.
   *
   * @param id for the log
   * @param probe how to look
   * @param serviceDownTime how long a service that beats by itself may be silent
   * @return the prober
   */
  public Prober create(MemberId id, Probe probe, Duration serviceDownTime) {
    String name = "The " + probe.type() + " probe of " + id;
    if (probe instanceof Probe.Tcp p) {
      return new TcpProber(vertx, dialer, tcp, lacks, name, p);
    }
    if (probe instanceof Probe.Http p) {
      return new HttpProber(vertx, dialer, http, lacks, name, p);
    }
    if (probe instanceof Probe.Pid p) {
      return new PidProber(vertx, readers, lacks, name, p);
    }
    if (probe instanceof Probe.Self) {
      return new SelfProber(vertx, name, serviceDownTime, System::nanoTime);
    }
    return new NoneProber();
  }

  /**
   * How many results of a probe make a state.
   *
   * @param probe the probe
   * @return with the probe's rise and fall; one suffices where it has none
   */
  public static RiseFall riseFall(Probe probe) {
    Probe.Timing timing =
        probe instanceof Probe.Tcp p
            ? p.timing()
            : probe instanceof Probe.Http p
                ? p.timing()
                : probe instanceof Probe.Pid p ? p.timing() : null;
    return timing == null ? new RiseFall(1, 1) : new RiseFall(timing.rise(), timing.fall());
  }

  /**
   * Closes what probers share, when all of them are stopped.
   *
   * @return when they are closed; what hangs in a file system is not waited for
   */
  public Future<Void> close() {
    readers.files().close();
    return Future.join(tcp.close(), http.close(), readers.workers().close()).mapEmpty();
  }

  /** The system's own bound on a connection attempt that {@link Patience} already gave up. */
  static int netBelowMillis(Duration timeout) {
    return (int) Math.min(Integer.MAX_VALUE, 2 * timeout.toMillis() + 1000);
  }

  static void closeFollows(Throwable failure) {
    LOG.debug("A probe's connection broke", failure);
  }
}
