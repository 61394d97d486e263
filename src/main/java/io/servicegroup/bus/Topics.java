package io.servicegroup.bus;

import static io.servicegroup.bus.JsonFields.array;
import static io.servicegroup.bus.JsonFields.list;

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
import java.util.List;
import java.util.function.Function;

/**
 * Every event bus address that the agent uses, with its publisher or answerer, its consumers and
 * its messages.
 *
 * <p>Order. On one address, a consumer receives one publisher's messages in the order in which they
 * were published. Between addresses there is an order inside one process only: a message that is
 * published because of another one is queued after every consumer's copy of that other one, so that
 * a verticle which consumes both addresses receives the cause first. The agent relies on this for
 *
 * <ul>
 *   <li>{@link #CATALOG} before {@link #HEARTBEAT}: a liveness verticle learns of a join before it
 *       has to write the member's first beat, and of a deletion before the heartbeat that lacks the
 *       member;
 *   <li>{@link #BACKEND} before {@link #SIGHTINGS}: the evaluator learns that a backend is
 *       reachable again, or lost data, before it receives what was seen there;
 *   <li>{@link #STATUS} before {@link #STATUS_DIGEST}: a consumer received every change that a
 *       digest counts before the digest.
 * </ul>
 *
 * <p>There is no other order. Messages may be lost (a consumer's queue overflows, a node of a
 * cluster is cut off), so every state is repeated or can be requested: {@link #HEARTBEAT} carries
 * the full state, {@link #SIGHTINGS} repeats it regularly, {@link #CATALOG} has {@link
 * #CATALOG_SNAPSHOT}, and {@link #STATUS} has {@link #STATUS_SNAPSHOT}, whose numbers show a
 * consumer what it missed. A verticle that follows an address first consumes it and then requests
 * the snapshot.
 */
public final class Topics {

  private static final Function<JsonObject, Void> NOTHING = json -> null;
  private static final Function<Void, JsonObject> EMPTY = nothing -> new JsonObject();

  // ---- the catalogue; requests are answered by RegistrationVerticle ----

  /**
   * Makes a service a member that this agent beats for. {@code created} in the answer tells whether
   * the member is new in the catalogue.
   */
  public static final RequestTopic<ServiceSpec, Joined> JOIN =
      new RequestTopic<>(
          "servicegroup.join",
          true,
          MemberCodec::encodeService,
          MemberCodec::decodeService,
          joined -> MemberCodec.encodeView(joined.view()).put("created", joined.created()),
          json -> new Joined(MemberCodec.decodeView(json), json.getBoolean("created", false)));

  /** Ends the membership of a member of this agent; the catalogue keeps the member. */
  public static final RequestTopic<MemberId, Void> LEAVE =
      memberRequest("servicegroup.leave", true);

  /** Changes what an operator may change; for any member. */
  public static final RequestTopic<MemberUpdate, MemberView> UPDATE =
      new RequestTopic<>(
          "servicegroup.update",
          false,
          MemberCodec::encodeUpdate,
          MemberCodec::decodeUpdate,
          MemberCodec::encodeView,
          MemberCodec::decodeView);

  /** Ends a membership and removes the member from the catalogue; for any member. */
  public static final RequestTopic<MemberId, Void> DELETE =
      memberRequest("servicegroup.delete", false);

  /** Lists the catalogue's members, with the verdicts of this process's evaluator. */
  public static final RequestTopic<MemberFilter, Snapshot> LIST =
      new RequestTopic<>(
          "servicegroup.list",
          false,
          MemberCodec::encodeFilter,
          MemberCodec::decodeFilter,
          MemberCodec::encodeSnapshot,
          MemberCodec::decodeSnapshot);

