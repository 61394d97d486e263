package io.servicegroup.heartbeat;

import io.servicegroup.bus.LocalMember;
import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.heartbeat.probe.ProbeResult;
import io.servicegroup.heartbeat.probe.Prober;
import io.servicegroup.heartbeat.probe.Probers;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.runtime.OnContext;
import io.servicegroup.runtime.Ticker;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes the members of this agent and publishes their full state, every {@code report_interval}
 * and at once when a state changes. The verticle calls no backend, so that no backend can delay it.
 * Without members it publishes an empty list, so that a liveness verticle which hears nothing knows
 * that this loop is gone.
 */
public final class HeartbeatVerticle extends VerticleBase {

  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatVerticle.class);
  private static final long CLOSE_MILLIS = 1000;

  private final AgentConfig config;
  private final Map<MemberId, OwnMember> members = new LinkedHashMap<>();
  private final RecentConflicts conflicts = new RecentConflicts();
  private final NotServed notServed;
  private Probers probers;
  private HeartbeatCoalescer coalescer;
  private Ticker ticker;
  private List<MessageConsumer<?>> consumers = List.of();

  /**
   * Makes the verticle of one agent.
   *
   * @param config the agent's configuration; the catalogue's verticle joins its services and starts
   *     them here
   */
  public HeartbeatVerticle(AgentConfig config) {
    this.config = config;
    this.notServed = new NotServed(config.agent().id().isEmpty(), config.services());
  }

  @Override
  public Future<?> start() {
    probers = new Probers(vertx);
    coalescer = new HeartbeatCoalescer(vertx, () -> ticker.hasten());
    Duration interval = config.liveness().reportInterval();
    ticker = Ticker.start(vertx, "The heartbeat", interval, interval, this::publish);
    consumers =
        List.of(
            Topics.HEARTBEAT_START.serve(vertx, this::startMember),
            Topics.HEARTBEAT_STOP.serve(vertx, this::stopMember),
            Topics.HEARTBEAT_TOUCH.serve(vertx, this::touch),
            Topics.PROCESS.serve(vertx, probers::identify),
            Topics.UNSERVED.consume(vertx, notServed::are),
            Topics.SERVICES.consume(
                vertx, services -> notServed.configured(services, members.keySet())),
            Topics.CONFLICT.consume(vertx, this::yieldTo));
    return Future.all(consumers.stream().map(MessageConsumer::completion).toList());
  }

  /** Publishes the last state, then stops the probes. Bounded in time, whatever the probes do. */
  @Override
  public Future<?> stop() {
    coalescer.close();
    Future<Void> silent = ticker.stop();
    Topics.HEARTBEAT.publish(
        vertx, config.agent().leaveOnStop() ? List.of() : reports(OwnMember::reportRestarting));
    List<Future<Void>> stopped =
        members.values().stream().map(member -> member.prober().stop()).toList();
    members.clear();
    Future<?> closed =
        Future.join(consumers.stream().map(MessageConsumer::unregister).toList())
            .eventually(() -> silent)
            .eventually(() -> Future.join(stopped))
            .eventually(probers::close);
    return OnContext.within(vertx, CLOSE_MILLIS, closed)
        .otherwise(
            failure -> {
              LOG.debug("The probes were not closed in good order", failure);
              return null;
            });
  }

  private Future<Void> startMember(LocalMember local) {
    MemberId id = local.spec().id();
    OwnMember known = members.get(id);
    if (known != null && known.incarnation().equals(local.incarnation())) {
      return change(known, local.spec());
    }
    if (known != null && known.incarnation().isNewerThan(local.incarnation())) {
      return refuse(Refusal.CONFLICT, id + " was joined again in the meantime");
    }
    conflicts.remove(id);
    Prober prober = prober(local.spec());
    OwnMember member = new OwnMember(local.spec(), local.incarnation(), prober);
    Future<Void> replaced = remove(id);
    members.put(id, member);
    notServed.joined(id);
    prober.start(result -> accept(member, result));
    return replaced;
  }

  private Prober prober(ServiceSpec spec) {
    return probers.create(spec.id(), spec.probe(), config.liveness().downTime(spec.id()));
  }

  private Future<Void> change(OwnMember known, ServiceSpec spec) {
    if (known.spec().probe().equals(spec.probe())) {
      return Future.succeededFuture();
    }
    Future<Void> stopped = known.prober().stop();
    OwnMember changed = known.with(spec, prober(spec));
    members.put(spec.id(), changed);
    changed.prober().start(result -> accept(changed, result));
    return stopped;
  }

  private Future<Void> stopMember(MemberId id) {
    conflicts.remove(id);
    if (!members.containsKey(id)) {
      return refuse(Refusal.MISSING, "this agent does not beat for " + id);
    }
    Future<Void> removed = remove(id);
    return coalescer.request().eventually(() -> removed);
  }

  private Future<Void> touch(MemberId id) {
    Conflict conflict = conflicts.get(id);
    if (conflict != null) {
      return refuse(
          Refusal.CONFLICT,
          "this agent does not beat for " + id + " any more: " + conflict.kind().sentence());
    }
    OwnMember member = members.get(id);
    if (member == null) {
      return Future.failedFuture(notServed.refusal(id));
    }
    return member.prober().touch()
        ? Future.succeededFuture()
        : refuse(
            Refusal.CONFLICT,
            id
                + " has the probe "
                + member.spec().probe().type()
                + "; only a service with the probe self beats for itself");
  }

  /**
   * Gives up a member that belongs to somebody else now: it only disappears from the next state,
   * since its entries in the backends are no longer this agent's to change.
   */
  private void yieldTo(Conflict conflict) {
    OwnMember member = members.get(conflict.id());
    if (member != null && member.incarnation().equals(conflict.incarnation())) {
      LOG.warn(
          "This agent does not beat for {} any more: {}",
          conflict.id(),
          conflict.kind().sentence());
      conflicts.add(conflict);
      remove(conflict.id());
      coalescer.request();
    }
  }

  private Future<Void> remove(MemberId id) {
    OwnMember member = members.remove(id);
    return member == null ? Future.succeededFuture() : member.prober().stop();
  }

  private void accept(OwnMember member, ProbeResult result) {
    if (member.accept(result)) {
      if (member.alive()) {
        LOG.info("{} is alive", member.spec().id());
      } else {
        LOG.warn("{} has failed: {}", member.spec().id(), member.reason());
      }
      coalescer.request();
    }
  }

  private Future<Void> publish() {
    Topics.HEARTBEAT.publish(vertx, reports(OwnMember::report));
    coalescer.sent();
    return Future.succeededFuture();
  }

  private List<Heartbeat> reports(Function<OwnMember, Optional<Heartbeat>> report) {
    return members.values().stream().map(report).flatMap(Optional::stream).toList();
  }

  private static Future<Void> refuse(Refusal kind, String sentence) {
    return Future.failedFuture(new ServiceGroupException(kind, sentence));
  }
}
