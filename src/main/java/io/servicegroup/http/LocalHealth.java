package io.servicegroup.http;

import io.servicegroup.bus.AgentPhase;
import io.servicegroup.bus.Untaken;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.CatalogLoss;
import io.servicegroup.model.Concern;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.EnumText;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.runtime.Count;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * What is known about this agent and the services beside it, from what the other verticles said. It
 * asks nobody, so that no backend slows it; and no backend's absence turns it.
 *
 * <p>Not thread-safe.
 */
final class LocalHealth {

  /** The services to be joined, the backends to be reached, and the time for first verdicts. */
  record Expected(Set<MemberId> services, Set<String> backends, Duration verdictsWithin) {}

  /** What a check says. */
  enum State {
    /** All is well. */
    UP,
    /** Worth knowing; turns nothing. */
    WARN,
    /** Not to be sent work. */
    DOWN
  }

  /** What a balancer is to do with this machine. */
  enum Traffic {
    /** Send work. */
    UP,
    /** Send nothing new. */
    DRAIN,
    /** Send nothing. */
    DOWN
  }

  /** One line of a report; the reason is null where all is well. */
  record Check(String id, State status, String reason) {}

  /** What a balancer is to do, and why where it is to send nothing. */
  record Advice(Traffic traffic, String reason) {}

  /** A report. */
  record Report(boolean up, List<Check> checks) {}

  private static final String CATALOG = "catalog";
  private static final Duration LOSS_IS_NEWS = Duration.ofHours(1);

  private final Expected expected;
  private final LongSupplier nanoTime;
  private final Map<MemberId, LocalService> services = new TreeMap<>();
  private final Map<String, BackendState> backends = new LinkedHashMap<>();
  private final HealthConcerns concerns = new HealthConcerns();
  private final Set<String> notReached;
  private final Set<MemberId> configured;
  private final Set<MemberId> notReported;
  private AgentPhase phase = AgentPhase.STARTING;
  private long runningSince;
  private CatalogLoss loss;
  private long lossChangedAt;
  private boolean verdictsIn;

  LocalHealth(Expected expected, LongSupplier nanoTime) {
    this.expected = expected;
    this.nanoTime = nanoTime;
    this.notReached = new HashSet<>(expected.backends());
    this.configured = new HashSet<>(expected.services());
    this.notReported = new HashSet<>(expected.services());
    expected.services().forEach(id -> services.put(id, new LocalService(true)));
  }

  void phase(AgentPhase now) {
    if (now == AgentPhase.RUNNING && phase != AgentPhase.RUNNING) {
      runningSince = nanoTime.getAsLong();
    }
    phase = now;
  }

  /**
   * Takes the full state of this agent's members: one that is missing has left. What leaves or is
   * marked while the agent stops says nothing about the service.
   */
  void heartbeats(List<Heartbeat> heartbeats) {
    if (isStopping()) {
      return;
    }
    for (Heartbeat heartbeat : heartbeats) {
      notReported.remove(heartbeat.id());
      service(heartbeat.id()).reported(heartbeat);
    }
    Set<MemberId> present = heartbeats.stream().map(Heartbeat::id).collect(Collectors.toSet());
    services.forEach((id, service) -> service.reportedWithout(present.contains(id)));
    forgetOthers();
  }

  /**
   * The configuration names others now. One that is new is spoken of when it has joined: while its
   * join waits for a store, the services that were here before are sent work as ever.
   */
  void configured(List<ServiceSpec> now) {
    Set<MemberId> ids = now.stream().map(ServiceSpec::id).collect(Collectors.toSet());
    configured.retainAll(ids);
    notReported.retainAll(ids);
    services.forEach((id, service) -> service.configured(ids.contains(id)));
    services.values().removeIf(LocalService::isOver);
  }

  /** Takes all that joined before the agent was restarted and is not served again. */
  void untaken(List<Untaken> members) {
    services.values().forEach(service -> service.untaken(null));
    for (Untaken member : members) {
      if (member.state() != Untaken.State.ANOTHERS) {
        service(member.id()).untaken(member.text());
      }
    }
    forgetOthers();
  }

  void conflict(Conflict conflict) {
    service(conflict.id()).conflict(conflict);
    forgetOthers();
  }

  /**
   * Members come and go. Of those that are over none is kept, but for the last one that was deleted
   * where nothing else stands beside this agent: health is to say so.
   */
  private void forgetOthers() {
    services.values().removeIf(service -> service.isOver() && !service.isDeleted());
    MemberId last = allDeleted() ? lastDeleted() : null;
    services
        .entrySet()
        .removeIf(entry -> entry.getValue().isOver() && !entry.getKey().equals(last));
  }

  private MemberId lastDeleted() {
    return services.keySet().stream().reduce((first, second) -> second).orElse(null);
  }

  private boolean allDeleted() {
    return services.values().stream().allMatch(LocalService::isDeleted);
  }

  /** A member that was deleted is no check beside others. */
  private Map<MemberId, LocalService> checked() {
    if (allDeleted()) {
      return services;
    }
    Map<MemberId, LocalService> checked = new TreeMap<>(services);
    checked.values().removeIf(LocalService::isDeleted);
    return checked;
  }

