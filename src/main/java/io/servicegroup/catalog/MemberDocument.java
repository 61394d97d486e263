package io.servicegroup.catalog;

import io.servicegroup.bus.MemberJson;
import io.servicegroup.bus.WarnOnceLog;
import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.WordsOrder;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/**
 * Writes and reads members as JSON, one document for each, so that an unreadable document affects
 * one member only.
 */
final class MemberDocument {

  /** The order in a document that was written by an agent that knows no orders. */
  static final long UNORDERED = -1;

  private static final WarnOnceLog WARNINGS =
      new WarnOnceLog(LoggerFactory.getLogger(MemberDocument.class)::warn);

  private static final String ORDER = "words_order";

  private MemberDocument() {}

  static Key key(MemberId id) {
    return new Key(Kind.MEMBER, id.group(), id.host());
  }

  /** Writes a member. Refused as {@code CONFLICT} where the document would be too large. */
  static String write(Member member) {
    return DocumentSize.checked(json(member).encode(), "metadata", member.id().toString());
  }

  private static JsonObject json(Member member) {
    return MemberJson.write(member)
        .put("incarnation", member.incarnation() == null ? null : member.incarnation().toString())
        .put("agent", member.agent())
        .put("backends", new JsonArray(member.backends().stream().sorted().toList()))
        .put(ORDER, member.wordsOrder());
  }

  /**
   * Reads the document under a member's key, which anybody may have written.
   *
   * @throws Unreadable where it is no member, or another member
   */
  static Member read(Document document) {
    if (document.text() == null) {
      throw new Unreadable("this agent's user may not read it");
    }
    try {
      Member member = member(new JsonObject(document.text()));
      if (!key(member.id()).equals(document.key())) {
        throw new Unreadable("it says that it is " + member.id());
      }
      return member;
    } catch (DecodeException e) {
      throw new Unreadable("it is no JSON object");
    } catch (ClassCastException e) {
      throw new Unreadable("a field has a value of another type");
    } catch (ArithmeticException | IllegalArgumentException e) {
      throw new Unreadable(e.getMessage());
    }
  }

  /** Returns the member, or empty where the document cannot be read. */
  static Optional<Member> readable(Document document) {
    try {
      return Optional.of(read(document));
    } catch (Unreadable e) {
      return Optional.empty();
    }
  }

  private static Member member(JsonObject json) {
    Set<String> backends =
        MemberJson.required("backends", json.getJsonArray("backends")).stream()
            .map(backend -> MemberJson.required("backends", (String) backend))
            .collect(Collectors.toUnmodifiableSet());
    long order = Math.max(UNORDERED, order(json));
    return MemberJson.read(json, json.getString("agent"), backends, null, order);
  }

  private static long order(JsonObject json) {
    long order = json.getLong(ORDER, UNORDERED);
    if (!WordsOrder.isPlausible(order)) {
      remark(json.getString("group") + "/" + json.getString("host"), ORDER, order);
    }
    return order;
  }

  /**
   * Logs that an order is not plausible; once for each, since documents are read again and again.
   */
  static void remark(String member, String where, long order) {
    WARNINGS.warn(
        where + " " + member,
        "%s: the order of its words in %s (%d) is beyond all clocks and counts for nothing; the next"
                .formatted(WarnOnceLog.printable(member), where, order)
            + " word of an operator writes over it");
  }

  /** Thrown for a document that is no member. The message is a clause that names the cause. */
  static final class Unreadable extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private Unreadable(String why) {
      super(why);
    }
  }
}
