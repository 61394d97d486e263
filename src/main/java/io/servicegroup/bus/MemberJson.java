package io.servicegroup.bus;

import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Set;

/**
 * Writes and reads a member in JSON: the fields that messages, HTTP answers and stored documents
 * have in common, in the order of {@code openapi.yaml}.
 */
public final class MemberJson {

  private static final String INCARNATION = "incarnation";

  private MemberJson() {}

  /**
   * Writes the common fields, without the incarnation, which has another place in each form.
   *
   * @param member the member
   * @return a new object; the caller may add fields to it
   */
  public static JsonObject write(Member member) {
    return JsonFields.putId(new JsonObject(), member.id())
        .put("binary", member.binary())
        .put("uuid", member.uuid())
        .put("version", member.version())
        .put("metadata", new JsonObject(new LinkedHashMap<>(member.metadata())))
        .put("disabled", member.disabled())
        .put("disabled_reason", member.disabledReason())
        .put("forced_down", member.forcedDown());
  }

  /**
   * Reads the common fields and the incarnation.
   *
   * @param json with the fields that {@link #write} writes, and {@code incarnation}
   * @param agent the id of the agent that beats for the member, or null
   * @param backends the names of the liveness backends that it beats through
   * @param lastSeenUp when the store last recorded a beat, or null
   * @param wordsOrder the order of the operator's words
   * @return the member
   * @throws IllegalArgumentException where a field is missing or has a value that is not allowed,
   *     with a clause that names the field
   * @throws ClassCastException where a field has a value of another type
   */
  public static Member read(
      JsonObject json, String agent, Set<String> backends, Instant lastSeenUp, long wordsOrder) {
    String incarnation = json.getString(INCARNATION);
    return new Member(
        new MemberId(json.getString("group"), json.getString("host")),
        required("binary", json.getString("binary")),
        json.getString("uuid"),
        required("version", json.getInteger("version")),
        required("metadata", json.getJsonObject("metadata")).getMap(),
        required("disabled", json.getBoolean("disabled")),
        json.getString("disabled_reason"),
        required("forced_down", json.getBoolean("forced_down")),
        incarnation == null ? null : Incarnation.parse(incarnation),
        agent,
        backends,
        lastSeenUp,
        wordsOrder);
  }

  /**
   * Checks that a required field has a value.
   *
   * @param field the field's name
   * @param value the value, or null
   * @param <T> the value's type
   * @return the value
   * @throws IllegalArgumentException where the value is null
   */
  public static <T> T required(String field, T value) {
    if (value == null) {
      throw new IllegalArgumentException("it lacks " + field);
    }
    return value;
  }
}
