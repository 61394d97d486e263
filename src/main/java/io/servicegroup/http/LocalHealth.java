package io.servicegroup.http;

import io.servicegroup.bus.AgentPhase;
import io.servicegroup.bus.UnservedMember;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.CatalogLoss;
import io.servicegroup.model.Concern;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.runtime.Count;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Makes the answers of {@code /health}, {@code /health/ready} and HAProxy's agent check from what
 * the other verticles published. It asks nobody, so that a hung backend does not delay an answer. A
 * backend that becomes unreachable is a warning and changes no report's status.
 *
 * <p>Not thread-safe.
 */
final class LocalHealth {

  /**
   * What the agent waits for when it starts.
   *
   * @param services the configured services, which are to be reported
   * @param backends the names of the liveness backends, which are to be reached
   * @param verdictsWithin how long the first verdicts are waited for
   */
  record Expected(Set<MemberId> services, Set<String> backends, Duration verdictsWithin) {}

  /** The result of a check. */
  enum State {
    /** Nothing is wrong. */
    UP,
    /** Something is wrong that does not change the report's status. */
    WARN,
    /** The check failed, and the report's status is {@code DOWN}. */
    DOWN
  }

  /** What a load balancer is to do with the services of this machine. */
  enum Traffic {
    /** Send requests. */
    UP,
    /** Send no new sessions. */
    DRAIN,
    /** Send nothing. */
    DOWN
  }

  /** One line of a report; the reason is null where nothing is wrong. */
  record Check(String id, State status, String reason) {}

  /** What a load balancer is to do; the reason is null unless it is to send nothing. */
  record Advice(Traffic traffic, String reason) {}

  /** The checks, and whether none of them failed. */
  record Report(boolean up, List<Check> checks) {

    private static Report of(List<Check> checks) {
      return new Report(checks.stream().noneMatch(check -> check.status() == State.DOWN), checks);
    }
  }

  private static final String CATALOG = "catalog";

  /** How long a loss of data is shown after it was mended. */
  private static final Duration LOSS_SHOWN_FOR = Duration.ofHours(1);

  private final Expected expected;
  private final LongSupplier nanoTime;
  private final Readiness readiness;
  private final LocalServices services;
  private final Map<String, BackendState> backends = new LinkedHashMap<>();
  private final HealthConcerns concerns = new HealthConcerns();
  private CatalogLoss loss;
  private long lossChangedAt;

  LocalHealth(Expected expected, LongSupplier nanoTime) {
    this.expected = expected;
    this.nanoTime = nanoTime;
    this.readiness = new Readiness(expected, nanoTime);
    this.services = new LocalServices(expected.services());
  }

  void phase(AgentPhase now) {
    readiness.phase(now);
  }

  boolean isStopping() {
    return readiness.isStopping();
  }

  /**
   * Takes in the full state of this agent's members. While the agent stops it is ignored, because a
   * member that leaves then, or is marked as restarting, says nothing about its service.
   */
  void heartbeats(List<Heartbeat> heartbeats) {
    if (isStopping()) {
      return;
    }
    heartbeats.forEach(heartbeat -> readiness.reported(heartbeat.id()));
    services.heartbeats(heartbeats);
  }

  /** Learns which services a reloaded configuration names. */
  void configured(List<ServiceSpec> now) {
    Set<MemberId> ids = now.stream().map(ServiceSpec::id).collect(Collectors.toSet());
    readiness.configured(ids);
    services.configured(ids);
  }

  void unserved(List<UnservedMember> members) {
    services.unserved(members);
  }

  void conflict(Conflict conflict) {
    services.conflict(conflict);
  }

  void catalog(CatalogEvent event) {
    services.catalog(event);
  }

  void backend(BackendState state) {
    backends.put(state.backend(), state);
    if (state.state() != BackendState.State.UNREACHABLE) {
      readiness.reached(state.backend());
    }
  }

  void catalogLoss(CatalogLoss now) {
    loss = now;
    lossChangedAt = nanoTime.getAsLong();
  }

  void concern(Concern concern) {
    concerns.update(concern);
  }

