package io.servicegroup.bus;

import io.servicegroup.model.Member;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.Verdict;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes members as JSON text without building JSON objects first, which for a long list take more
 * time and memory than everything else. The text is the same, byte for byte, as that of {@link
 * Topics#LIST}'s answer.
 *
 * <p>One object writes one list. Not thread-safe.
 */
public final class MemberText {

  /** Members that beat together have the same times, so that few are formatted. */
  private static final int MOST_TIMES = 1_000;

  private final Map<Instant, String> times = new HashMap<>();

  /**
   * Writes a whole list.
   *
   * @param snapshot the members
   * @return the text
   */
  public static String of(Snapshot snapshot) {
    String head = head(snapshot).encode();
    StringBuilder text = new StringBuilder(head.length() + 512 * snapshot.members().size());
    text.append(head, 0, head.length() - 1).append(",\"members\":[");
    MemberText members = new MemberText();
    String between = "";
    for (MemberView view : snapshot.members()) {
      text.append(between);
      members.append(text, view);
      between = ",";
    }
    return text.append("]}").toString();
  }

  /**
   * Writes what a list has beside its members.
   *
   * @param snapshot the list
   * @return a new object; the members come last
   */
  public static JsonObject head(Snapshot snapshot) {
    return new JsonObject()
        .put("epoch", snapshot.epoch())
        .put("seq", snapshot.seq())
        .put("stale", snapshot.stale());
  }

  /**
   * Appends one member.
   *
   * @param text what is appended to
   * @param view the member
   */
  public void append(StringBuilder text, MemberView view) {
    Member member = view.member();
    Verdict verdict = view.verdict();
    appendText(text.append("{\"group\":"), member.id().group());
    appendText(text.append(",\"host\":"), member.id().host());
    appendText(text.append(",\"binary\":"), member.binary());
    appendText(text.append(",\"uuid\":"), member.uuid());
    text.append(",\"version\":").append(member.version());
    appendMetadata(text.append(",\"metadata\":"), member.metadata());
    text.append(",\"disabled\":").append(member.disabled());
    appendText(text.append(",\"disabled_reason\":"), member.disabledReason());
    text.append(",\"forced_down\":").append(member.forcedDown());
    text.append(",\"status\":\"").append(verdict.status().name()).append('"');
    appendText(
        text.append(",\"reason\":"), verdict.reason() == null ? null : verdict.reason().text());
    appendTime(text.append(",\"since\":"), verdict.since());
    appendTime(text.append(",\"last_seen_up\":"), view.lastSeenUp());
    appendText(text.append(",\"incarnation\":"), JsonFields.text(member.incarnation()));
    text.append(",\"stale\":").append(verdict.stale()).append('}');
  }

  private static void appendMetadata(StringBuilder text, Map<String, Object> metadata) {
    text.append('{');
    String between = "";
    for (Map.Entry<String, Object> entry : metadata.entrySet()) {
      appendText(text.append(between), entry.getKey());
      appendValue(text.append(':'), entry.getValue());
      between = ",";
    }
    text.append('}');
  }

  private static void appendValue(StringBuilder text, Object value) {
    if (value instanceof String string) {
      appendText(text, string);
    } else if (value instanceof Integer || value instanceof Boolean) {
      text.append(value);
    } else {
      text.append(Json.encode(value));
    }
  }

  private void appendTime(StringBuilder text, Instant time) {
    if (time == null) {
      text.append("null");
      return;
    }
    if (times.size() > MOST_TIMES) {
      times.clear();
    }
    text.append('"').append(times.computeIfAbsent(time, JsonFields::time)).append('"');
  }

  private static void appendText(StringBuilder text, String value) {
    if (value == null) {
      text.append("null");
    } else if (isPlain(value)) {
      text.append('"').append(value).append('"');
    } else {
      text.append(Json.encode(value));
    }
  }

  /** Whether every character stands for itself in JSON. */
  private static boolean isPlain(String value) {
    for (int i = 0; i < value.length(); i++) {
      char character = value.charAt(i);
      if (character < ' ' || character > '~' || character == '"' || character == '\\') {
        return false;
      }
    }
    return true;
  }
}
