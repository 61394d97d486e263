package io.servicegroup.catalog;

import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What agents keep of the members that joined through them, in documents: a few for each agent, of
 * many members each, so that an agent that starts finds its own with one read, whatever else the
 * store holds. A part without members stays, empty: nothing has to remember that it went.
 */
final class KeptDocuments {

  /** Of ten thousand members each holds some hundred kilobytes. */
  private static final int PARTS = 16;

  /** Half of what ZooKeeper and memcached take at a time, so that no store refuses it. */
  private static final int MOST_BYTES = 512 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(KeptDocuments.class);

  private final Attempts attempts;
  private final DocumentStore store;

  KeptDocuments(Attempts attempts, DocumentStore store) {
    this.attempts = attempts;
    this.store = store;
  }

  /** All that an agent keeps. */
  Future<Map<MemberId, JsonObject>> read(String agentId) {
    List<Key> keys = IntStream.range(0, PARTS).mapToObj(part -> key(agentId, part)).toList();
    return store
        .read(keys)
        .map(
            found -> {
              Map<MemberId, JsonObject> kept = new TreeMap<>();
              found.forEach(document -> kept.putAll(parse(document)));
              return kept;
            });
  }

  /** Changes what an agent keeps of some members; of others it stays as it is. */
  Future<Boolean> change(String agentId, Map<MemberId, JsonObject> said, Set<MemberId> over) {
    Map<Integer, Set<MemberId>> parts = new HashMap<>();
    Set<MemberId> changed = new HashSet<>(said.keySet());
    changed.addAll(over);
    changed.forEach(id -> parts.computeIfAbsent(part(id), part -> new HashSet<>()).add(id));
    List<Future<Boolean>> written = new ArrayList<>();
    parts.forEach((part, ids) -> written.add(change(key(agentId, part), ids, said)));
    return Future.join(written).map(true);
  }

  private Future<Boolean> change(Key key, Set<MemberId> ids, Map<MemberId, JsonObject> said) {
    return attempts.repeat(
        ids.iterator().next(),
        () ->
            store
                .read(List.of(key))
                .compose(
                    found -> {
                      Document before = found.isEmpty() ? null : found.get(0);
                      Map<MemberId, JsonObject> kept =
                          before == null ? new TreeMap<>() : parse(before);
                      boolean changes = false;
                      for (MemberId id : ids) {
                        JsonObject now = said.get(id);
                        JsonObject was = now == null ? kept.remove(id) : kept.put(id, now);
                        changes |= !Objects.equals(was, now);
                      }
                      return changes
                          ? store
                              .write(key, text(kept), before)
                              .compose(
                                  done ->
                                      done ? Future.succeededFuture(true) : Attempts.overtaken())
                          : Future.succeededFuture(true);
                    }));
  }

  private static int part(MemberId id) {
    return Math.floorMod(id.toString().hashCode(), PARTS);
  }

  private static Key key(String agentId, int part) {
    return new Key(Kind.KEPT, agentId, Integer.toString(part));
  }

  private static String text(Map<MemberId, JsonObject> kept) {
    JsonArray members = new JsonArray();
    kept.forEach(
        (id, what) ->
            members.add(
                new JsonObject()
                    .put("group", id.group())
                    .put("host", id.host())
                    .put("kept", what)));
    String text = new JsonObject().put("members", members).encode();
    if (text.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
      throw new ServiceGroupException(
          409, "what this agent keeps of its members is too large for this catalogue");
    }
    return text;
  }

  /** What somebody else wrote there says nothing. */
  private static Map<MemberId, JsonObject> parse(Document document) {
    Map<MemberId, JsonObject> kept = new TreeMap<>();
    try {
      String text = Objects.requireNonNullElse(document.text(), "{}");
      for (Object each : new JsonObject(text).getJsonArray("members", new JsonArray())) {
        JsonObject member = (JsonObject) each;
        kept.put(
            new MemberId(member.getString("group"), member.getString("host")),
            Objects.requireNonNull(member.getJsonObject("kept")));
      }
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
    }
    return kept;
  }
}
