package io.servicegroup.catalog;

import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Set;
import java.util.stream.Collectors;

/** A member as JSON, one document each. */
final class MemberDocument {

  /** Half of what ZooKeeper and memcached take at a time, so that no store refuses it. */
  private static final int MOST_BYTES = 512 * 1024;

  private MemberDocument() {}

  static Key key(MemberId id) {
    return new Key(Kind.MEMBER, id.group(), id.host());
  }

  /** Refused with 409 where it is too large. */
  static String write(Member member) {
    String text = json(member).encode();
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MOST_BYTES) {
      throw new ServiceGroupException(
          409,
          "%s is too large for this catalogue: %d bytes, most of them metadata; allowed are %d"
              .formatted(member.id(), bytes, MOST_BYTES));
    }
    return text;
  }

  private static JsonObject json(Member member) {
    return new JsonObject()
        .put("group", member.id().group())
        .put("host", member.id().host())
        .put("binary", member.binary())
        .put("uuid", member.uuid())
        .put("version", member.version())
        .put("metadata", new JsonObject(new LinkedHashMap<>(member.metadata())))
        .put("disabled", member.disabled())
        .put("disabled_reason", member.disabledReason())
        .put("forced_down", member.forcedDown())
        .put("incarnation", member.incarnation() == null ? null : member.incarnation().toString())
        .put("agent", member.agent())
        .put("backends", new JsonArray(member.backends().stream().sorted().toList()));
  }

  static Member read(Document document) {
    JsonObject json = new JsonObject(document.text());
    Set<String> backends =
        json.getJsonArray("backends").stream()
            .map(String.class::cast)
            .collect(Collectors.toUnmodifiableSet());
    String incarnation = json.getString("incarnation");
    return new Member(
        new MemberId(json.getString("group"), json.getString("host")),
        json.getString("binary"),
        json.getString("uuid"),
        json.getInteger("version"),
        json.getJsonObject("metadata").getMap(),
        json.getBoolean("disabled"),
        json.getString("disabled_reason"),
        json.getBoolean("forced_down"),
        incarnation == null ? null : Incarnation.parse(incarnation),
        json.getString("agent"),
        backends,
        null);
  }
}