  void catalog(CatalogEvent event) {
    Member member = event.member();
    boolean deleted = event.type() == CatalogEvent.Type.DELETED;
    if (event.own() && !deleted) {
      service(member.id()).joined();
    }
    LocalService service = services.get(member.id());
    if (service != null) {
      service.catalog(deleted ? null : member, event.own());
      forgetOthers();
    }
  }

  void backend(BackendState state) {
    backends.put(state.backend(), state);
    if (state.state() != BackendState.State.UNREACHABLE) {
      notReached.remove(state.backend());
    }
  }

  void catalogLoss(CatalogLoss now) {
    loss = now;
    lossChangedAt = nanoTime.getAsLong();
  }

  void concern(Concern concern) {
    concerns.take(concern);
  }

  private LocalService service(MemberId id) {
    return services.computeIfAbsent(id, absent -> new LocalService(false));
  }

  /**
   * Whether the services beside this agent may be sent work.
   *
   * @param group only of this group, or null
   * @param host only on this host, or null
   * @return a report; empty where no service is asked for
   */
  Optional<Report> services(String group, String host) {
    List<Check> checks = new ArrayList<>();
    if (isStopping()) {
      checks.add(new Check("agent", State.DOWN, "the agent is stopping"));
    }
    int before = checks.size();
    checked()
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
      addCatalog(checks);
      addConcern(checks, CATALOG);
      addBackends(checks);
    }
    return Optional.of(report(checks));
  }

  /** A loss is over within seconds; whoever asks seldom is to know of it nevertheless. */
  private void addCatalog(List<Check> checks) {
    if (loss == null
        || (loss.missing() == 0 && nanoTime.getAsLong() - lossChangedAt > LOSS_IS_NEWS.toNanos())) {
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

  /** Known to the reader of a report, but no reason to take the services out of service. */
  private void addBackends(List<Check> checks) {
    for (String name : expected.backends()) {
      BackendState state = backends.get(name);
      String concern = state == null ? "not reached yet" : concern(state);
      String check = "backend:" + name;
      if (concern == null && concerns.text(check) == null) {
        checks.add(new Check(check, State.UP, null));
      } else if (concern != null) {
        checks.add(new Check(check, State.WARN, concern));
      }
      addConcern(checks, check);
    }
  }

  private void addConcern(List<Check> checks, String check) {
    if (concerns.text(check) != null) {
      checks.add(new Check(check, State.WARN, concerns.text(check)));
    }
  }

  private static String concern(BackendState state) {
    BackendState.MassSilence silence = state.massSilence();
    if (state.state() == BackendState.State.UNREACHABLE) {
      return "unreachable since " + state.since();
    }
    if (silence != null) {
      return "mass silence: verdicts on "
          + silence.silent()
          + " of "
          + silence.writers()
          + " writers are held";
    }
    if (state.postponed() > 0) {
      return "verdicts on "
          + state.postponed()
          + " silent members are held: failures or losses of data in a row, or beats that cannot be"
          + " written";
    }
    return state.state() == BackendState.State.DATA_LOST
        ? "some of what was written last was missing at " + state.since()
        : null;
  }

  private static Report report(List<Check> checks) {
    return new Report(checks.stream().noneMatch(check -> check.status() == State.DOWN), checks);
  }

  /**
   * Whether the agent has finished starting.
   *
   * @param verdictsKnown whether the first verdicts are in; asked until they once were
   * @return a report
   */
  Report ready(BooleanSupplier verdictsKnown) {
    verdictsIn = verdictsIn || (phase == AgentPhase.RUNNING && verdictsKnown.getAsBoolean());
    List<Check> checks = new ArrayList<>();
    checks.add(check("agent", phase == AgentPhase.RUNNING, "the agent is " + phaseText()));
    for (String name : expected.backends()) {
      checks.add(check("backend:" + name, !notReached.contains(name), "not reached yet"));
    }
    for (MemberId id : configured) {
      checks.add(check(id.toString(), !notReported.contains(id), "not reported yet"));
    }
    concerns.unready().forEach((id, why) -> checks.add(check(id, false, why)));
    checks.add(check("verdicts", verdictsIn || waitedForVerdicts(), "no first verdicts yet"));
    return report(checks);
  }

  private String phaseText() {
    return EnumText.of(phase);
  }

  private static Check check(String id, boolean passes, String otherwise) {
    return new Check(id, passes ? State.UP : State.DOWN, passes ? null : otherwise);
  }

  private boolean waitedForVerdicts() {
    return phase == AgentPhase.RUNNING
        && nanoTime.getAsLong() - runningSince >= expected.verdictsWithin().toNanos();
  }

  boolean isStopping() {
    return phase == AgentPhase.STOPPING;
  }

  /**
   * What a balancer is to do: nothing where one service fails, nothing new where one is disabled or
   * the agent stops.
   *
   * @param name a member as {@code group/host}, or a group; null for all beside this agent
   * @return the advice
   */
  Advice advice(String name) {
    boolean found = name == null || isStopping();
    Traffic traffic = isStopping() ? Traffic.DRAIN : Traffic.UP;
    for (Map.Entry<MemberId, LocalService> entry : checked().entrySet()) {
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
