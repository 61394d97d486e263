package io.servicegroup.catalog;

import io.servicegroup.config.ProbeSecrets;
import io.servicegroup.model.Member;
import io.servicegroup.model.Probe;
import io.servicegroup.model.ProcessIdentity;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.ServiceTree;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * The data from which an agent joins a member again after a restart, where the member had joined at
 * run time and not by the configuration. The binary, the version and the metadata are read from the
 * catalogue's record of the member.
 *
 * @param probe the probe, as in {@code services}; null where it is not stored
 * @param why the cause why the probe is not stored, as a clause; null where it is
 * @param agents the ids of the lives of the agent that may have joined the member, the last one at
 *     the end: a member that none of them joined last was joined by another agent
 * @param life the last of these lives
 */
record RejoinRecord(JsonObject probe, String why, List<String> agents, AgentLife life) {

  /** Limits the list for an agent that is killed at each start. */
  private static final int MOST_AGENTS = 8;

  /**
   * Creates the record of a service that joins.
   *
   * @param before the record so far, or null. Its lives stay in the new record, because the member
   *     belongs to them until the join is stored
   * @param life the life of the agent in which the service joins
   */
  static RejoinRecord of(ServiceSpec spec, RejoinRecord before, AgentLife life) {
    String why = whyNot(spec.probe());
    JsonObject probe = why == null ? new JsonObject(ServiceTree.writeProbe(spec.probe())) : null;
    List<String> agents = before == null ? List.of() : before.agents();
    return new RejoinRecord(probe, why, agents, life).in(life);
  }

  private static String whyNot(Probe probe) {
    if (probe instanceof Probe.Pid pid && pid.pid() != null && pid.process() == null) {
      return "its probe names process "
          + pid.pid()
          + ", which was not there when it joined, so that nothing tells it from others with its"
          + " id";
    }
    return ProbeSecrets.of(probe)
        .map(secret -> "its probe has " + secret + ": what may be a secret is not kept")
        .orElse(null);
  }

  /** Returns the record of the same member in a later life of the agent. */
  RejoinRecord in(AgentLife later) {
    List<String> all = new ArrayList<>(agents);
    all.remove(later.agent());
    all.add(later.agent());
    return new RejoinRecord(
        probe, why, all.subList(Math.max(0, all.size() - MOST_AGENTS), all.size()), later);
  }

  /** Whether one of these lives of the agent joined the member last. */
  boolean isJoinedBy(Member member) {
    return member.agent() != null && agents.contains(member.agent());
  }

  /**
   * Returns the service to join again.
   *
   * @param member the member as it is stored now
   * @throws IllegalArgumentException where this agent does not know the type of probe
   */
  ServiceSpec spec(Member member) {
    return new ServiceSpec(
        member.id(),
        member.binary(),
        member.version(),
        member.metadata(),
        ServiceTree.readProbe(probe.getMap()));
  }

  JsonObject toJson() {
    JsonObject json = new JsonObject();
    if (why == null) {
      json.put("probe", probe);
    } else {
      json.put("why", why);
    }
    json.put("agents", new JsonArray(agents)).put("pid", life.pid());
    return life.process() == null ? json : json.put("process", life.process().toString());
  }

  /**
   * Reads a record that {@link #toJson} wrote.
   *
   * @throws IllegalArgumentException where the JSON is no record
   */
  static RejoinRecord read(JsonObject json) {
    try {
      List<String> agents =
          json.getJsonArray("agents").stream().map(agent -> (String) agent).toList();
      AgentLife life =
          new AgentLife(
              agents.get(agents.size() - 1),
              json.getLong("pid"),
              ProcessIdentity.parse(json.getString("process")));
      JsonObject probe = json.getJsonObject("probe");
      String why = json.getString("why");
      if (probe == null && why == null) {
        throw new IllegalArgumentException("it has no probe");
      }
      return new RejoinRecord(probe, why, agents, life);
    } catch (ClassCastException | NullPointerException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("a field is missing or of another type", e);
    }
  }
}
