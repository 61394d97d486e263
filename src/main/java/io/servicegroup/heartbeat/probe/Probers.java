package io.servicegroup.heartbeat.probe;

import io.servicegroup.model.MemberId;
import io.servicegroup.model.Probe;
import io.servicegroup.model.ProcessIdentity;
import io.servicegroup.runtime.Dialer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
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

  /** What probes that open connections share. */
  record Connections(Dialer dialer, Reserve reserve, FileThreads files, Lacks lacks) {}

  private final Vertx vertx;
  private final Dialer dialer;
  private final NetClient tcp;
  private final PidProber.Readers readers;
  private final Lacks lacks = new Lacks();
  private final Reserve reserve = Reserve.ofThisProcess();

  /**
   * Opens what probers share.
   *
   * @param vertx to be used on the context that the probers will run on
   */
  public Probers(Vertx vertx) {
    this.vertx = vertx;
    this.dialer = new Dialer(vertx);
    this.tcp = vertx.createNetClient(new NetClientOptions().setTcpKeepAlive(true));
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
      return new TcpProber(vertx, tcp, connections(), name, p);
    }
    if (probe instanceof Probe.Http p) {
      return new HttpProber(vertx, connections(), name, p);
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
   * Tells a process of this machine from all others that ever have its id.
   *
   * @param pid its id
   * @return null where there is no such process; fails where the system does not say
   */
  public Future<ProcessIdentity> identify(long pid) {
    return readers
        .workers()
        .executeBlocking(() -> readers.processes().identify(pid).orElse(null), false);
  }

  private Connections connections() {
    return new Connections(dialer, reserve, readers.files(), lacks);
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
    return Future.join(tcp.close(), readers.workers().close()).mapEmpty();
  }

  /**
   * The own bound of a connection or a handshake, which {@link Patience} gave up a moment before:
   * what nobody waits for any more is not to keep a socket.
   */
  static int netBelowMillis(Duration timeout) {
    long millis = timeout.toMillis();
    return (int) Math.min(Integer.MAX_VALUE, millis + Math.max(10, millis / 4));
  }

  static void closeFollows(Throwable failure) {
    LOG.debug("A probe's connection broke", failure);
  }
}
