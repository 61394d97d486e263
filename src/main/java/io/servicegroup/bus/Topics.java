package io.servicegroup.bus;

import static io.servicegroup.bus.Fields.array;
import static io.servicegroup.bus.Fields.list;

import io.servicegroup.model.BackendState;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.CatalogLoss;
import io.servicegroup.model.Concern;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Digest;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberUpdate;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.ProcessIdentity;
import io.servicegroup.model.RemoteWork;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.Sightings;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.StatusChange;
import io.servicegroup.model.VersionRange;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/**
 * The one catalogue of event bus addresses: every address the agent uses, with who publishes, who
 * consumes and what is sent.
 *
 * <p>Order. On one address, a consumer hears one publisher's messages in the order in which they
 * were published. Between addresses there is an order inside of one process only, and it is that of
 * cause and effect: whoever publishes because of a message publishes after everybody's copy of that
 * message was queued, so that a verticle hears both in that order. Relied upon are
 *
 * <ul>
 *   <li>{@link #CATALOG} before {@link #HEARTBEAT}: a liveness verticle knows of a join before it
 *       is to write the member's first beat, and of a deletion before the heartbeat without the
 *       member;
 *   <li>{@link #BACKEND} before {@link #SIGHTINGS}: the evaluator hears that a backend is back, or
 *       lost data, before what was seen in it;
 *   <li>{@link #STATUS} before {@link #STATUS_DIGEST}: a digest is behind no change that it counts.
 * </ul>
 *
 * <p>Nothing else is. Messages may be lost (a consumer's queue overflows, a node of a cluster is
 * cut off), so each state is said again or can be asked for: {@link #HEARTBEAT} and {@link
 * #SIGHTINGS} carry the full state, {@link #CATALOG} has {@link #CATALOG_SNAPSHOT}, and {@link
 * #STATUS} has {@link #STATUS_SNAPSHOT}, whose numbers tell a consumer what it missed. Whoever
 * follows an address consumes first and then asks for the snapshot.
 */
public final class Topics {

  private static final Function<JsonObject, Void> NOTHING = json -> null;
  private static final Function<Void, JsonObject> EMPTY = nothing -> new JsonObject();

  // ---- the catalogue; answered by RegistrationVerticle ----

  /**
   * Makes a service a member of this agent. The answer's {@code created} tells a new member from a
   * known one.
   */
  public static final RequestTopic<ServiceSpec, Joined> JOIN =
      new RequestTopic<>(
          "servicegroup.join",
          true,
          MemberCodec::encodeService,
          MemberCodec::decodeService,
          joined -> MemberCodec.encodeView(joined.view()).put("created", joined.created()),
          json -> new Joined(MemberCodec.decodeView(json), json.getBoolean("created", false)));

  /** Ends a membership of this agent in good order; the row stays. */
  public static final RequestTopic<MemberId, Void> LEAVE =
      new RequestTopic<>(
          "servicegroup.leave",
          true,
          id -> Fields.putId(new JsonObject(), id),
          Fields::id,
          EMPTY,
          NOTHING);

  /** Changes what an operator may change; for any member. */
  public static final RequestTopic<MemberUpdate, MemberView> UPDATE =
      new RequestTopic<>(
          "servicegroup.update",
          false,
          MemberCodec::encodeUpdate,
          MemberCodec::decodeUpdate,
          MemberCodec::encodeView,
          MemberCodec::decodeView);

  /** Leaves, and removes from the catalogue; for any member. */
  public static final RequestTopic<MemberId, Void> DELETE =
      new RequestTopic<>(
          "servicegroup.delete",
          false,
          id -> Fields.putId(new JsonObject(), id),
          Fields::id,
          EMPTY,
          NOTHING);

  /** The catalogue's members with the verdicts of this process. */
  public static final RequestTopic<MemberFilter, Snapshot> LIST =
      new RequestTopic<>(
          "servicegroup.list",
          false,
          MemberCodec::encodeFilter,
          MemberCodec::decodeFilter,
          MemberCodec::encodeSnapshot,
          MemberCodec::decodeSnapshot);

  /** The oldest and newest versions. */
  public static final RequestTopic<MemberFilter, List<VersionRange>> VERSIONS =
      new RequestTopic<>(
          "servicegroup.versions",
          false,
          MemberCodec::encodeFilter,
          MemberCodec::decodeFilter,
          MemberCodec::encodeVersions,
          MemberCodec::decodeVersions);

  /** A change of the catalogue; published by RegistrationVerticle. */
  public static final Topic<CatalogEvent> CATALOG =
      new Topic<>(
          "servicegroup.catalog", false, MemberCodec::encodeEvent, MemberCodec::decodeEvent);

