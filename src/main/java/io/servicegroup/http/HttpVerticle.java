package io.servicegroup.http;

import io.servicegroup.bus.FaultException;
import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroup;
import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.model.Fault;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.runtime.TlsFiles;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves what {@code openapi.yaml} describes, and HAProxy's agent check. It is deployed first and
 * undeployed last, so that {@code /health} can answer while the agent starts and stops. It asks the
 * other verticles over the event bus and never a backend.
 */
public final class HttpVerticle extends VerticleBase {

  /**
   * The times that are shorter in tests.
   *
   * @param comments the interval of the comments in an event stream
   * @param unread how long a connection may take nothing of what is written to it
   * @param connections the limits of slow connections
   */
  record Timing(Duration comments, Duration unread, ConnectionGuard.Limits connections) {
    static final Timing DEFAULT =
        new Timing(Duration.ofSeconds(15), Duration.ofSeconds(60), ConnectionGuard.Limits.DEFAULT);
  }

  private static final Logger LOG = LoggerFactory.getLogger(HttpVerticle.class);
  private static final int MAX_REQUEST_LINE = 16 * 1024;
  private static final int MAX_HEADERS = 16 * 1024;

  private final AgentConfig config;
  private final Timing timing;
  private ServiceGroup services;
  private LocalHealth health;
  private EventStream events;
  private ConnectionGuard guard;
  private Router router;
  private HttpServer server;
  private AgentCheckServer agentCheck;
  private volatile int actualPort = -1;
  private volatile int actualAgentCheckPort = -1;

  /**
   * Makes the verticle.
   *
   * @param config the agent's configuration
   */
  public HttpVerticle(AgentConfig config) {
    this(config, Timing.DEFAULT);
  }

  HttpVerticle(AgentConfig config, Timing timing) {
    this.config = config;
    this.timing = timing;
  }

  /**
   * The port that is listened on, which {@code http.port: 0} leaves to the system.
   *
   * @return the port; -1 before the verticle is deployed. May be called from any thread
   */
  public int actualPort() {
    return actualPort;
  }

  /** The port of {@code agent_check}, or -1. */
  int actualCheckPort() {
    return actualAgentCheckPort;
  }

  /** The routes, for a test that compares them with {@code openapi.yaml}. */
  Router router() {
    return router;
  }

  /** The number of clients that read {@code /v1/events}. */
  int eventClients() {
    return events.clients();
  }

  @Override
  public Future<?> start() {
    boolean evaluates = config.evaluate() != AgentConfig.Evaluate.NEVER;
    Set<MemberId> configured =
        config.services().stream().map(ServiceSpec::id).collect(Collectors.toUnmodifiableSet());
    services = ServiceGroup.create(vertx);
    health = followHealth(configured);
    ListLimiter limiter = new ListLimiter();
    History history = new History(Clock.tickMillis(ZoneOffset.UTC));
    services.onChange(history::add);
    events = EventStream.start(vertx, services, evaluates, timing.comments());
    guard = new ConnectionGuard(vertx, timing.connections());

    router = Router.router(vertx);
    router.route().handler(guard::requestBegan);
    router.route().handler(Api::harden);
    WriteAccess access = new WriteAccess(config.http());
    Api api = new Api(router, access);
    new HealthRoutes(health, services, configured, evaluates).mount(api);
    GroupRoutes groups = new GroupRoutes(vertx, limiter);
    groups.mount(api);
    new MemberRoutes(vertx, config.agent().host(), history, access).mount(api, groups);
    events.mount(api);
    history.mount(api, limiter);
    return IndexRoutes.load(vertx)
        .compose(
            index -> {
              index.mount(api);
              router.route().handler(ctx -> ctx.fail(404)).failureHandler(Problem::answer);
              return listen();
            })
        .compose(listening -> listenForAgentChecks());
  }

