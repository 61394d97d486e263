package io.servicegroup.agent;

import io.servicegroup.backend.EmbeddedServer;
import io.servicegroup.backend.Technology;
import io.servicegroup.bus.AgentPhase;
import io.servicegroup.bus.Topics;
import io.servicegroup.catalog.RegistrationVerticle;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Secrets;
import io.servicegroup.heartbeat.HeartbeatVerticle;
import io.servicegroup.http.HttpVerticle;
import io.servicegroup.liveness.EvaluationVerticle;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.LivenessVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One agent: deploys a configuration's verticles in order, and undeploys them in the reverse order.
 *
 * <p>May be used from any thread; a stop may come while the start is under way.
 */
public final class Agent {

  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

  private final Vertx vertx;
  private final AgentConfig configured;
  private final String id;
  private final HttpVerticle http;
  private final StartedParts parts = new StartedParts();
  private final AtomicReference<Future<Void>> stop = new AtomicReference<>();

  /**
   * Creates an agent that is not started.
   *
   * @param vertx the Vert.x to deploy on; stays open when the agent stops
   * @param config the agent's configuration
   */
  public Agent(Vertx vertx, AgentConfig config) {
    this.vertx = vertx;
    this.configured = config;
    this.id = config.agent().host() + "-" + UUID.randomUUID().toString().substring(0, 8);
    this.http = new HttpVerticle(config);
  }

  /**
   * Starts an agent.
   *
   * @param vertx the Vert.x to deploy on; stays open when the agent stops
   * @param config the agent's configuration
   * @return the running agent; fails with a {@link StartException}, with nothing left running
   */
  public static Future<Agent> start(Vertx vertx, AgentConfig config) {
    Agent agent = new Agent(vertx, config);
    return agent.start().map(agent);
  }

  /**
   * Starts this agent; may be called once.
   *
   * @return completes when the agent is running; fails with a {@link StartException}, with nothing
   *     left running
   */
  public Future<Void> start() {
    long started = System.nanoTime();
    LOG.info("Agent {} starts", id);
    return deploy("HttpVerticle", () -> vertx.deployVerticle(http))
        .recover(failure -> fail(failure, "http.port", "cannot listen"))
        .onSuccess(deployed -> Topics.AGENT.publish(vertx, AgentPhase.STARTING))
        .compose(deployed -> startEmbedded())
        .compose(this::deployFeatures)
        .compose(deployed -> unlessStopping(Future::succeededFuture))
        .onSuccess(
            deployed -> {
              Topics.AGENT.publish(vertx, AgentPhase.RUNNING);
              long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
              LOG.info("Agent {} is running after {} ms", id, millis);
            })
        .<Void>mapEmpty()
        .recover(failure -> stop().transform(stopped -> fail(failure, "agent", "cannot start")));
  }

  /**
   * Stops the agent in good order: its health is negative at once, its members leave (or, with
   * {@code agent.leave_on_stop: false}, are marked as restarting), connections close.
   *
   * @return completes within {@code agent.stop_timeout}, also where a backend hangs; never fails
   */
  public Future<Void> stop() {
    Promise<Void> stopped = Promise.promise();
    if (stop.compareAndSet(null, stopped.future())) {
      LOG.info("Agent {} stops", id);
      Topics.AGENT.publish(vertx, AgentPhase.STOPPING);
      Duration limit = configured.agent().stopTimeout().multipliedBy(9).dividedBy(10);
      parts
          .stop(limit)
          .onSuccess(nothing -> LOG.info("Agent {} has stopped", id))
          .onComplete(stopped);
    }
    return stop.get();
  }

  /**
   * Applies what a running agent can take over from another configuration: secrets, for its next
   * connections, and services, which join, leave and change. Nothing else stops or restarts. To be
   * called after the start has completed.
   *
   * @param next a valid configuration
   */
  public void reload(AgentConfig next) {
    if (stop.get() == null) {
      Secrets.replace(configured, next);
      Topics.SERVICES.publish(vertx, next.services());
    }
  }

  /**
   * Returns the id that distinguishes this agent from every other, and from itself before a
   * restart.
   *
   * @return the id: the host's name and a random part
   */
  public String id() {
    return id;
  }

  /**
   * Returns the port of the HTTP server, which the system chooses for {@code http.port: 0}.
   *
   * @return the port; -1 before the agent listens
   */
  public int httpPort() {
    return http.actualPort();
  }

