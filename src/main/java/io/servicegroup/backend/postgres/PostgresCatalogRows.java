package io.servicegroup.backend.postgres;

import io.servicegroup.bus.WarnOnceLog;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.VersionRange;
import io.servicegroup.model.WordsOrder;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * Reads members from rows, which Nova and other programs write too: a column that may be null is
 * read as such, and a row that cannot be a member is skipped and named in the log.
 */
final class PostgresCatalogRows {

  private static final String ODD = "a column has a value that it cannot have";

  private final WarnOnceLog warnings =
      new WarnOnceLog(LoggerFactory.getLogger(PostgresCatalogRows.class)::warn);
  private final Map<String, Odd> unreadable = new HashMap<>();
  private boolean strangers;

  private record Odd(String group, String why) {}

  List<Member> members(RowSet<Row> rows) {
    List<Member> members = new ArrayList<>(rows.size());
    for (Row row : rows) {
      try {
        members.add(member(row));
        unreadable.remove(names(row));
      } catch (IllegalArgumentException | NullPointerException | ClassCastException e) {
        String why = e instanceof IllegalArgumentException ? e.getMessage() : ODD;
        unreadable.put(names(row), new Odd(row.getString("topic"), why));
      }
    }
    members.sort(Comparator.comparing(Member::id));
    return members;
  }

  /**
   * Reads the members that a filter found. An unreadable row that is missing from an answer about
   * all members, or about its whole group, no longer exists and is forgotten.
   */
  List<Member> of(MemberFilter filter, RowSet<Row> rows) {
    String group = filter.group();
    if (filter.equals(new MemberFilter(group, null, null, null))) {
      unreadable.values().removeIf(odd -> group == null || group.equals(odd.group));
    }
    strangers &= !filter.equals(MemberFilter.ALL);
    return noticed(members(rows));
  }

  /** Whether members that no agent joined were seen, and still by the last read of all. */
  boolean hasStrangers() {
    return strangers;
  }

  private List<Member> noticed(List<Member> members) {
    strangers |= members.stream().anyMatch(member -> member.incarnation() == null);
    return members;
  }

  /**
   * Reads members that were asked for by name. An unreadable row of such a name that is missing
   * from the answer no longer exists and is forgotten.
   */
  List<Member> of(Collection<MemberId> asked, RowSet<Row> rows) {
    asked.forEach(id -> unreadable.remove(id.toString()));
    return noticed(members(rows));
  }

  /** Why rows cannot be read as members, by topic and host. */
  Map<String, String> unreadable() {
    Map<String, String> named = new TreeMap<>();
    unreadable.forEach((name, odd) -> named.put(name, odd.why));
    return named;
  }

  private static String names(Row row) {
    String names = row.getValue("topic") + "/" + row.getValue("host");
    return names.replaceAll("\\p{Cntrl}", "?");
  }

  Member member(Row row) {
    String group = row.getString("topic");
    String binary = row.getString("binary");
    Integer version = row.getInteger("version");
    String incarnation = row.getString("incarnation");
    String[] backends = row.getArrayOfStrings("backends");
    LocalDateTime lastSeenUp = row.getLocalDateTime("last_seen_up");
    return new Member(
        new MemberId(group, row.getString("host")),
        binary == null ? group : binary,
        row.getString("uuid"),
        version == null ? 0 : version,
        metadata(row),
        Boolean.TRUE.equals(row.getBoolean("disabled")),
        row.getString("disabled_reason"),
        Boolean.TRUE.equals(row.getBoolean("forced_down")),
        incarnation == null ? null : incarnation(row, incarnation),
        row.getString("agent"),
        backends == null
            ? Set.of()
            : Stream.of(backends).filter(Objects::nonNull).collect(Collectors.toSet()),
        lastSeenUp == null ? null : lastSeenUp.toInstant(ZoneOffset.UTC),
        order(row));
  }

  private long order(Row row) {
    long order = row.getLong("words_order");
    if (!WordsOrder.isPlausible(order)) {
      warnings.warn(
          "words " + names(row),
          "%s: the order of its words in servicegroup_words (%d) is beyond all clocks and counts for"
                  .formatted(names(row), order)
              + " nothing; the next word of an operator writes over it");
    }
    return order;
  }

  /**
   * Parses an incarnation. A generation beyond any clock counts as none; the member's agent then
   * joins it again.
   */
  private Incarnation incarnation(Row row, String text) {
    String where = names(row);
    try {
      Incarnation incarnation = Incarnation.parse(text);
      warnings.settle(where);
      return incarnation;
    } catch (Incarnation.ImplausibleGenerationException e) {
      warnings.warn(
          where,
          "%s: its incarnation in servicegroup_members is ignored, until its agent joins it again: %s"
              .formatted(where, WarnOnceLog.printable(e.getMessage())));
      return null;
    }
  }

  /** Reads ranges of versions. */
  static List<VersionRange> ranges(RowSet<Row> rows) {
    List<VersionRange> ranges = new ArrayList<>(rows.size());
    for (Row row : rows) {
      ranges.add(
          new VersionRange(
              row.getString("topic"),
              row.getString("binary"),
              row.getInteger("oldest"),
              row.getInteger("newest")));
    }
    return ranges;
  }

  /** A member as parameters of a statement, with the order of its last word at the end. */
  static Tuple valuesAndOrder(Member member) {
    return values(member).addLong(member.wordsOrder());
  }

  /** A member as parameters of a statement. */
  static Tuple values(Member member) {
    Incarnation incarnation = member.incarnation();
    return Tuple.tuple()
        .addString(member.id().group())
        .addString(member.id().host())
        .addString(member.binary())
        .addInteger(member.version())
        .addString(member.uuid())
        .addBoolean(member.disabled())
        .addString(member.disabledReason())
        .addBoolean(member.forcedDown())
        .addString(incarnation == null ? null : incarnation.toString())
        .addLong(incarnation == null ? null : incarnation.generation())
        .addString(member.agent())
        .addArrayOfString(member.backends().stream().sorted().toArray(String[]::new))
        .addJsonObject(new JsonObject(member.metadata()));
  }

  private static Map<String, Object> metadata(Row row) {
    return row.getValue("metadata") instanceof JsonObject json ? json.getMap() : Map.of();
  }
}
