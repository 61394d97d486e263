package io.servicegroup.backend.postgres;

import io.servicegroup.model.Beat;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Finds the members that fell silent lately, whose rows another transaction may have locked. Rows
 * are ordered by their last change, so that only the silent ones are looked at; a member that has
 * been silent for long is not looked at any more.
 */
final class PostgresLivenessSilence {

  private static final int MOST_SUSPECTS = 1000;

  private final long suspectNanos;
  private final long forgetNanos;
  private final LongSupplier nanoTime;
  private final Map<Integer, Moved> moving = new LinkedHashMap<>();
  private final Map<Integer, Long> dormant = new HashMap<>();

  PostgresLivenessSilence(Duration reportInterval, Duration serviceDownTime) {
    this(reportInterval, serviceDownTime, System::nanoTime);
  }

  PostgresLivenessSilence(
      Duration reportInterval, Duration serviceDownTime, LongSupplier nanoTime) {
    // Early enough for the shortest possible service_down_time, two intervals and a poll.
    this.suspectNanos = reportInterval.toNanos() * 3 / 2;
    this.forgetNanos = serviceDownTime.toNanos() * 4;
    this.nanoTime = nanoTime;
  }

  /** Takes what a poll read. A poll that read everything also shows which rows no longer exist. */
  void saw(PostgresLivenessRows.PollResult read, boolean everything) {
    Map<Integer, Beat> beats = read.beatsByServiceId();
    long now = nanoTime.getAsLong();
    beats.forEach(
        (serviceId, beat) -> {
          Moved known = moving.get(serviceId);
          long before = known != null ? known.count : dormant.getOrDefault(serviceId, -1L);
          if (before != beat.count()) {
            dormant.remove(serviceId);
            moving.remove(serviceId);
            moving.put(serviceId, new Moved(beat.id(), beat.count(), now));
          }
        });
    if (everything) {
      moving.keySet().retainAll(beats.keySet());
      dormant.keySet().retainAll(beats.keySet());
    }
  }

  /** The rows that have not changed for longer than a beat may be late, but did change lately. */
  Integer[] suspects() {
    long now = nanoTime.getAsLong();
    List<Integer> suspects = new ArrayList<>();
    Iterator<Map.Entry<Integer, Moved>> entries = moving.entrySet().iterator();
    while (entries.hasNext() && suspects.size() < MOST_SUSPECTS) {
      Map.Entry<Integer, Moved> entry = entries.next();
      long silent = now - entry.getValue().atNanos;
      if (silent <= suspectNanos) {
        break;
      }
      if (silent > forgetNanos) {
        dormant.put(entry.getKey(), entry.getValue().count);
        entries.remove();
      } else {
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
      moving.put(serviceId, new Moved(row.id, row.count, now));
      members.add(row.id);
    }
    return members;
  }

  private record Moved(MemberId id, long count, long atNanos) {}
}