  /**
   * The members that RegistrationVerticle follows, for a verticle that starts: first consume {@link
   * #CATALOG}, then ask here.
   */
  public static final RequestTopic<Void, List<CatalogEvent>> CATALOG_SNAPSHOT =
      new RequestTopic<>(
          "servicegroup.catalog.snapshot",
          true,
          EMPTY,
          NOTHING,
          events -> new JsonObject().put("members", array(events, MemberCodec::encodeEvent)),
          json -> list(json, "members", MemberCodec::decodeEvent));

  /**
   * The catalogue lost service data, or has it again; published by RegistrationVerticle once per
   * change, for health.
   */
  public static final Topic<CatalogLoss> CATALOG_LOSS =
      new Topic<>(
          "servicegroup.catalog.loss",
          true,
          loss ->
              new JsonObject()
                  .put("since", loss.since().toString())
                  .put("members", loss.members())
                  .put("missing", loss.missing()),
          json ->
              new CatalogLoss(
                  Instant.parse(json.getString("since")),
                  json.getInteger("members"),
                  json.getInteger("missing")));

  /**
   * Something works only in part, or does so no more; published by whoever works with it, once per
   * change, for health.
   */
  public static final Topic<Concern> CONCERN =
      new Topic<>(
          "servicegroup.concern", true, LivenessCodec::encodeConcern, LivenessCodec::decodeConcern);

  /**
   * The services that the configuration names now, after it was reloaded; published by Agent,
   * consumed by RegistrationVerticle, which joins and leaves, by HeartbeatVerticle and by health.
   */
  public static final Topic<List<ServiceSpec>> SERVICES =
      new Topic<>(
          "servicegroup.services",
          true,
          specs -> new JsonObject().put("services", array(specs, MemberCodec::encodeService)),
          json -> list(json, "services", MemberCodec::decodeService));

  // ---- this agent's own members; answered by HeartbeatVerticle ----

  /** Begins to probe and beat for a member; asked by RegistrationVerticle after a join. */
  public static final RequestTopic<LocalMember, Void> HEARTBEAT_START =
      new RequestTopic<>(
          "servicegroup.heartbeat.start",
          true,
          local ->
              MemberCodec.encodeService(local.spec())
                  .put("incarnation", local.incarnation().toString()),
          json -> {
            JsonObject spec = json.copy();
            String incarnation = (String) spec.remove("incarnation");
            return new LocalMember(MemberCodec.decodeService(spec), Incarnation.parse(incarnation));
          },
          EMPTY,
          NOTHING);

  /**
   * Ends beating for a member, which makes it leave. Refused with 404 where this agent does not
   * beat for it.
   */
  public static final RequestTopic<MemberId, Void> HEARTBEAT_STOP =
      new RequestTopic<>(
          "servicegroup.heartbeat.stop",
          true,
          id -> Fields.putId(new JsonObject(), id),
          Fields::id,
          EMPTY,
          NOTHING);

  /**
   * A service's own beat ({@code PUT …/heartbeat}). Refused with 404 where this agent does not
   * serve the member, with 409 where it has a probe or is in conflict.
   */
  public static final RequestTopic<MemberId, Void> HEARTBEAT_TOUCH =
      new RequestTopic<>(
          "servicegroup.heartbeat.touch",
          true,
          id -> Fields.putId(new JsonObject(), id),
          Fields::id,
          EMPTY,
          NOTHING);

  /**
   * Tells a process of this machine, by its id, from all others that ever have that id. Answers
   * null where there is none.
   */
  public static final RequestTopic<Long, ProcessIdentity> PROCESS =
      new RequestTopic<>(
          "servicegroup.process",
          true,
          pid -> new JsonObject().put("pid", pid),
          json -> json.getLong("pid"),
          process -> new JsonObject().put("process", process == null ? null : process.toString()),
          json -> ProcessIdentity.parse(json.getString("process")));

  /**
   * What joined through this agent before it was restarted and is not served again: all of it, with
   * each change. Published by RegistrationVerticle, consumed by HeartbeatVerticle, which answers
   * for them, and by health.
   */
  public static final Topic<List<Untaken>> UNTAKEN =
      new Topic<>(
          "servicegroup.untaken",
          true,
          members ->
              new JsonObject()
                  .put(
                      "members",
                      array(
                          members,
                          member ->
                              Fields.putId(new JsonObject(), member.id())
                                  .put("state", member.state().name())
                                  .put("reason", member.reason()))),
          json ->
              list(
                  json,
                  "members",
                  member ->
                      new Untaken(
                          Fields.id(member),
                          Untaken.State.valueOf(member.getString("state")),
                          member.getString("reason"))));