  /**
   * Reports whether the services beside this agent may get work.
   *
   * @param group reports on services of this group only; null for any group
   * @param host reports on services on this host only; null for any host
   * @return the report; empty where a group or a host is given and no service matches
   */
  Optional<Report> services(String group, String host) {
    List<Check> checks = new ArrayList<>();
    if (isStopping()) {
      checks.add(new Check("agent", State.DOWN, "the agent is stopping"));
    }
    int before = checks.size();
    services
        .checked()
        .forEach(
            (id, service) -> {
              if ((group == null || group.equals(id.group()))
                  && (host == null || host.equals(id.host()))) {
                String fault = service.fault();
                checks.add(new Check(id.toString(), fault == null ? State.UP : State.DOWN, fault));
              }
            });
    boolean narrowed = group != null || host != null;
    if (narrowed && checks.size() == before) {
      return Optional.empty();
    }
    if (!narrowed) {
      addCatalogLoss(checks);
      addConcerns(checks, CATALOG);
      addBackends(checks);
    }
    return Optional.of(Report.of(checks));
  }

  /**
   * Adds a loss of data in the catalogue. It is often mended within seconds, and is shown for a
   * while after that, so that those who seldom ask learn of it too.
   */
  private void addCatalogLoss(List<Check> checks) {
    if (loss == null
        || (loss.missing() == 0
            && nanoTime.getAsLong() - lossChangedAt > LOSS_SHOWN_FOR.toNanos())) {
      return;
    }
    String outcome =
        loss.missing() == 0 ? "it is restored" : "that of " + loss.missing() + " is missing still";
    checks.add(
        new Check(
            CATALOG,
            State.WARN,
            "lost the service data of %s at %s; %s"
                .formatted(Count.of(loss.members(), "member"), loss.since(), outcome)));
  }

  /** Adds the backends, whose failure is a warning only: the services can work without them. */
  private void addBackends(List<Check> checks) {
    for (String name : expected.backends()) {
      BackendState state = backends.get(name);
      String warning = state == null ? "not reached yet" : warning(state);
      String check = "backend:" + name;
      if (warning != null) {
        checks.add(new Check(check, State.WARN, warning));
      } else if (concerns.text(check) == null) {
        checks.add(new Check(check, State.UP, null));
      }
      addConcerns(checks, check);
    }
  }

  private void addConcerns(List<Check> checks, String check) {
    String text = concerns.text(check);
    if (text != null) {
      checks.add(new Check(check, State.WARN, text));
    }
  }

  /** What is wrong with a backend, or null. */
  private static String warning(BackendState state) {
    BackendState.MassSilence silence = state.massSilence();
    if (state.state() == BackendState.State.UNREACHABLE) {
      return "unreachable since " + state.since();
    }
    if (silence != null) {
      return "mass silence: verdicts on %d of %d writers are held"
          .formatted(silence.silent(), silence.writers());
    }
    if (state.postponed() > 0) {
      return ("verdicts on %d silent members are held: failures or losses of data in a row,"
              + " or beats that cannot be written")
          .formatted(state.postponed());
    }
    return state.state() == BackendState.State.DATA_LOST
        ? "some of what was written last was missing at " + state.since()
        : null;
  }

  /**
   * Reports whether the agent has finished starting.
   *
   * @param verdictsKnown whether the first verdicts are in; called until it was true once
   * @return the report
   */
  Report ready(BooleanSupplier verdictsKnown) {
    return Report.of(readiness.checks(verdictsKnown, concerns.unready()));
  }

  /**
   * Tells a load balancer what to do: to send nothing where a service failed, and no new sessions
   * where a service is disabled or the agent stops.
   *
   * @param name a member as {@code group/host}, or a group; null for all services of this machine
   * @return the advice
   */
  Advice advice(String name) {
    boolean found = name == null || isStopping();
    Traffic traffic = isStopping() ? Traffic.DRAIN : Traffic.UP;
    for (Map.Entry<MemberId, LocalService> entry : services.checked().entrySet()) {
      MemberId id = entry.getKey();
      LocalService service = entry.getValue();
      if (name == null || name.equals(id.toString()) || name.equals(id.group())) {
        found = true;
        if (service.fault() != null && !service.isOnlyDisabled()) {
          return new Advice(Traffic.DOWN, id + ": " + service.fault());
        }
        traffic = service.fault() == null ? traffic : Traffic.DRAIN;
      }
    }
    return found
        ? new Advice(traffic, null)
        : new Advice(Traffic.DOWN, name + ": no such service stands beside this agent");
  }
}
