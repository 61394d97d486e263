package io.servicegroup.bus;

import static io.servicegroup.bus.JsonFields.array;
import static io.servicegroup.bus.JsonFields.bool;
import static io.servicegroup.bus.JsonFields.id;
import static io.servicegroup.bus.JsonFields.instant;
import static io.servicegroup.bus.JsonFields.integer;
import static io.servicegroup.bus.JsonFields.list;
import static io.servicegroup.bus.JsonFields.object;
import static io.servicegroup.bus.JsonFields.requireKnown;
import static io.servicegroup.bus.JsonFields.string;
import static io.servicegroup.bus.JsonFields.text;
import static io.servicegroup.bus.JsonFields.time;

import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.CatalogLoss;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberUpdate;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Reason;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.ServiceTree;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.Status;
import io.servicegroup.model.Verdict;
import io.servicegroup.model.VersionRange;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Encodes and decodes the messages about members: requests, answers, lists, catalogue events. */
final class MemberCodec {

  private static final Set<String> UPDATE_FIELDS =
      Set.of("group", "host", "disabled", "disabled_reason", "forced_down", "version", "metadata");
  private static final Set<String> FILTER_FIELDS =
      Set.of("group", "host", "status", "binary", "min_version");

  private MemberCodec() {}

  static JsonObject encodeService(ServiceSpec spec) {
    return new JsonObject(ServiceTree.write(spec));
  }

  static ServiceSpec decodeService(JsonObject json) {
    return ServiceTree.read(JsonFields.plain(json.getMap()));
  }

  static JsonObject encodeView(MemberView view) {
    Member member = view.member();
    Verdict verdict = view.verdict();
    return MemberJson.write(member)
        .put("status", verdict.status().name())
        .put("reason", verdict.reason() == null ? null : verdict.reason().text())
        .put("since", time(verdict.since()))
        .put("last_seen_up", time(view.lastSeenUp()))
        .put("incarnation", text(member.incarnation()))
        .put("stale", verdict.stale());
  }

  /**
   * Writes what an evaluator knows of a member. Besides a view it says whether the catalogue has a
   * row of the member, because a list of the catalogue's members has to tell those that never had a
   * row from those that were just deleted. It also names the incarnation that was judged where that
   * is not the catalogue's.
   */
  private static JsonObject encodeVerdict(MemberView view) {
    JsonObject json = encodeView(view);
    if (!view.catalogued()) {
      json.put("catalogued", false);
    }
    return Objects.equals(view.judgedIncarnation(), view.member().incarnation())
        ? json
        : json.put("judged_incarnation", view.judgedIncarnation().toString());
  }

  static MemberView decodeView(JsonObject json) {
    return new MemberView(
        decodeMember(json, null, Set.of()),
        decodeVerdict(json),
        json.getBoolean("catalogued", true));
  }

  private static Verdict decodeVerdict(JsonObject json) {
    String reason = string(json, "reason");
    String judged = string(json, "judged_incarnation");
    return new Verdict(
        Status.valueOf(json.getString("status")),
        reason == null ? null : Reason.of(reason),
        instant(json, "since"),
        instant(json, "last_seen_up"),
        json.getBoolean("stale"),
        null,
        judged == null ? null : Incarnation.parse(judged));
  }

  private static Member decodeMember(JsonObject json, String agent, Set<String> backends) {
    return MemberJson.read(json, agent, backends, instant(json, "last_seen_up"), 0);
  }

  /**
   * Writes a catalogue event, which also says which agent beats for the member and through which
   * backends: the evaluator needs both.
   */
  static JsonObject encodeEvent(CatalogEvent event) {
    Member member = event.member();
    return new JsonObject()
        .put("event", event.type().text())
        .put("member", encodeView(new MemberView(member, Verdict.UNKNOWN)))
        .put("agent", member.agent())
        .put("backends", array(member.backends(), name -> name))
        .put("own", event.own());
  }

  static CatalogEvent decodeEvent(JsonObject json) {
    Set<String> backends =
        json.getJsonArray("backends", new JsonArray()).stream()
            .map(String.class::cast)
            .collect(Collectors.toUnmodifiableSet());
    return new CatalogEvent(
        CatalogEvent.Type.of(json.getString("event")),
        decodeMember(json.getJsonObject("member"), string(json, "agent"), backends),
        json.getBoolean("own", false));
  }

  static JsonObject encodeSnapshot(Snapshot snapshot) {
    return encodeSnapshot(snapshot, MemberCodec::encodeView);
  }

