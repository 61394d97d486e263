package io.servicegroup.liveness;

import io.servicegroup.bus.AgentPhase;
import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.detect.EvaluatorSettings;
import io.servicegroup.detect.LivenessEvaluator;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.Beat;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Sightings;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.StatusChange;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thin shell around {@link LivenessEvaluator}. It passes the messages of the event bus to the
 * evaluator, publishes the changes that follow as {@code servicegroup.status} and a digest every
 * few seconds, and answers {@code servicegroup.status.snapshot}. Verdicts need no timer: the
 * evaluator's time advances with the sightings.
 */
public final class EvaluationVerticle extends VerticleBase {

  private static final Logger LOG = LoggerFactory.getLogger(EvaluationVerticle.class);
  private static final Duration DIGEST_INTERVAL = Duration.ofSeconds(5);
  private static final Duration CATALOG_TIMEOUT = Duration.ofSeconds(5);

  private final AgentConfig config;
  private final LivenessEvaluator evaluator;
  private final BackendStates states =
      new BackendStates(state -> Topics.BACKEND.publish(vertx, state));
  private final ReachedTime reached;
  private final Map<String, Long> outages = new HashMap<>();
  private final UnseenMembers unseen = new UnseenMembers(this::isBackend);
  private boolean running;

  /**
   * Makes the verticle; nothing happens before its deployment.
   *
   * @param config the agent's configuration
   */
  public EvaluationVerticle(AgentConfig config) {
    this.config = config;
    this.evaluator =
        new LivenessEvaluator(UUID.randomUUID().toString(), settings(config.liveness()));
    this.reached = new ReachedTime(outage(), System::nanoTime);
  }