  /**
   * Starts the servers that {@code embedded:} URIs name. Returns the configuration with the URIs of
   * the running servers in their place.
   */
  private Future<AgentConfig> startEmbedded() {
    Future<AgentConfig> result = Future.succeededFuture(configured);
    for (BackendUri uri : BackendUris.of(configured)) {
      Optional<EmbeddedServer> server = Technology.of(uri.scheme()).server();
      if (server.isPresent()) {
        result =
            result.compose(
                config ->
                    unlessStopping(() -> startEmbedded(uri, server.get()))
                        .map(reachable -> BackendUris.replace(config, uri, reachable)));
      }
    }
    return result;
  }

  private Future<BackendUri> startEmbedded(BackendUri uri, EmbeddedServer server) {
    parts.add("The embedded server " + uri, server::stop);
    return server
        .start(vertx, uri)
        .recover(failure -> fail(failure, BackendUris.key(configured, uri), "cannot start " + uri));
  }

  private Future<?> deployFeatures(AgentConfig config) {
    BackendUri uri = config.catalog().uri();
    Technology technology = Technology.of(uri.scheme());
    Future<?> deployed =
        reach("catalog.uri", uri, () -> technology.prepare(vertx, config.catalog()));
    if (config.evaluate() != AgentConfig.Evaluate.NEVER) {
      deployed =
          deployed.compose(
              before ->
                  deploy(
                      "EvaluationVerticle",
                      () -> vertx.deployVerticle(new EvaluationVerticle(config))));
    }
    return deployed
        .compose(before -> deployBackends(config))
        .compose(
            before ->
                deploy(
                    "HeartbeatVerticle", () -> vertx.deployVerticle(new HeartbeatVerticle(config))))
        .compose(
            before ->
                reach(
                    "catalog.uri",
                    uri,
                    () ->
                        deploy(
                            "RegistrationVerticle",
                            () ->
                                vertx.deployVerticle(
                                    new RegistrationVerticle(config, id, technology::catalog)))));
  }

  private Future<?> deployBackends(AgentConfig config) {
    List<Future<?>> deployed = new ArrayList<>();
    for (AgentConfig.Backend backend : config.liveness().backends()) {
      if (backend instanceof AgentConfig.BuiltIn builtIn) {
        LivenessSettings settings = settings(config, builtIn);
        Technology technology = Technology.of(builtIn.uri().scheme());
        deployed.add(
            reach(
                BackendUris.key(config, builtIn.uri()),
                builtIn.uri(),
                () ->
                    deployBackend(
                        builtIn.name(),
                        () ->
                            vertx.deployVerticle(
                                new LivenessVerticle(settings, technology::liveness)))));
      } else if (backend instanceof AgentConfig.ThirdParty other) {
        DeploymentOptions options =
            new DeploymentOptions().setConfig(new JsonObject(other.config()));
        int index = config.liveness().backends().indexOf(backend);
        deployed.add(
            deployBackend(other.name(), () -> vertx.deployVerticle(other.verticle(), options))
                .recover(
                    failure ->
                        fail(
                            failure,
                            "liveness.backends[" + index + "]",
                            "cannot start " + other.verticle())));
      }
    }
    return Future.all(deployed);
  }

  private LivenessSettings settings(AgentConfig config, AgentConfig.BuiltIn backend) {
    AgentConfig.Liveness liveness = config.liveness();
    return new LivenessSettings(
        backend.name(),
        id,
        backend.uri(),
        liveness.reportInterval(),
        liveness.serviceDownTime(),
        liveness.pollInterval(),
        config.watch(),
        config.catalog().uri().isSamePlaceAs(backend.uri())
            ? null
            : config.catalog().createTables(),
        liveness.longestDownTime());
  }

  private Future<Void> deployBackend(String name, Supplier<Future<String>> deployment) {
    return deploy("The backend " + name, deployment);
  }

  private Future<Void> deploy(String name, Supplier<Future<String>> deployment) {
    return unlessStopping(deployment)
        .compose(
            deploymentId -> {
              if (stop.get() != null) {
                return vertx.undeploy(deploymentId).mapEmpty();
              }
              parts.add(name, () -> vertx.undeploy(deploymentId));
              return Future.succeededFuture();
            });
  }

  private <T> Future<T> reach(String key, BackendUri uri, Supplier<Future<T>> attempt) {
    Duration limit = configured.agent().startTimeout();
    return new FirstContact(vertx, key, uri.toString(), limit, () -> stop.get() != null)
        .reach(() -> unlessStopping(attempt));
  }

  private <T> Future<T> unlessStopping(Supplier<Future<T>> step) {
    return stop.get() == null
        ? step.get()
        : Future.failedFuture(new StartException("agent: stopped while it started", null));
  }

  private static <T> Future<T> fail(Throwable failure, String key, String what) {
    return Future.failedFuture(StartException.of(failure, key, what));
  }
}