  static JsonObject encodeVerdicts(Snapshot snapshot) {
    return encodeSnapshot(snapshot, MemberCodec::encodeVerdict);
  }

  private static JsonObject encodeSnapshot(
      Snapshot snapshot, Function<MemberView, JsonObject> encodeMember) {
    return new JsonObject()
        .put("epoch", snapshot.epoch())
        .put("seq", snapshot.seq())
        .put("stale", snapshot.stale())
        .put("members", array(snapshot.members(), encodeMember));
  }

  static Snapshot decodeSnapshot(JsonObject json) {
    return new Snapshot(
        string(json, "epoch"),
        json.getLong("seq"),
        json.getBoolean("stale"),
        list(json, "members", MemberCodec::decodeView));
  }

  static JsonObject encodeFilter(MemberFilter filter) {
    return new JsonObject()
        .put("group", filter.group())
        .put("host", filter.host())
        .put("status", filter.status() == null ? null : filter.status().name())
        .put("binary", filter.binary())
        .put("min_version", filter.minVersion());
  }

  static MemberFilter decodeFilter(JsonObject json) {
    requireKnown(json, FILTER_FIELDS);
    return new MemberFilter(
        string(json, "group"),
        string(json, "host"),
        decodeStatus(string(json, "status")),
        string(json, "binary"),
        integer(json, "min_version"));
  }

  private static Status decodeStatus(String name) {
    if (name == null) {
      return null;
    }
    try {
      return Status.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("status must be one of UP, DOWN, UNKNOWN", e);
    }
  }

  static JsonObject encodeUpdate(MemberUpdate update) {
    JsonObject json = JsonFields.encodeId(update.id());
    update.disabled().ifPresent(value -> json.put("disabled", value));
    update.disabledReason().ifPresent(value -> json.put("disabled_reason", value));
    update.forcedDown().ifPresent(value -> json.put("forced_down", value));
    update.version().ifPresent(value -> json.put("version", value));
    update.metadata().ifPresent(value -> json.put("metadata", new JsonObject(value)));
    return json;
  }

  static MemberUpdate decodeUpdate(JsonObject json) {
    requireKnown(json, UPDATE_FIELDS);
    MemberId id = id(json);
    JsonObject metadata = object(json, "metadata");
    String reason = string(json, "disabled_reason");
    if (reason != null && !reason.isEmpty()) {
      MemberId.requireName("disabled_reason", reason);
    }
    if (json.containsKey("disabled_reason") && reason == null) {
      reason = "";
    }
    Integer version = integer(json, "version");
    if (version != null && version < 0) {
      throw new IllegalArgumentException("version must be 0 or more");
    }
    return new MemberUpdate(
        id,
        Optional.ofNullable(bool(json, "disabled")),
        Optional.ofNullable(reason),
        Optional.ofNullable(bool(json, "forced_down")),
        Optional.ofNullable(version),
        Optional.ofNullable(metadata == null ? null : metadata.getMap()));
  }

  static JsonObject encodeVersions(List<VersionRange> ranges) {
    return new JsonObject()
        .put(
            "versions",
            array(
                ranges,
                range ->
                    new JsonObject()
                        .put("group", range.group())
                        .put("binary", range.binary())
                        .put("min_version", range.minVersion())
                        .put("max_version", range.maxVersion())));
  }

  static List<VersionRange> decodeVersions(JsonObject json) {
    return list(
        json,
        "versions",
        range ->
            new VersionRange(
                range.getString("group"),
                range.getString("binary"),
                range.getInteger("min_version"),
                range.getInteger("max_version")));
  }

  static JsonObject encodeUnserved(UnservedMember member) {
    return JsonFields.encodeId(member.id())
        .put("state", member.state().name())
        .put("reason", member.reason());
  }

  static UnservedMember decodeUnserved(JsonObject json) {
    return new UnservedMember(
        id(json), UnservedMember.State.valueOf(json.getString("state")), json.getString("reason"));
  }

  static JsonObject encodeLoss(CatalogLoss loss) {
    return new JsonObject()
        .put("since", loss.since().toString())
        .put("members", loss.members())
        .put("missing", loss.missing());
  }

  static CatalogLoss decodeLoss(JsonObject json) {
    return new CatalogLoss(
        Instant.parse(json.getString("since")),
        json.getInteger("members"),
        json.getInteger("missing"));
  }
}