  private LocalHealth followHealth(Set<MemberId> configured) {
    Set<String> backends =
        config.liveness().backends().stream()
            .map(AgentConfig.Backend::name)
            .collect(Collectors.toUnmodifiableSet());
    LocalHealth.Expected expected =
        new LocalHealth.Expected(configured, backends, config.liveness().serviceDownTime());
    LocalHealth local = new LocalHealth(expected, System::nanoTime);
    Topics.AGENT.consume(vertx, local::phase);
    Topics.SERVICES.consume(vertx, local::configured);
    Topics.HEARTBEAT.consumeHere(vertx, local::heartbeats);
    Topics.UNSERVED.consume(vertx, local::unserved);
    Topics.CONFLICT.consume(vertx, local::conflict);
    Topics.CATALOG.consumeHere(vertx, local::catalog);
    Topics.CATALOG_LOSS.consume(vertx, local::catalogLoss);
    Topics.BACKEND.consume(vertx, local::backend);
    Topics.CONCERN.consume(vertx, local::concern);
    return local;
  }

  private Future<Void> listen() {
    AgentConfig.Http http = config.http();
    server =
        vertx
            .createHttpServer(options(http))
            .connectionHandler(guard::connected)
            .invalidRequestHandler(InvalidRequests::answer)
            .requestHandler(router);
    return server
        .listen(http.port(), http.host())
        .recover(failure -> ListenFailure.of("http", http.host(), http.port(), failure))
        .map(
            listening -> {
              actualPort = listening.actualPort();
              String scheme = http.tls().isPresent() ? "https" : "http";
              LOG.info("HTTP on {}://{}:{}", scheme, http.host(), actualPort);
              return null;
            });
  }

  private HttpServerOptions options(AgentConfig.Http http) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setMaxInitialLineLength(MAX_REQUEST_LINE)
            .setMaxHeaderSize(MAX_HEADERS)
            .setHttp2ClearTextEnabled(false)
            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
            // Closes connections whose client reads nothing. No connection is idle for so long
            // otherwise, since an event stream gets comments.
            .setWriteIdleTimeout((int) timing.unread().toMillis());
    options.setTcpKeepAlive(true);
    http.tls()
        .ifPresent(
            tls -> {
              options.setSsl(true);
              options.setKeyCertOptions(
                  usable(
                      "http.tls",
                      tls.certificate(),
                      key -> TlsFiles.requireCertificate(key, tls.certificate(), tls.key())));
              tls.clientCa()
                  .ifPresent(
                      ca -> {
                        options.setTrustOptions(
                            usable(
                                "http.tls.client_ca",
                                ca,
                                key -> TlsFiles.requireAuthorities(key, ca)));
                        options.setClientAuth(ClientAuth.REQUIRED);
                      });
            });
    return options;
  }

  private static <T> T usable(String key, Path file, Function<String, T> files) {
    try {
      return files.apply(key);
    } catch (IllegalArgumentException e) {
      throw new FaultException(
          Refusal.UNAVAILABLE, new Fault(key, String.valueOf(file), e.getMessage()));
    }
  }

  private Future<Void> listenForAgentChecks() {
    AgentConfig.AgentCheck check = config.agentCheck();
    if (check.port().isEmpty()) {
      return Future.succeededFuture();
    }
    agentCheck = new AgentCheckServer(vertx, health, System::nanoTime);
    return agentCheck
        .listen(check, check.port().get())
        .map(
            port -> {
              actualAgentCheckPort = port;
              LOG.info("HAProxy's agent check on {}:{}", check.host(), port);
              return null;
            });
  }

  @Override
  public Future<?> stop() {
    Duration limit = config.agent().stopTimeout().dividedBy(4);
    return (agentCheck == null ? Future.<Void>succeededFuture() : agentCheck.allTold(limit))
        .eventually(this::close);
  }

  private Future<?> close() {
    return Future.join(
        events.stop(),
        guard.stop(),
        services.close(),
        server == null ? Future.succeededFuture() : server.close());
  }
}
