package io.servicegroup.catalog;

import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the documents with an agent's rejoin records.
 *
 * @param entries the records, by member
 * @param whole whether the whole document could be read
 */
record RejoinRecordDocument(Map<MemberId, Entry> entries, boolean whole) {

  private static final Logger LOG = LoggerFactory.getLogger(RejoinRecordDocument.class);

  /**
   * The record of one member.
   *
   * @param record the {@link RejoinRecord} as JSON
   * @param writtenAt when the agent wrote it, by the agent's clock, in milliseconds
   */
  record Entry(JsonObject record, long writtenAt) {

    /**
     * Whether the agent would join the member again after a restart, because one of the agent's
     * lives joined the member last.
     */
    boolean isOf(Member member) {
      return member.agent() != null
          && record.getValue("agents") instanceof JsonArray agents
          && agents.contains(member.agent());
    }
  }

  static RejoinRecordDocument empty() {
    return new RejoinRecordDocument(new TreeMap<>(), true);
  }

  /** Reads a document. One that somebody else wrote contains no records. */
  static RejoinRecordDocument read(Document document) {
    Map<MemberId, Entry> entries = new TreeMap<>();
    if (document.text() == null) {
      return new RejoinRecordDocument(entries, false);
    }
    try {
      for (Object each : new JsonObject(document.text()).getJsonArray("members", new JsonArray())) {
        JsonObject member = (JsonObject) each;
        entries.put(
            new MemberId(member.getString("group"), member.getString("host")),
            new Entry(
                Objects.requireNonNull(member.getJsonObject("kept")), member.getLong("at", 0L)));
      }
      return new RejoinRecordDocument(entries, true);
    } catch (DecodeException
        | ClassCastException
        | NullPointerException
        | IllegalArgumentException e) {
      LOG.warn(
          "What agent {} keeps of its members cannot be read in part ({}): they have to be joined"
              + " again after its restart",
          document.key().group(),
          document.key().name(),
          e);
      return new RejoinRecordDocument(entries, false);
    }
  }

  /** Returns the document's text. Refused as {@code CONFLICT} where it would be too large. */
  String text() {
    JsonArray members = new JsonArray();
    entries.forEach(
        (id, entry) ->
            members.add(
                new JsonObject()
                    .put("group", id.group())
                    .put("host", id.host())
                    .put("kept", entry.record())
                    .put("at", entry.writtenAt())));
    String text = new JsonObject().put("members", members).encode();
    return DocumentSize.checked(text, "members", "what this agent keeps");
  }
}
