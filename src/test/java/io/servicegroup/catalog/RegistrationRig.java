package io.servicegroup.catalog;

import static io.servicegroup.testkit.Eventually.await;

import io.servicegroup.bus.LocalMember;
import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Values;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ProcessIdentity;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.Members;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A {@link RegistrationVerticle} on a catalogue in memory, and the messages that it sends. */
@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
abstract class RegistrationRig {

  static final Duration PATIENCE = Duration.ofSeconds(20);
  static final MemberId H1 = new MemberId("compute", "h1");

  final MemoryCatalog.Store store = new MemoryCatalog.Store();
  final BlockingQueue<CatalogEvent> events = new LinkedBlockingQueue<>();
  final BlockingQueue<Conflict> conflicts = new LinkedBlockingQueue<>();
  final BlockingQueue<LocalMember> started = new LinkedBlockingQueue<>();
  final BlockingQueue<MemberId> stopped = new LinkedBlockingQueue<>();

  /** The failures of the next requests to start a heartbeat, one for each. */
  final Queue<RuntimeException> refusals = new ConcurrentLinkedQueue<>();

  /** The {@code agent.id} of agents that are deployed from now on. */
  Optional<String> agentId = Optional.empty();

  Duration reportInterval = Duration.ofSeconds(2);

  /** The processes of this machine. */
  final Map<Long, ProcessIdentity> processes = new ConcurrentHashMap<>();

  String backend = "postgresql://127.0.0.1:1/none";
  Vertx vertx;

  @BeforeEach
  void startAgent() {
    vertx = Vertx.vertx();
    Topics.CATALOG.consume(vertx, events::add);
    Topics.CONFLICT.consume(vertx, conflicts::add);
    Topics.HEARTBEAT_START.serve(
        vertx,
        local -> {
          RuntimeException refusal = refusals.poll();
          if (refusal != null) {
            return Future.failedFuture(refusal);
          }
          started.add(local);
          return Future.succeededFuture();
        });
    Topics.PROCESS.serve(vertx, pid -> Future.succeededFuture(processes.get(pid)));
    Topics.HEARTBEAT_STOP.serve(
        vertx,
        id -> {
          stopped.add(id);
          return Future.succeededFuture();
        });
  }

  @AfterEach
  void stopAgent() throws Exception {
    store.releaseReads();
    await(vertx.close());
  }

  final void deploy(Watch watch, boolean tells, ServiceSpec... services) throws Exception {
    deploy("agent-1", watch, tells, services);
  }

  /** Deploys an agent with its id in one life. Returns the id of the deployment. */
  final String deploy(String life, Watch watch, boolean tells, ServiceSpec... services)
      throws Exception {
    return await(
        vertx.deployVerticle(
            new RegistrationVerticle(
                config(watch, services),
                life,
                (on, settings) -> onOneThread(new MemoryCatalog(on, store, tells)))));
  }

  /** Refuses calls from other threads than the one that created it: catalogues have no locks. */
  private static ServiceCatalog onOneThread(ServiceCatalog catalog) {
    Thread maker = Thread.currentThread();
    return (ServiceCatalog)
        Proxy.newProxyInstance(
            ServiceCatalog.class.getClassLoader(),
            new Class<?>[] {ServiceCatalog.class},
            (proxy, method, arguments) -> {
              if (Thread.currentThread() != maker) {
                throw new IllegalStateException(method.getName() + " is called on another thread");
              }
              try {
                return method.invoke(catalog, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  AgentConfig config(Watch watch, ServiceSpec... services) {
    BackendUri uri = BackendUri.parse("postgresql://127.0.0.1:1/none");
    return new AgentConfig(
        new AgentConfig.Agent(
            "here", Duration.ofSeconds(10), Duration.ofSeconds(10), true, agentId),
        List.of(services),
        new AgentConfig.Catalog(uri, AgentConfig.CreateTables.ALL),
        new AgentConfig.Liveness(
            List.of(new AgentConfig.BuiltIn("postgresql", BackendUri.parse(backend))),
            AgentConfig.VerdictRule.ALL,
            reportInterval,
            Duration.ofSeconds(5),
            Duration.ofMillis(50),
            Map.of(),
            null),
        watch,
        AgentConfig.Evaluate.ALWAYS,
        null,
        null,
        AgentConfig.Logging.DEFAULT,
        Values.none());
  }

  final Topics.Joined join(String host) throws Exception {
    return await(Topics.JOIN.request(vertx, spec(host), PATIENCE));
  }

  static ServiceSpec spec(String host) {
    return Services.spec(host, 1);
  }

  /** Joins a member as another agent. */
  static Member member(String group, String host, String binary) {
    return member(group, host, binary, new Incarnation(1, "other"), "agent-9");
  }

  static Member member(
      String group, String host, String binary, Incarnation incarnation, String agent) {
    return Members.of(group, host).binary(binary).incarnation(incarnation).agent(agent).build();
  }
}
