package io.servicegroup.backend.postgres;

import io.servicegroup.backend.postgres.PostgresLivenessWords.Words;
import io.servicegroup.bus.WarnOnceLog;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the rows of {@code services}, both those of Nova's services and those of our agents. */
final class PostgresLivenessRows {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresLivenessRows.class);

  private final WarnOnceLog warnings = new WarnOnceLog(LOG::warn);
  private final Set<Integer> refused = new HashSet<>();

  /** Reads the answer to a poll. */
  PollResult read(Iterable<Row> answer, PostgresLivenessMembers own, long poll) {
    PollResult read = new PollResult();
    for (Row row : answer) {
      read.snapshot = row.getString("snapshot");
      read.clock = row.getLong("clock");
      read.dataLost |= !row.getBoolean("intact");
      Integer serviceId = row.getInteger("id");
      if (serviceId != null) {
        Integer written = row.getInteger("report_count");
        long count = written == null ? 0 : written;
        PostgresLivenessMember member = own.of(serviceId);
        read.dataLost |= member != null && member.lost(count, poll);
        interpret(row, serviceId, count, read);
        Long words = row.getLong("words");
        if (words != null) {
          read.words.put(serviceId, new Words(id(row), words));
        }
      }
    }
    read.sort();
    return read;
  }

  /** The member of a row; null where the row's names are none of a member. */
  private static MemberId id(Row row) {
    try {
      return new MemberId(row.getString("topic"), row.getString("host"));
    } catch (IllegalArgumentException | NullPointerException e) {
      return null;
    }
  }

  private void interpret(Row row, int serviceId, long count, PollResult read) {
    try {
      MemberId id = new MemberId(row.getString("topic"), row.getString("host"));
      Incarnation incarnation = incarnation(id, row.getString("incarnation"));
      if (incarnation == null) {
        if (count > 0) {
          read.beat(serviceId, new Beat(id, null, count));
        }
        return;
      }
      State state = PostgresStates.read(row.getString("state"), row.getString("state_reason"));
      if (!state.beats()) {
        read.gone.add(new Absence(id, incarnation, count, state.absence()));
      } else if (count != row.getInteger("joined_count")) {
        read.beat(serviceId, new Beat(id, incarnation, count), row.getLong("age"));
      } else {
        read.awaited.put(serviceId, new Beat(id, incarnation, count));
      }
    } catch (IllegalArgumentException | NullPointerException e) {
      // Another program may have written anything into its row; the row is skipped and does not
      // affect the others.
      if (refused.add(serviceId)) {
        LOG.warn("row {} of services is no member: {}", serviceId, e.getMessage());
      }
    }
  }

  /**
   * Parses an incarnation. One beyond any clock counts as none, so that only the row's count tells,
   * as for Nova's rows.
   */
  private Incarnation incarnation(MemberId id, String stored) {
    try {
      return stored == null ? null : Incarnation.parse(stored);
    } catch (Incarnation.ImplausibleGenerationException e) {
      warnings.warn(
          id.toString(),
          "%s: its incarnation in servicegroup_members is ignored, until its agent joins it again: %s"
              .formatted(id, WarnOnceLog.printable(e.getMessage())));
      return null;
    }
  }

  /** The result of a poll. */
  static final class PollResult {
    private final Map<Integer, Beat> beatsByServiceId = new LinkedHashMap<>();
    private final Map<Integer, Beat> awaited = new LinkedHashMap<>();
    private final Map<Integer, Words> words = new HashMap<>();
    private final Map<MemberId, Long> ages = new HashMap<>();
    private final List<Absence> gone = new ArrayList<>();
    private String snapshot;
    private long clock;
    private boolean dataLost;

    void beat(int serviceId, Beat beat) {
      beatsByServiceId.put(serviceId, beat);
    }

    /** A beat that an agent of ours wrote. */
    void beat(int serviceId, Beat beat, Long age) {
      beat(serviceId, beat);
      if (age != null) {
        ages.put(beat.id(), age);
      }
    }

    /** Puts the oldest beats first, as an observation lists them; those without an age last. */
    private void sort() {
      List<Map.Entry<Integer, Beat>> entries = new ArrayList<>(beatsByServiceId.entrySet());
      entries.sort(
          Comparator.comparingLong(entry -> -ages.getOrDefault(entry.getValue().id(), 0L)));
      beatsByServiceId.clear();
      entries.forEach(entry -> beatsByServiceId.put(entry.getKey(), entry.getValue()));
    }

    Map<Integer, Beat> beatsByServiceId() {
      return beatsByServiceId;
    }

    /** The rows of members that joined and have not beaten yet, as if that were a beat. */
    Map<Integer, Beat> awaited() {
      return awaited;
    }

    /** How long ago the beats were written that our agents wrote, in milliseconds. */
    Map<MemberId, Long> ages() {
      return ages;
    }

    /** What the rows say of their members; nothing where triggers announce its changes. */
    Map<Integer, Words> words() {
      return words;
    }

    List<Beat> beats() {
      return List.copyOf(beatsByServiceId.values());
    }

    List<Absence> gone() {
      return gone;
    }

    /** Takes the beats for beats of this moment, because the clock that gave their ages moved. */
    void forgetAges() {
      ages.clear();
    }

    /** The server's clock, in milliseconds. */
    long clock() {
      return clock;
    }

    /** The poll's snapshot in PostgreSQL's notation. */
    String snapshot() {
      return snapshot;
    }

    boolean dataLost() {
      return dataLost;
    }
  }
}
