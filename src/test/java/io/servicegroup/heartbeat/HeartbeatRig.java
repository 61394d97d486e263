package io.servicegroup.heartbeat;

import io.servicegroup.bus.LocalMember;
import io.servicegroup.bus.Topics;
import io.servicegroup.bus.UnservedMember;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.Values;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Probe;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.Eventually;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;

/** A deployed {@link HeartbeatVerticle}, talked to over the bus. */
final class HeartbeatRig {

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final Vertx vertx = Vertx.vertx();
  private final BlockingQueue<List<Heartbeat>> messages = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> closed = new LinkedBlockingQueue<>();
  private String deployment;

  /** What finds the members to take up again after a restart. */
  Optional<String> agentId = Optional.empty();

  /** What the configuration names. */
  List<ServiceSpec> services = List.of();

  void deploy(Duration reportInterval, boolean leaveOnStop) throws Exception {
    deploy(reportInterval, Duration.ofSeconds(15), leaveOnStop);
  }

  void deploy(Duration reportInterval, Duration downTime, boolean leaveOnStop) throws Exception {
    deploy(reportInterval, downTime, Map.of(), leaveOnStop);
  }

  void deploy(
      Duration reportInterval, Duration downTime, Map<String, Duration> groups, boolean leaveOnStop)
      throws Exception {
    Eventually.await(Topics.HEARTBEAT.consume(vertx, messages::add).completion());
    AgentConfig.Agent agent =
        new AgentConfig.Agent("host-1", Duration.ZERO, Duration.ZERO, leaveOnStop, agentId);
    AgentConfig.Liveness liveness =
        new AgentConfig.Liveness(
            List.of(),
            AgentConfig.VerdictRule.ALL,
            reportInterval,
            downTime,
            reportInterval,
            groups,
            new AgentConfig.MassSilence(1, 1, downTime));
    AgentConfig config =
        new AgentConfig(
            agent,
            services,
            null,
            liveness,
            Watch.OWN,
            AgentConfig.Evaluate.ALWAYS,
            new AgentConfig.Http("127.0.0.1", 0, Optional.empty(), Optional.empty(), false),
            new AgentConfig.AgentCheck("127.0.0.1", Optional.empty()),
            AgentConfig.Logging.DEFAULT,
            Values.none());
    deployment = Eventually.await(vertx.deployVerticle(new HeartbeatVerticle(config)));
  }

  /** What joined before a restart and is not served again. */
  void unserved(UnservedMember... members) {
    Topics.UNSERVED.publish(vertx, List.of(members));
  }

  /** The configuration was reloaded. */
  void reload(ServiceSpec... named) {
    Topics.SERVICES.publish(vertx, List.of(named));
  }

  void undeploy() throws Exception {
    Eventually.await(vertx.undeploy(deployment));
  }

  void start(MemberId id, Incarnation incarnation, Probe probe) throws Exception {
    LocalMember member = new LocalMember(spec(id, probe), incarnation);
    Eventually.await(Topics.HEARTBEAT_START.request(vertx, member, DEADLINE));
  }

  static ServiceSpec spec(MemberId id, Probe probe) {
    return new ServiceSpec(id, id.group(), 0, Map.of(), probe);
  }

  void stop(MemberId id) throws Exception {
    Eventually.await(Topics.HEARTBEAT_STOP.request(vertx, id, DEADLINE));
  }

  void touch(MemberId id) throws Exception {
    Eventually.await(Topics.HEARTBEAT_TOUCH.request(vertx, id, DEADLINE));
  }

  void conflict(Conflict conflict) {
    Topics.CONFLICT.publish(vertx, conflict);
  }

  NetServer serve(int port) throws Exception {
    return Eventually.await(
        vertx
            .createNetServer()
            .connectHandler(
                socket -> socket.handler(data -> {}).closeHandler(nothing -> closed.add(port)))
            .listen(port, "127.0.0.1"));
  }

  /** Awaits the end of a connection to a service. */
  void awaitClosed() throws InterruptedException {
    Eventually.next(closed);
  }

  /** A port that refuses connections and that nobody else is given meanwhile. */
  static Socket refusing() throws IOException {
    Socket bound = new Socket();
    bound.bind(new InetSocketAddress("127.0.0.1", 0));
    return bound;
  }

  static Probe.Tcp tcp(int port, boolean hold, long intervalMillis, int fall) {
    Duration interval = Duration.ofMillis(intervalMillis);
    Duration timeout = Duration.ofMillis(Math.min(500, intervalMillis));
    return new Probe.Tcp("127.0.0.1", port, hold, new Probe.Timing(interval, timeout, 1, fall));
  }

  List<Heartbeat> next() throws InterruptedException {
    return Eventually.next(messages);
  }

  /** Skips messages until one is as it should be. */
  List<Heartbeat> await(Predicate<List<Heartbeat>> wanted) throws InterruptedException {
    return Eventually.next(messages, wanted);
  }

  void forget() {
    messages.clear();
  }

  void close() throws Exception {
    Eventually.await(vertx.close());
  }
}
