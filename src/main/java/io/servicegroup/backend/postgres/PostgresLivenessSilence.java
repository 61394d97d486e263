package io.servicegroup.backend.postgres;

import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.Beat;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Finds the members that fell silent lately, whose rows another transaction may have locked, and
 * tells whether any member has to be looked at soon. Rows are ordered by their last change, as far
 * as the polls show it, so that only the silent ones are looked at; a member that has been silent
 * for long is not looked at any more.
 */
final class PostgresLivenessSilence {

  private static final int MOST_SUSPECTS = 1000;

  private final long suspectNanos;
  private final long recentNanos;
  private final long overdueNanos;
  private final long forgetNanos;
  private final LongSupplier nanoTime;
  private final Map<Integer, Moved> moving = new LinkedHashMap<>();
  private final Map<Integer, Long> dormant = new HashMap<>();
  private long sawNanos;

  PostgresLivenessSilence(LivenessSettings settings) {
    this(
        settings.reportInterval(),
        settings.longestDownTime(),
        settings.pollInterval(),
        System::nanoTime);
  }

  /**
   * Makes an object that has seen nothing.
   *
   * @param serviceDownTime the longest of any group
   */
  PostgresLivenessSilence(
      Duration reportInterval,
      Duration serviceDownTime,
      Duration pollInterval,
      LongSupplier nanoTime) {
    // Early enough for the shortest possible service_down_time, two intervals and a poll.
    this.suspectNanos = reportInterval.toNanos() * 3 / 2;
    this.recentNanos = suspectNanos - reportInterval.toNanos();
    // A member that is not overdue yet is looked at a report_interval later, before its time.
    this.overdueNanos = reportInterval.plus(pollInterval.dividedBy(2)).toNanos();
    this.forgetNanos = serviceDownTime.toNanos() * 4;
    this.nanoTime = nanoTime;
  }

  /** Takes what a poll read. A poll that read everything also shows which rows no longer exist. */
  void saw(PostgresLivenessRows.PollResult read, boolean everything) {
    Map<Integer, Beat> beats = new LinkedHashMap<>(read.beatsByServiceId());
    beats.putAll(read.awaited());
    long now = nanoTime.getAsLong();
    beats.forEach((serviceId, beat) -> saw(serviceId, beat, read.ages().get(beat.id()), now));
    if (everything) {
      moving.keySet().retainAll(beats.keySet());
      dormant.keySet().retainAll(beats.keySet());
    }
    sawNanos = now;
  }

  private void saw(Integer serviceId, Beat beat, Long age, long now) {
    Moved known = moving.get(serviceId);
    Long before = known != null ? Long.valueOf(known.count) : dormant.get(serviceId);
    if (before != null && before == beat.count()) {
      return;
    }
    // The poll before did not show the beat.
    long old =
        before == null || age == null
            ? 0
            : Math.min(TimeUnit.MILLISECONDS.toNanos(age), now - sawNanos);
    dormant.remove(serviceId);
    moving.remove(serviceId);
    moving.put(
        serviceId, new Moved(beat.id(), beat.count(), now - old, beat.incarnation() != null));
  }

  /**
   * Whether everybody who may fall silent is known to have beaten lately, and the next beat of each
   * will show when it was written. Beats that are not our agents' do not show that.
   */
  boolean isCalm() {
    long now = nanoTime.getAsLong();
    return moving.values().stream()
        .allMatch(moved -> moved.ours && now - moved.atNanos <= overdueNanos);
  }

  /** The rows that have not changed for longer than a beat may be late, but did change lately. */
  Integer[] suspects() {
    long now = nanoTime.getAsLong();
    List<Integer> suspects = new ArrayList<>();
    Iterator<Map.Entry<Integer, Moved>> entries = moving.entrySet().iterator();
    while (entries.hasNext() && suspects.size() < MOST_SUSPECTS) {
      Map.Entry<Integer, Moved> entry = entries.next();
      long silent = now - entry.getValue().atNanos;
      if (silent <= recentNanos) {
        break; // what a poll shows may be older than what came before it, but not by more
      }
      if (silent > forgetNanos) {
        dormant.put(entry.getKey(), entry.getValue().count);
        entries.remove();
      } else if (silent > suspectNanos) {
        suspects.add(entry.getKey());
      }
    }
    return suspects.toArray(Integer[]::new);
  }

  /**
   * Takes the suspects whose rows are locked: their silence proves nothing and begins anew.
   * Otherwise the member of a row that stays locked would count as silent for long.
   */
  List<MemberId> locked(Integer[] serviceIds) {
    long now = nanoTime.getAsLong();
    List<MemberId> members = new ArrayList<>();
    for (Integer serviceId : serviceIds) {
      Moved row = moving.remove(serviceId);
      moving.put(serviceId, new Moved(row.id, row.count, now, row.ours));
      members.add(row.id);
    }
    return members;
  }

  private record Moved(MemberId id, long count, long atNanos, boolean ours) {}
}
