package io.servicegroup.heartbeat;

import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.bus.UnservedMember;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ServiceSpec;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Makes the answer to a service that beats by itself although this agent does not beat for it: the
 * service is told to wait, or how to join. Not thread-safe.
 */
final class NotServed {

  private Map<MemberId, UnservedMember> unserved = Map.of();
  private boolean known;

  /** The services in the configuration. */
  private Set<MemberId> configured = Set.of();

  /**
   * The services in the configuration that the agent joins by itself as soon as the catalogue
   * allows it.
   */
  private final Set<MemberId> awaited = new HashSet<>();

  /**
   * Makes the answers of an agent that starts.
   *
   * @param known whether no service can have joined through this agent before it was started
   * @param services the services in the configuration
   */
  NotServed(boolean known, Collection<ServiceSpec> services) {
    this.known = known;
    configured(services, Set.of());
  }

  /**
   * Takes in the configured services, at the start or after a reload. A service that was configured
   * before and left is not joined again by a reload.
   *
   * @param services the services in the configuration
   * @param served the members for which the agent beats
   */
  void configured(Collection<ServiceSpec> services, Set<MemberId> served) {
    Set<MemberId> now = services.stream().map(ServiceSpec::id).collect(Collectors.toSet());
    awaited.retainAll(now);
    now.stream()
        .filter(id -> !configured.contains(id) && !served.contains(id))
        .forEach(awaited::add);
    configured = now;
  }

  /** The agent beats for a member. */
  void joined(MemberId id) {
    awaited.remove(id);
  }

  /** Takes in the members that joined before the agent was restarted and are not served again. */
  void are(List<UnservedMember> members) {
    known = true;
    unserved = members.stream().collect(Collectors.toMap(UnservedMember::id, Function.identity()));
  }

  /** The refusal of a service's own beat. */
  ServiceGroupException refusal(MemberId id) {
    if (awaited.contains(id)) {
      return new ServiceGroupException(
          Refusal.UNAVAILABLE,
          id
              + " is configured and has not joined yet: the agent joins it by itself (/health says"
              + " what keeps it); beat again soon");
    }
    if (!known) {
      return new ServiceGroupException(
          Refusal.UNAVAILABLE,
          "this agent starts, and does not know yet whether it beats for " + id);
    }
    UnservedMember member = unserved.get(id);
    if (member == null) {
      return new ServiceGroupException(
          Refusal.MISSING, "this agent does not beat for " + id + "; " + toJoin(id));
    }
    String before = id + " joined through this agent before it was restarted, and ";
    return member.state() == UnservedMember.State.WAITING
        ? new ServiceGroupException(
            Refusal.UNAVAILABLE,
            before + "is being taken up again (" + member.reason() + "); beat again soon")
        : new ServiceGroupException(
            Refusal.MISSING,
            before + "is not taken up again: " + member.reason() + "; " + toJoin(id));
  }

  private static String toJoin(MemberId id) {
    return "to join it: POST /v1/groups/%s/members with {\"host\": \"%s\"} and its probe, if any"
        .formatted(segment(id.group()), id.host());
  }

  private static String segment(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