  /** Lists the smallest and the greatest version of each binary in each group. */
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
          "servicegroup.catalog", false, MemberCodec::encodeEvent, MemberCodec::decodeEvent, true);

  /**
   * Lists the members that RegistrationVerticle follows. A verticle that starts first consumes
   * {@link #CATALOG} and then requests this.
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
   * The catalogue lost data of members, or has it again; published by RegistrationVerticle once per
   * change, for health.
   */
  public static final Topic<CatalogLoss> CATALOG_LOSS =
      new Topic<>(
          "servicegroup.catalog.loss", true, MemberCodec::encodeLoss, MemberCodec::decodeLoss);

  /**
   * A part of a backend or of the catalogue stopped working, or works again; published by the
   * verticle that uses it, through {@link Concerns}, once per change, for health.
   */
  public static final Topic<Concern> CONCERN =
      new Topic<>(
          "servicegroup.concern", true, LivenessCodec::encodeConcern, LivenessCodec::decodeConcern);

  /**
   * The services that a reloaded configuration names. Published by Agent; consumed by
   * RegistrationVerticle, which makes them join or leave, by HeartbeatVerticle, and by health.
   */
  public static final Topic<List<ServiceSpec>> SERVICES =
      new Topic<>(
          "servicegroup.services",
          true,
          specs -> new JsonObject().put("services", array(specs, MemberCodec::encodeService)),
          json -> list(json, "services", MemberCodec::decodeService));

  // ---- this agent's own members; requests are answered by HeartbeatVerticle ----

  /** Starts to probe and beat for a member; sent by RegistrationVerticle after a join. */
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
   * Stops beating for a member, which makes it leave. Refused with 404 where this agent does not
   * beat for it.
   */
  public static final RequestTopic<MemberId, Void> HEARTBEAT_STOP =
      memberRequest("servicegroup.heartbeat.stop", true);

  /**
   * A service's own beat ({@code PUT …/heartbeat}). Refused with 404 where this agent does not
   * serve the member, with 409 where the member has a probe or is in conflict.
   */
  public static final RequestTopic<MemberId, Void> HEARTBEAT_TOUCH =
      memberRequest("servicegroup.heartbeat.touch", true);

  /**
   * Finds the identity of a process of this machine, which tells it from every other process that
   * ever has the same process id. The answer is null where there is no such process.
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
   * All members that joined through this agent before it was restarted and that it does not serve
   * again; repeated with each change. Published by RegistrationVerticle; consumed by
   * HeartbeatVerticle, which refuses their beats, and by health.
   */
  public static final Topic<List<UnservedMember>> UNSERVED =
      new Topic<>(
          "servicegroup.untaken",
          true,
          members -> new JsonObject().put("members", array(members, MemberCodec::encodeUnserved)),
          json -> list(json, "members", MemberCodec::decodeUnserved));

  /**
   * The full state of this agent's members, every {@code report_interval} and at once when a state
   * changes; published by HeartbeatVerticle. A member is in it from the result of its first probe
   * on. A member that an earlier message has and a later one lacks has left.
   */
  public static final Topic<List<Heartbeat>> HEARTBEAT =
      new Topic<>(
          "servicegroup.heartbeat",
          true,
          LivenessCodec::encodeHeartbeats,
          LivenessCodec::decodeHeartbeats);

  /**
   * This agent must no longer beat for a member. Published by RegistrationVerticle (the member was
   * deleted or superseded) and by liveness verticles (somebody else beats for it); consumed by
   * HeartbeatVerticle, which stops beating, and by health.
   */
  public static final Topic<Conflict> CONFLICT =
      new Topic<>(
          "servicegroup.conflict",
          true,
          LivenessCodec::encodeConflict,
          LivenessCodec::decodeConflict);

  /**
   * A member that this agent does not serve was deleted through it. Liveness verticles then delete
   * what the member's own agent wrote to their backends, because that agent may be dead. Published
   * by RegistrationVerticle.
   */
  public static final Topic<CatalogEvent> FOREIGN_DELETION =
      new Topic<>("servicegroup.burial", true, MemberCodec::encodeEvent, MemberCodec::decodeEvent);

  // ---- liveness verticles to EvaluationVerticle ----

  /** What a liveness verticle saw in its backend since its last message. */
  public static final Topic<Sightings> SIGHTINGS =
      new Topic<>(
          "servicegroup.sightings",
          true,
          LivenessCodec::encodeSightings,
          LivenessCodec::decodeSightings);

  /**
   * A change of the state of a backend. Also published when verdicts begin or cease to be withheld,
   * because many writers fell silent together or because failures postpone them.
   */
  public static final Topic<BackendState> BACKEND =
      new Topic<>(
          "servicegroup.backend", true, LivenessCodec::encodeState, LivenessCodec::decodeState);

  /**
   * How a write of beats, a poll or a reading of the catalogue ended, and how long it took.
   * Published by liveness verticles and RegistrationVerticle at the end of each, for verticles that
   * measure.
   */
  public static final Topic<RemoteWork> WORK =
      new Topic<>("servicegroup.work", true, LivenessCodec::encodeWork, LivenessCodec::decodeWork);

  // ---- verdicts; published, and requests answered, by EvaluationVerticle ----

  /** A change of a member's status. */
  public static final Topic<StatusChange> STATUS =
      new Topic<>(
          "servicegroup.status",
          false,
          LivenessCodec::encodeChange,
          LivenessCodec::decodeChange,
          true);

  /**
   * Lists every watched member with its verdict; of the filter only the group counts. A member that
   * has no row in the catalogue (it joined a backend by other means) has {@code "catalogued":
   * false} besides.
   */
  public static final RequestTopic<MemberFilter, Snapshot> STATUS_SNAPSHOT =
      new RequestTopic<>(
          "servicegroup.status.snapshot",
          false,
          MemberCodec::encodeFilter,
          MemberCodec::decodeFilter,
          MemberCodec::encodeVerdicts,
          MemberCodec::decodeSnapshot);

  /** The evaluator's epoch and the number of its last change, every few seconds. */
  public static final Topic<Digest> STATUS_DIGEST =
      new Topic<>(
          "servicegroup.status.digest",
          false,
          digest -> new JsonObject().put("epoch", digest.epoch()).put("seq", digest.seq()),
          json -> new Digest(json.getString("epoch"), json.getLong("seq")));

  // ---- the agent itself ----

  /**
   * The number of clients that read {@code /v1/events}, whenever it changes; published by
   * HttpVerticle, for verticles that measure.
   */
  public static final Topic<Integer> READERS =
      new Topic<>(
          "servicegroup.readers",
          true,
          readers -> new JsonObject().put("readers", readers),
          json -> json.getInteger("readers"));

  /** The agent's phase, whenever it changes; published by Agent. */
  public static final Topic<AgentPhase> AGENT =
      new Topic<>(
          "servicegroup.agent",
          true,
          phase -> new JsonObject().put("phase", phase.name()),
          json -> AgentPhase.valueOf(json.getString("phase")));

  private Topics() {}

  /** A request that names a member and is answered with nothing. */
  private static RequestTopic<MemberId, Void> memberRequest(String address, boolean local) {
    return new RequestTopic<>(address, local, JsonFields::encodeId, JsonFields::id, EMPTY, NOTHING);
  }

  /**
   * Makes the form of {@link #JOIN} that answers. Requests may have been written by hand, so it
   * takes a function that reports every fault in one.
   *
   * @param read reads a request; throws {@link IllegalArgumentException} with a sentence that names
   *     every field at fault
   * @return a topic with the address of {@link #JOIN}
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
   * @param view the member as it is stored
   * @param created whether the catalogue did not have it before
   */
  public record Joined(MemberView view, boolean created) {}
}
