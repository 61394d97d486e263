package io.servicegroup.liveness;

import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Finds the agents that have to be asked whether they live and cannot beat: those with members that
 * were not heard for longer than a beat may be late. The members are kept in the order in which
 * they were last heard, so that only the silent ones are looked at. An agent whose members are
 * silent for very long is no longer asked, unless it answered the last time. Not thread-safe.
 */
final class SilentAgents {

  private final String backend;
  private final long suspectNanos;
  private final long recentNanos;
  private final long forgetNanos;
  private final Map<MemberId, String> agents = new HashMap<>();
  private final Map<MemberId, Incarnation> incarnations = new HashMap<>();
  private final Map<MemberId, Heard> heard = new LinkedHashMap<>();
  private long sawNanos;

  SilentAgents(LivenessSettings settings) {
    this.backend = settings.backend();
    this.suspectNanos = BeatStall.after(settings).toNanos();
    this.recentNanos = suspectNanos - settings.reportInterval().toNanos();
    Duration forgotten = settings.longestDownTime().multipliedBy(4);
    this.forgetNanos = forgotten.toNanos();
  }

  /** Learns from the catalogue which agent beats for a member. */
  void catalogued(CatalogEvent event, long nowNanos) {
    Member member = event.member();
    boolean there = event.type() != CatalogEvent.Type.DELETED;
    if (there && member.agent() != null && member.backends().contains(backend)) {
      String before = agents.put(member.id(), member.agent());
      incarnations.put(member.id(), member.incarnation());
      if (!member.agent().equals(before)) {
        move(member.id(), null, nowNanos);
      }
    } else {
      agents.remove(member.id());
      incarnations.remove(member.id());
      heard.remove(member.id());
    }
  }

  /** Takes in what a poll saw. */
  void saw(Observation seen, long nowNanos) {
    for (Beat beat : seen.beats()) {
      Heard before = heard.get(beat.id());
      if (agents.containsKey(beat.id()) && (before == null || !beat.equals(before.beat))) {
        move(beat.id(), beat, nowNanos - (before == null ? 0 : age(beat, seen, nowNanos)));
      }
    }
    // A member that is vouched for is not silent, and one that is gone need not be asked about.
    seen.held().forEach(beat -> move(beat.id(), beat, nowNanos));
    seen.gone().stream().filter(this::isOver).forEach(absence -> heard.remove(absence.id()));
    sawNanos = nowNanos;
  }

  /** The age of a beat that the poll before did not show. */
  private long age(Beat beat, Observation seen, long nowNanos) {
    long told = TimeUnit.MILLISECONDS.toNanos(seen.ages().getOrDefault(beat.id(), 0L));
    return Math.max(0, Math.min(told, nowNanos - sawNanos));
  }

  /** Whether an absence is the end of the present incarnation, and not of an earlier one. */
  private boolean isOver(Absence absence) {
    Incarnation joined = incarnations.get(absence.id());
    return joined == null
        || absence.incarnation() == null
        || !joined.isNewerThan(absence.incarnation());
  }

  private void move(MemberId id, Beat beat, long nowNanos) {
    if (agents.containsKey(id)) {
      heard.remove(id);
      heard.put(id, new Heard(beat, nowNanos));
    }
  }

  /**
   * Finds the agents to ask.
   *
   * @param holding the agents that said the last time that they cannot beat
   * @param nowNanos the time of a monotonic clock
   * @return the ids of the agents
   */
  Set<String> silent(Set<String> holding, long nowNanos) {
    Set<String> silent = new HashSet<>();
    for (Map.Entry<MemberId, Heard> entry : heard.entrySet()) {
      long silence = nowNanos - entry.getValue().atNanos;
      if (silence <= recentNanos) {
        break; // what a poll finds may be older than what came before it, but not by more
      }
      if (silence <= suspectNanos) {
        continue;
      }
      String agent = agents.get(entry.getKey());
      if (silence <= forgetNanos || holding.contains(agent)) {
        silent.add(agent);
      }
    }
    return silent;
  }

  /** All members of some agents. */
  List<MemberId> members(Set<String> of) {
    List<MemberId> members = new ArrayList<>();
    if (!of.isEmpty()) {
      agents.forEach(
          (id, agent) -> {
            if (of.contains(agent)) {
              members.add(id);
            }
          });
    }
    return members;
  }

  private record Heard(Beat beat, long atNanos) {}
}
