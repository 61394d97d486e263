package io.servicegroup.backend.postgres;

import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads members from rows, which others write too: any column that may be null is read as one, and
 * a row whose names cannot be a member's is left out and logged once.
 */
final class PostgresCatalogRows {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresCatalogRows.class);
  private static final int REMEMBERED = 1000;

  private final Set<String> refused = new HashSet<>();

  List<Member> members(RowSet<Row> rows) {
    List<Member> members = new ArrayList<>(rows.size());
    for (Row row : rows) {
      try {
        members.add(member(row));
      } catch (IllegalArgumentException e) {
        refuse(row, e);
      }
    }
    members.sort(Comparator.comparing(Member::id));
    return members;
  }

  private void refuse(Row row, IllegalArgumentException why) {
    String names = row.getString("topic") + "/" + row.getString("host");
    if (refused.size() < REMEMBERED && refused.add(names)) {
      LOG.warn(
          "A row of services is no member and is left out ({}): {}",
          names.replaceAll("\\p{Cntrl}", "?"),
          why.getMessage());
    }
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
        incarnation == null ? null : Incarnation.parse(incarnation),
        row.getString("agent"),
        backends == null ? Set.of() : Set.of(backends),
        lastSeenUp == null ? null : lastSeenUp.toInstant(ZoneOffset.UTC));
  }

  /** A member as the parameters of {@link PostgresCatalogSql#ADOPT}. */
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