  private static EvaluatorSettings settings(AgentConfig.Liveness liveness) {
    AgentConfig.MassSilence mass = liveness.massSilence();
    return new EvaluatorSettings(
        liveness.backends().stream().map(AgentConfig.Backend::name).toList(),
        liveness.verdict() == AgentConfig.VerdictRule.ALL
            ? EvaluatorSettings.Rule.ALL
            : EvaluatorSettings.Rule.ANY,
        liveness.serviceDownTime().toMillis(),
        liveness.groups().entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, group -> group.getValue().toMillis())),
        liveness.reportInterval().toMillis(),
        liveness.pollInterval().toMillis(),
        mass.share(),
        mass.minWriters(),
        mass.hold().toMillis());
  }

  @Override
  public Future<?> start() {
    Topics.BACKEND.consume(vertx, this::backendState);
    Topics.SIGHTINGS.consume(vertx, this::sightings);
    Topics.CATALOG.consumeBatches(vertx, this::catalogEvents);
    Topics.AGENT.consume(vertx, phase -> running = phase == AgentPhase.RUNNING);
    Topics.STATUS_SNAPSHOT.serve(vertx, this::snapshot);
    vertx.setPeriodic(
        DIGEST_INTERVAL.toMillis(), id -> Topics.STATUS_DIGEST.publish(vertx, evaluator.digest()));
    // No answer comes where the catalogue's verticle starts later; it publishes all members then.
    Topics.CATALOG_SNAPSHOT
        .requestHere(vertx, null, CATALOG_TIMEOUT)
        .onSuccess(this::catalogEvents)
        .onFailure(nobody -> LOG.debug("The catalogue will be published: {}", nobody.getMessage()));
    return Future.succeededFuture();
  }

  private Future<Snapshot> snapshot(MemberFilter filter) {
    return Future.succeededFuture(evaluator.snapshot(filter));
  }

  private void backendState(BackendState state) {
    if (!isConfigured(state.backend())) {
      return;
    }
    if (states.take(state)) {
      publish(evaluator.backendState(state, now()));
      if (state.state() == BackendState.State.UNREACHABLE) {
        awaitOutage(state.backend());
      } else {
        cancelOutage(state.backend());
      }
    }
  }

  /**
   * Takes the backend's vote once it was unreachable for as long as an outage lasts. A hiccup takes
   * no vote, and repeated messages do not prolong the wait.
   */
  private void awaitOutage(String backend) {
    outages.computeIfAbsent(
        backend,
        name ->
            vertx.setTimer(
                outage().toMillis(),
                id -> {
                  outages.remove(name);
                  publish(evaluator.out(name, now()));
                }));
  }

  private Duration outage() {
    return config.liveness().reportInterval().plus(config.liveness().pollInterval());
  }

  private void cancelOutage(String backend) {
    Long timer = outages.remove(backend);
    if (timer != null) {
      vertx.cancelTimer(timer);
    }
  }

  private void sightings(Sightings sightings) {
    if (!isConfigured(sightings.backend())) {
      return;
    }
    cancelOutage(sightings.backend());
    publish(evaluator.sightings(reached.completed(watched(sightings)), now()));
    showWithheldVerdicts(sightings.backend());
  }

  /**
   * Drops the presence of members without an incarnation and a record, unless their whole group is
   * watched.
   */
  private Sightings watched(Sightings seen) {
    return new Sightings(
        seen.backend(),
        seen.witnessedMillis(),
        seen.beats(),
        seen.held().stream()
            .filter(beat -> config.watch().coversAllOf(beat.id().group()) || tracks(beat))
            .toList(),
        seen.gone(),
        seen.unwitnessed(),
        seen.hiccup(),
        seen.reachedMillis());
  }

  private boolean tracks(Beat beat) {
    return beat.incarnation() != null || evaluator.tracks(beat.id());
  }

  private boolean isConfigured(String backend) {
    boolean configured = isBackend(backend);
    if (!configured) {
      LOG.warn("A message about the backend {}, which is not configured, was dropped", backend);
    }
    return configured;
  }

  private void showWithheldVerdicts(String backend) {
    BackendState state = states.of(backend);
    if (state == null) {
      return;
    }
    BackendState.MassSilence silence = evaluator.massSilence(backend).orElse(null);
    int postponed = evaluator.postponed(backend);
    boolean silenceChanged = !Objects.equals(silence, state.massSilence());
    boolean postponedChanged = postponed > 0 != state.postponed() > 0;
    if (silenceChanged) {
      logMassSilence(backend, silence);
    }
    if (postponedChanged) {
      logPostponed(backend, postponed);
    }
    if (silenceChanged || postponedChanged) {
      states.show(new BackendState(backend, state.state(), state.since(), silence, postponed));
    }
  }

  private static void logMassSilence(String backend, BackendState.MassSilence silence) {
    if (silence == null) {
      LOG.info("Backend {}: the mass silence is over", backend);
    } else {
      LOG.warn(
          "Backend {}: {} of {} writers fell silent together; the verdicts on their members are"
              + " withheld for {} ms",
          backend,
          silence.silent(),
          silence.writers(),
          silence.withheldMillis());
    }
  }

  private static void logPostponed(String backend, int postponed) {
    if (postponed == 0) {
      LOG.info("Backend {}: no verdict is postponed any more", backend);
    } else {
      LOG.warn(
          "Backend {}: the verdicts on {} silent members are withheld, because the backend fails or"
              + " loses data again and again, or because their beats cannot be written; at most for"
              + " four service_down_time while beats of others arrive",
          backend,
          postponed);
    }
  }

  private void catalogEvents(List<CatalogEvent> events) {
    List<StatusChange> changes = new ArrayList<>();
    events.forEach(event -> changes.addAll(changes(event)));
    publish(changes);
  }

  private List<StatusChange> changes(CatalogEvent event) {
    Member member = event.member();
    if (!isWatched(event)) {
      return List.of();
    }
    unseen.look(member);
    return event.type() == CatalogEvent.Type.DELETED
        ? evaluator.deleted(member.id(), now())
        : evaluator.member(member, isJoining(event), now());
  }

  private boolean isBackend(String name) {
    return config.liveness().backends().stream().anyMatch(known -> known.name().equals(name));
  }

  /**
   * Whether a member joined since this agent started. What the catalogue's verticle publishes
   * before the agent runs was found in the catalogue; the agent's own members always joined since.
   */
  private boolean isJoining(CatalogEvent event) {
    return event.own() || (running && event.type() == CatalogEvent.Type.JOINED);
  }

  /**
   * Whether the member is to be followed. One that was this agent's own is followed until it is
   * deleted.
   */
  private boolean isWatched(CatalogEvent event) {
    MemberId id = event.member().id();
    return config.watch().covers(id, event.own()) || evaluator.tracks(id);
  }

  private void publish(List<StatusChange> changes) {
    for (StatusChange change : changes) {
      LOG.info(
          "{} is {} ({}), was {}",
          change.id(),
          change.status(),
          change.reason().text(),
          change.previous());
    }
    Topics.STATUS.publishAll(vertx, changes);
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }
}