  /**
   * The full state of this agent's members, every {@code report_interval} and at once when a state
   * changes; published by HeartbeatVerticle. A member is in it from its first probe's result on; a
   * member that is missing from a later message has left.
   */
  public static final Topic<List<Heartbeat>> HEARTBEAT =
      new Topic<>(
          "servicegroup.heartbeat",
          true,
          LivenessCodec::encodeHeartbeats,
          LivenessCodec::decodeHeartbeats);

  /**
   * Something forbids this agent to go on beating for a member; published by RegistrationVerticle
   * (deleted, superseded) and by liveness verticles (foreign beats), consumed by HeartbeatVerticle,
   * which stops beating, and by health.
   */
  public static final Topic<Conflict> CONFLICT =
      new Topic<>(
          "servicegroup.conflict",
          true,
          LivenessCodec::encodeConflict,
          LivenessCodec::decodeConflict);

  /**
   * A member was deleted through this agent, which does not serve it: what its own agent left in
   * the backends, should that be dead, goes as well. Published by RegistrationVerticle, consumed by
   * liveness verticles.
   */
  public static final Topic<CatalogEvent> FOREIGN_DELETION =
      new Topic<>("servicegroup.burial", true, MemberCodec::encodeEvent, MemberCodec::decodeEvent);

  // ---- liveness verticles to EvaluationVerticle ----

  /** What one liveness verticle saw since its last message. */
  public static final Topic<Sightings> SIGHTINGS =
      new Topic<>(
          "servicegroup.sightings",
          true,
          LivenessCodec::encodeSightings,
          LivenessCodec::decodeSightings);

  /** A change of what is known about a backend; also published while a mass silence is held. */
  public static final Topic<BackendState> BACKEND =
      new Topic<>(
          "servicegroup.backend", true, LivenessCodec::encodeState, LivenessCodec::decodeState);

  /**
   * A write of beats, a poll or a reading of the catalogue has ended: how, and after how long.
   * Published by liveness verticles and RegistrationVerticle with each, for whoever measures.
   */
  public static final Topic<RemoteWork> WORK =
      new Topic<>("servicegroup.work", true, LivenessCodec::encodeWork, LivenessCodec::decodeWork);

  // ---- verdicts; published and answered by EvaluationVerticle ----

  /** A change of a member's status. */
  public static final Topic<StatusChange> STATUS =
      new Topic<>(
          "servicegroup.status", false, LivenessCodec::encodeChange, LivenessCodec::decodeChange);

  /**
   * Every watched member with its verdict; the filter's group applies. One that the catalogue has
   * no row of (it joined a backend by other means) carries {@code "catalogued": false} besides.
   */
  public static final RequestTopic<MemberFilter, Snapshot> STATUS_SNAPSHOT =
      new RequestTopic<>(
          "servicegroup.status.snapshot",
          false,
          MemberCodec::encodeFilter,
          MemberCodec::decodeFilter,
          MemberCodec::encodeVerdicts,
          MemberCodec::decodeSnapshot);

  /** Where the evaluator's numbering stands, every few seconds. */
  public static final Topic<Digest> STATUS_DIGEST =
      new Topic<>(
          "servicegroup.status.digest",
          false,
          digest -> new JsonObject().put("epoch", digest.epoch()).put("seq", digest.seq()),
          json -> new Digest(json.getString("epoch"), json.getLong("seq")));

  // ---- the agent itself ----

  /**
   * How many read {@code /v1/events}, whenever one comes or goes; published by HttpVerticle, for
   * whoever measures.
   */
  public static final Topic<Integer> READERS =
      new Topic<>(
          "servicegroup.readers",
          true,
          readers -> new JsonObject().put("readers", readers),
          json -> json.getInteger("readers"));

  /** Where the agent is between its start and its end; published by Agent. */
  public static final Topic<AgentPhase> AGENT =
      new Topic<>(
          "servicegroup.agent",
          true,
          phase -> new JsonObject().put("phase", phase.name()),
          json -> AgentPhase.valueOf(json.getString("phase")));

  private Topics() {}

  /**
   * {@link #JOIN} as it is answered: whoever asks may have written the request by hand.
   *
   * @param read reads a request; throws {@link IllegalArgumentException} with a sentence that names
   *     every field at fault
   * @return the same address
   */
  public static RequestTopic<ServiceSpec, Joined> join(Function<JsonObject, ServiceSpec> read) {
    return new RequestTopic<>(
        JOIN.address(),
        JOIN.local(),
        JOIN.encodeRequest(),
        read,
        JOIN.encodeAnswer(),
        JOIN.decodeAnswer());
  }

  /**
   * The answer to a join.
   *
   * @param view the member as stored
   * @param created whether it was not known before
   */
  public record Joined(MemberView view, boolean created) {}
}
