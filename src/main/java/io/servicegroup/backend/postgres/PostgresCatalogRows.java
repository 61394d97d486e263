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
import java.lang.ref.SoftReference;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * Reads members from rows, which Nova and other programs write too: a column that may be null is
 * read as such, and a row that cannot be a member is skipped and named in the log.
 */
final class PostgresCatalogRows {

  private static final String ODD = "a column has a value that it cannot have";

  // The indices of the columns of PostgresCatalogSql.COLUMNS: the driver finds a column by its name
  // by comparing all names, which for ten thousand rows takes as long as reading them.
  private static final int TOPIC = 0;
  private static final int HOST = 1;
  private static final int BINARY = 2;
  private static final int UUID = 3;
  private static final int VERSION = 4;
  private static final int DISABLED = 5;
  private static final int DISABLED_REASON = 6;
  private static final int FORCED_DOWN = 7;
  private static final int LAST_SEEN_UP = 8;
  private static final int INCARNATION = 9;
  private static final int AGENT = 10;
  private static final int BACKENDS = 11;
  private static final int METADATA = 12;
  private static final int WORDS_ORDER = 13;

  /** In the answers of {@link PostgresCatalogSql#list} and {@link PostgresCatalogSql#find} only. */
  private static final int ALL_CHANGES_ANNOUNCED = 14;

  private final WarnOnceLog warnings =
      new WarnOnceLog(LoggerFactory.getLogger(PostgresCatalogRows.class)::warn);
  private final Map<String, Odd> unreadable = new HashMap<>();

  /**
   * What the last list found. Most of the next list is the same, and refers to these members, whom
   * the rest of the agent has as well.
   */
  private SoftReference<Map<MemberId, Member>> last = new SoftReference<>(Map.of());

  private boolean allChangesAnnounced;

  private record Odd(String group, String why) {}

  List<Member> members(RowSet<Row> rows) {
    Reading reading = new Reading();
    rows.forEach(reading::read);
    return reading.end();
  }

  /**
   * Reads the rows of a list or of members that were asked for by name as they arrive, so that of
   * an answer of ten thousand rows only the members are kept.
   */
  Collector<Row, ?, Reading> reading() {
    return Collector.of(
        Reading::new,
        (reading, row) -> {
          allChangesAnnounced = row.getBoolean(ALL_CHANGES_ANNOUNCED);
          reading.read(row);
        },
        (one, other) -> one,
        Collector.Characteristics.IDENTITY_FINISH);
  }

  /** The members of one answer. */
  final class Reading {

    private final List<Member> members = new ArrayList<>();
    private final Map<String, Odd> odd = new HashMap<>();

    /** What many rows have in common, so that it is in memory once. */
    private final Map<Object, Object> once = new HashMap<>();

    private final Map<MemberId, Member> known = Objects.requireNonNullElse(last.get(), Map.of());

    private Reading() {}

    private void read(Row row) {
      try {
        Member member = member(row, once);
        members.add(member.sharedWith(known.get(member.id())));
        if (!unreadable.isEmpty()) {
          unreadable.remove(names(row));
        }
      } catch (IllegalArgumentException | NullPointerException | ClassCastException e) {
        String why = e instanceof IllegalArgumentException ? e.getMessage() : ODD;
        odd.put(names(row), new Odd(row.getString(TOPIC), why));
      }
    }

    private List<Member> end() {
      unreadable.putAll(odd);
      members.sort(Comparator.comparing(Member::id));
      return members;
    }
  }

  /**
   * Takes the members that a filter found. An unreadable row that is missing from an answer about
   * all members, or about its whole group, no longer exists and is forgotten.
   */
  List<Member> of(MemberFilter filter, Reading read) {
    String group = filter.group();
    if (filter.equals(new MemberFilter(group, null, null, null))) {
      unreadable.values().removeIf(odd -> group == null || group.equals(odd.group));
    }
    List<Member> members = read.end();
    Map<MemberId, Member> now = new HashMap<>();
    members.forEach(member -> now.put(member.id(), member));
    last = new SoftReference<>(now);
    return members;
  }

  /**
   * Takes members that were asked for by name. An unreadable row of such a name that is missing
   * from the answer no longer exists and is forgotten.
   */
  List<Member> of(Collection<MemberId> asked, Reading read) {
    if (!unreadable.isEmpty()) {
      asked.forEach(id -> unreadable.remove(id.toString()));
    }
    return read.end();
  }

  /**
   * Whether the last row that was read by {@link #reading()} said that changes of members are
   * announced whoever makes them.
   */
  boolean areAllChangesAnnounced() {
    return allChangesAnnounced;
  }

  /** Why rows cannot be read as members, by topic and host. */
  Map<String, String> unreadable() {
    Map<String, String> named = new TreeMap<>();
    unreadable.forEach((name, odd) -> named.put(name, odd.why));
    return named;
  }

  private static String names(Row row) {
    String names = row.getValue(TOPIC) + "/" + row.getValue(HOST);
    return names.replaceAll("\\p{Cntrl}", "?");
  }

  /**
   * Reads one row.
   *
   * @param once what many rows of one answer have in common, so that it is in memory once
   */
  private Member member(Row row, Map<Object, Object> once) {
    String group = same(row.getString(TOPIC), once);
    String binary = same(row.getString(BINARY), once);
    Integer version = row.getInteger(VERSION);
    String incarnation = row.getString(INCARNATION);
    String[] backends = row.getArrayOfStrings(BACKENDS);
    LocalDateTime lastSeenUp = row.getLocalDateTime(LAST_SEEN_UP);
    return new Member(
        new MemberId(group, row.getString(HOST)),
        binary == null ? group : binary,
        row.getString(UUID),
        version == null ? 0 : version,
        metadata(row),
        Boolean.TRUE.equals(row.getBoolean(DISABLED)),
        row.getString(DISABLED_REASON),
        Boolean.TRUE.equals(row.getBoolean(FORCED_DOWN)),
        incarnation == null ? null : incarnation(row, incarnation),
        same(row.getString(AGENT), once),
        backends(backends, once),
        lastSeenUp == null
            ? null
            : (Instant)
                once.computeIfAbsent(lastSeenUp, at -> lastSeenUp.toInstant(ZoneOffset.UTC)),
        order(row));
  }

  @SuppressWarnings("unchecked")
  private static Set<String> backends(String[] names, Map<Object, Object> once) {
    if (names == null) {
      return Set.of();
    }
    return (Set<String>)
        once.computeIfAbsent(
            Arrays.asList(names),
            list ->
                Stream.of(names).filter(Objects::nonNull).collect(Collectors.toUnmodifiableSet()));
  }

  @SuppressWarnings("unchecked")
  private static <T> T same(T value, Map<Object, Object> once) {
    return value == null ? null : (T) once.computeIfAbsent(value, first -> first);
  }

  private long order(Row row) {
    long order = row.getLong(WORDS_ORDER);
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
    try {
      Incarnation incarnation = Incarnation.parse(text);
      warnings.settle(() -> names(row));
      return incarnation;
    } catch (Incarnation.ImplausibleGenerationException e) {
      String where = names(row);
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
    return row.getValue(METADATA) instanceof JsonObject json ? json.getMap() : Map.of();
  }
}
