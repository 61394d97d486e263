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
 * What an agent keeps of a member that joined through it while it ran, to serve it again after a
 * restart. The binary, the version and the metadata are the member's own.
 *
 * @param probe the probe, as in {@code services}; null where it is not kept
 * @param why the probe is not kept, as a clause; null where it is
 * @param agents the lives of the agent that may have joined the member, the last one at the end: a
 *     member that is in the hands of none of them was joined by somebody else
 * @param life the last of them
 */
record RejoinRecord(JsonObject probe, String why, List<String> agents, AgentLife life) {

  /** An agent that is killed at every start does not make this longer and longer. */
  private static final int MOST_AGENTS = 8;

  /**
   * Of a service that joins.
   *
   * @param before what was kept of it so far, or null: until the join is stored, that holds
   * @param life of the agent, in which it joins
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

  /** The same member in a later life of the agent. */
  RejoinRecord in(AgentLife later) {
    List<String> all = new ArrayList<>(agents);
    all.remove(later.agent());
    all.add(later.agent());
    return new RejoinRecord(
        probe, why, all.subList(Math.max(0, all.size() - MOST_AGENTS), all.size()), later);
  }

  /** Whether a life of this agent joined the member last. */
  boolean isServing(Member member) {
    return member.agent() != null && agents.contains(member.agent());
  }

  /**
   * The service to be joined again.
   *
   * @param member as it is stored now
   * @throws IllegalArgumentException where the probe is none that this agent knows
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
   * Reads what {@link #toJson} wrote.
   *
   * @throws IllegalArgumentException where it is something else
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
