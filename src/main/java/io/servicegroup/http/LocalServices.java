package io.servicegroup.http;

import io.servicegroup.bus.UnservedMember;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The services beside this agent: those that the configuration names, and those that joined through
 * its API. Services that ended are forgotten, so that the map does not grow for ever.
 *
 * <p>Not thread-safe.
 */
final class LocalServices {

  private final TreeMap<MemberId, LocalService> services = new TreeMap<>();

  /** Whether a service that ended stays, since all did. */
  private boolean keepsEnded;

  LocalServices(Set<MemberId> configured) {
    configured.forEach(id -> services.put(id, new LocalService(true)));
  }

  private LocalService service(MemberId id) {
    return services.computeIfAbsent(id, absent -> new LocalService(false));
  }

  /** Takes in the full state of this agent's members. A member that is missing from it has left. */
  void heartbeats(List<Heartbeat> heartbeats) {
    heartbeats.forEach(heartbeat -> service(heartbeat.id()).reported(heartbeat));
    Set<MemberId> reported = heartbeats.stream().map(Heartbeat::id).collect(Collectors.toSet());
    services.forEach(
        (id, service) -> {
          if (!reported.contains(id)) {
            service.missingFromReport();
          }
        });
    forgetEnded();
  }

  /**
   * Learns which services a reloaded configuration names. A new one is added when it has joined:
   * while its join waits for a store, the services that were here before get work as ever.
   */
  void configured(Set<MemberId> ids) {
    services.forEach((id, service) -> service.configured(ids.contains(id)));
    services.values().removeIf(LocalService::isEnded);
  }

  /**
   * Learns which members joined before the agent was restarted and are not served again. A member
   * that another agent serves meanwhile is no service of this machine.
   *
   * @param members all of them; a member that was in the list before and is not now is served again
   */
  void unserved(List<UnservedMember> members) {
    services.values().forEach(service -> service.unserved(null));
    for (UnservedMember member : members) {
      if (member.state() != UnservedMember.State.SERVED_ELSEWHERE) {
        service(member.id()).unserved(member.text());
      }
    }
    forgetEnded();
  }

  void conflict(Conflict conflict) {
    service(conflict.id()).conflict(conflict);
    forgetEnded();
  }

  /** Takes in a change of the catalogue, which may concern a member of another machine. */
  void catalog(CatalogEvent event) {
    Member member = event.member();
    boolean deleted = event.type() == CatalogEvent.Type.DELETED;
    if (event.own() && !deleted) {
      service(member.id()).joined();
    }
    LocalService service = services.get(member.id());
    if (service != null) {
      service.catalog(deleted ? null : member, event.own());
      if (service.isEnded() || keepsEnded) {
        forgetEnded();
      }
    }
  }

  /**
   * Forgets the services that ended. Where every service was deleted, one of them stays, because
   * {@code /health} then has to report the reason {@code deleted}.
   */
  private void forgetEnded() {
    services.values().removeIf(service -> service.isEnded() && !service.isDeleted());
    MemberId kept = allDeleted() && !services.isEmpty() ? services.lastKey() : null;
    keepsEnded = kept != null;
    services
        .entrySet()
        .removeIf(entry -> entry.getValue().isEnded() && !entry.getKey().equals(kept));
  }

  private boolean allDeleted() {
    return services.values().stream().allMatch(LocalService::isDeleted);
  }

  /**
   * Lists the services that health reports on. Deleted ones are among them only where all are.
   *
   * @return the services in order of group and host
   */
  Map<MemberId, LocalService> checked() {
    if (allDeleted()) {
      return services;
    }
    Map<MemberId, LocalService> checked = new TreeMap<>(services);
    checked.values().removeIf(LocalService::isDeleted);
    return checked;
  }
}
