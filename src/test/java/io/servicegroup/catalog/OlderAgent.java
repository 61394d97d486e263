package io.servicegroup.catalog;

import io.servicegroup.catalog.DocumentStore.Document;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads and writes documents as agents of the release before operators' words had orders did: such
 * an agent needs each field that it knows, writes these and no others, and knows no other
 * documents.
 */
final class OlderAgent {

  private static final List<String> FIELDS =
      List.of(
          "group",
          "host",
          "binary",
          "uuid",
          "version",
          "metadata",
          "disabled",
          "disabled_reason",
          "forced_down",
          "incarnation",
          "agent",
          "backends");

  private OlderAgent() {}

  /**
   * Returns what such an agent stored, byte for byte.
   *
   * @param store the technology
   * @param place the place, as the fixture of {@code scripts/older-writings} names it
   */
  static String wrote(String store, String... place) {
    String file = "/io/servicegroup/upgrade/" + store + ".json";
    try (InputStream in = OlderAgent.class.getResourceAsStream(file)) {
      for (Object thing : new JsonObject(Buffer.buffer(in.readAllBytes())).getJsonArray("things")) {
        List<?> all = ((JsonArray) thing).getList();
        if (all.subList(0, Math.min(all.size(), place.length)).equals(List.of(place))) {
          return (String) all.get(all.size() - 1);
        }
      }
      throw new AssertionError("nothing stands at " + List.of(place));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Reads a document, and fails where such an agent would. */
  static JsonObject read(Document document) {
    JsonObject json = new JsonObject(document.text());
    for (Object backend : json.getJsonArray("backends")) {
      String.class.cast(backend);
    }
    json.getJsonObject("metadata").getMap();
    int unused = json.getInteger("version").compareTo(0);
    boolean words = json.getBoolean("disabled") || json.getBoolean("forced_down");
    if (json.getString("group") == null || json.getString("binary") == null) {
      throw new AssertionError("no member: " + json + unused + words);
    }
    return json;
  }

  /** Changes some fields, and drops those that such an agent does not know. */
  static Document update(Document document, Map<String, Object> changes) {
    JsonObject read = read(document);
    JsonObject written = new JsonObject(new LinkedHashMap<>());
    for (String field : FIELDS) {
      Object value = changes.getOrDefault(field, read.getValue(field));
      written.put(field, value instanceof List<?> list ? new JsonArray(list) : value);
    }
    return new Document(document.key(), written.encode(), document.version());
  }
}
