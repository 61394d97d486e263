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

/** Makes probers, and owns the clients and threads that they share. */
public final class Probers {

  private static final Logger LOG = LoggerFactory.getLogger(Probers.class);
  private static final int WORKERS = 2;

  /** The objects that probers with connections share. */
  record Connections(
      Dialer dialer, DescriptorReserve reserve, FileThreads files, LackLog lackLog) {}

  private final Vertx vertx;
  private final Dialer dialer;
  private final NetClient tcp;
  private final PidProber.Readers readers;
  private final LackLog lackLog = new LackLog();
  private final DescriptorReserve reserve = DescriptorReserve.ofThisProcess();

  /**
   * Opens the clients and threads that probers share.
   *
   * @param vertx used on the context on which the probers will run
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
   * Makes a prober, which is not started yet.
   *
   * @param id for the log
   * @param probe the configuration of the probe
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
      return new PidProber(vertx, readers, lackLog, name, p);
    }
    if (probe instanceof Probe.Self) {
      return new SelfProber(vertx, name, serviceDownTime, System::nanoTime);
    }
    return new NoneProber();
  }

  /**
   * Finds the identity of a process of this machine, which distinguishes it from all others that
   * ever have its id.
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
    return new Connections(dialer, reserve, readers.files(), lackLog);
  }

  /**
   * Makes the rule by which the results of a probe become a state.
   *
   * @param probe the probe
   * @return the rule, with the probe's rise and fall; with 1 and 1 where it has none
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
   * Closes the clients and threads that probers share, after all probers were stopped.
   *
   * @return completes when they are closed; threads that hang in a file system are not waited for
   */
  public Future<Void> close() {
    readers.files().close();
    return Future.join(tcp.close(), readers.workers().close()).mapEmpty();
  }

  /**
   * The timeout of a connection or a handshake itself, a little longer than that of the look, by
   * {@link PauseTolerantTimeout}: it closes the socket that no look waits for any more.
   */
  static int netBelowMillis(Duration timeout) {
    long millis = timeout.toMillis();
    return (int) Math.min(Integer.MAX_VALUE, millis + Math.max(10, millis / 4));
  }

  static void closeFollows(Throwable failure) {
    LOG.debug("A probe's connection broke", failure);
  }
}
