package io.servicegroup.bus;

import static io.servicegroup.bus.JsonFields.array;
import static io.servicegroup.bus.JsonFields.id;
import static io.servicegroup.bus.JsonFields.incarnation;
import static io.servicegroup.bus.JsonFields.instant;
import static io.servicegroup.bus.JsonFields.list;
import static io.servicegroup.bus.JsonFields.putId;
import static io.servicegroup.bus.JsonFields.readable;
import static io.servicegroup.bus.JsonFields.string;
import static io.servicegroup.bus.JsonFields.text;
import static io.servicegroup.bus.JsonFields.time;

import io.servicegroup.model.Absence;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Concern;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Reason;
import io.servicegroup.model.RemoteWork;
import io.servicegroup.model.Sightings;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Encodes and decodes the messages about liveness: heartbeats, sightings, states of backends,
 * status changes, conflicts, concerns, and measured work.
 */
final class LivenessCodec {

  private static final String AGE = "age_ms";

  private LivenessCodec() {}

  static JsonObject encodeHeartbeats(List<Heartbeat> heartbeats) {
    return new JsonObject().put("members", array(heartbeats, LivenessCodec::encodeHeartbeat));
  }

  private static JsonObject encodeHeartbeat(Heartbeat heartbeat) {
    return putId(new JsonObject(), heartbeat.id())
        .put("incarnation", text(heartbeat.incarnation()))
        .put("count", heartbeat.count())
        .put("state", heartbeat.state().text())
        .put("reason", heartbeat.reason());
  }

  static List<Heartbeat> decodeHeartbeats(JsonObject json) {
    return list(
        json,
        "members",
        member ->
            new Heartbeat(
                id(member),
                incarnation(member),
                member.getLong("count"),
                Heartbeat.State.of(member.getString("state")),
                string(member, "reason")));
  }

  static JsonObject encodeSightings(Sightings sightings) {
    return new JsonObject()
        .put("backend", sightings.backend())
        .put("witnessed_ms", sightings.witnessedMillis())
        .put("beats", array(sightings.beats(), beat -> encodeBeat(beat, sightings.ages())))
        .put("held", array(sightings.held(), LivenessCodec::encodeBeat))
        .put("gone", array(sightings.gone(), LivenessCodec::encodeAbsence))
        .put("unwitnessed", array(sightings.unwitnessed(), JsonFields::encodeId))
        .put("hiccup", sightings.hiccup())
        .put("reached_ms", sightings.reachedMillis());
  }

  static Sightings decodeSightings(JsonObject json) {
    Map<MemberId, Long> ages = new HashMap<>();
    return new Sightings(
        json.getString("backend"),
        json.getLong("witnessed_ms"),
        readable(json, "beats", beat -> decodeBeat(beat, ages)),
        readable(json, "held", LivenessCodec::decodeBeat),
        readable(json, "gone", LivenessCodec::decodeAbsence),
        list(json, "unwitnessed", JsonFields::id),
        json.getBoolean("hiccup", false),
        json.getLong("reached_ms", Sightings.NOT_TOLD),
        ages);
  }

  private static JsonObject encodeBeat(Beat beat, Map<MemberId, Long> ages) {
    JsonObject json = encodeBeat(beat);
    Long age = ages.get(beat.id());
    return age == null ? json : json.put(AGE, age);
  }

  private static Beat decodeBeat(JsonObject json, Map<MemberId, Long> ages) {
    Beat beat = decodeBeat(json);
    Long age = json.getLong(AGE);
    if (age != null) {
      ages.put(beat.id(), age);
    }
    return beat;
  }

  private static JsonObject encodeBeat(Beat beat) {
    return putId(new JsonObject(), beat.id())
        .put("incarnation", text(beat.incarnation()))
        .put("count", beat.count());
  }

  private static Beat decodeBeat(JsonObject json) {
    return new Beat(id(json), incarnation(json), json.getLong("count", 0L));
  }

  private static JsonObject encodeAbsence(Absence absence) {
    return putId(new JsonObject(), absence.id())
        .put("incarnation", text(absence.incarnation()))
        .put("count", absence.count())
        .put("reason", absence.cause().text());
  }

  private static Absence decodeAbsence(JsonObject json) {
    return new Absence(
        id(json),
        incarnation(json),
        json.getLong("count", 0L),
        Absence.Cause.of(json.getString("reason")));
  }

  static JsonObject encodeState(BackendState state) {
    BackendState.MassSilence silence = state.massSilence();
    return new JsonObject()
        .put("backend", state.backend())
        .put("state", state.state().text())
        .put("since", time(state.since()))
        .put(
            "mass_silence",
            silence == null
                ? null
                : new JsonObject()
                    .put("silent", silence.silent())
                    .put("writers", silence.writers())
                    .put("held_ms", silence.withheldMillis()))
        .put("postponed", state.postponed());
  }

  static BackendState decodeState(JsonObject json) {
    JsonObject silence = json.getJsonObject("mass_silence");
    return new BackendState(
        json.getString("backend"),
        BackendState.State.of(json.getString("state")),
        instant(json, "since"),
        silence == null
            ? null
            : new BackendState.MassSilence(
                silence.getInteger("silent"),
                silence.getInteger("writers"),
                silence.getLong("held_ms")),
        json.getInteger("postponed", 0));
  }

  static JsonObject encodeChange(StatusChange change) {
    return putId(
            new JsonObject().put("epoch", change.epoch()).put("seq", change.seq()), change.id())
        .put("binary", change.binary())
        .put("status", change.status().name())
        .put("previous", change.previous().name())
        .put("reason", change.reason().text())
        .put("incarnation", text(change.incarnation()))
        .put("at", time(change.at()))
        .put("last_seen_up", time(change.lastSeenUp()))
        .put("backend", change.backend());
  }

  static StatusChange decodeChange(JsonObject json) {
    return new StatusChange(
        json.getString("epoch"),
        json.getLong("seq"),
        id(json),
        string(json, "binary"),
        Status.valueOf(json.getString("status")),
        Status.valueOf(json.getString("previous")),
        Reason.of(json.getString("reason")),
        incarnation(json),
        instant(json, "at"),
        instant(json, "last_seen_up"),
        string(json, "backend"));
  }

  static JsonObject encodeConflict(Conflict conflict) {
    return putId(new JsonObject(), conflict.id())
        .put("incarnation", text(conflict.incarnation()))
        .put("kind", conflict.kind().text());
  }

  static Conflict decodeConflict(JsonObject json) {
    return new Conflict(id(json), incarnation(json), Conflict.Kind.of(json.getString("kind")));
  }

  static JsonObject encodeConcern(Concern concern) {
    return new JsonObject()
        .put("about", concern.about())
        .put("subject", concern.subject())
        .put("text", concern.text())
        .put("unready", concern.unready());
  }

  static Concern decodeConcern(JsonObject json) {
    return new Concern(
        json.getString("about"),
        json.getString("subject"),
        string(json, "text"),
        json.getBoolean("unready"));
  }

  static JsonObject encodeWork(RemoteWork work) {
    return new JsonObject()
        .put("kind", work.kind().text())
        .put("of", work.of())
        .put("took_us", work.tookMicros())
        .put("members", work.members())
        .put("outcome", work.outcome().text());
  }

  static RemoteWork decodeWork(JsonObject json) {
    return new RemoteWork(
        RemoteWork.Kind.of(json.getString("kind")),
        json.getString("of"),
        json.getLong("took_us"),
        json.getInteger("members"),
        RemoteWork.Outcome.of(json.getString("outcome")));
  }
}
