package io.servicegroup.heartbeat;

import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.bus.Untaken;
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
 * What a service is told that beats by itself and is not served by this agent: to wait, or how to
 * join. Not thread-safe.
 */
final class NotServed {

  private Map<MemberId, Untaken> untaken = Map.of();
  private boolean known;

  /** What the configuration names. */
  private Set<MemberId> configured = Set.of();

  /** Those of them that the agent joins by itself as soon as the catalogue lets it. */
  private final Set<MemberId> awaited = new HashSet<>();

  /**
   * Makes ready.
   *
   * @param known whether nothing can have joined before this life of the agent
   * @param services what the configuration names
   */
  NotServed(boolean known, Collection<ServiceSpec> services) {
    this.known = known;
    configured(services, Set.of());
  }

  /**
   * Takes what the configuration names, at the start or after a reload. What it named before and
   * left is not joined by a reload.
   *
   * @param served what the agent beats for
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

  /** Takes all members that joined before a restart and are not served again. */
  void are(List<Untaken> members) {
    known = true;
    untaken = members.stream().collect(Collectors.toMap(Untaken::id, Function.identity()));
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
    Untaken member = untaken.get(id);
    if (member == null) {
      return new ServiceGroupException(
          Refusal.MISSING, "this agent does not beat for " + id + "; " + toJoin(id));
    }
    String before = id + " joined through this agent before it was restarted, and ";
    return member.state() == Untaken.State.WAITING
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
