package io.servicegroup.thirdparty;

import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Beats in the memory of one process, by room. */
final class MemoryBackend implements LivenessBackend {

  private static final Map<String, Map<MemberId, Heartbeat>> ROOMS = new ConcurrentHashMap<>();

  private final Map<MemberId, Heartbeat> room;

  MemoryBackend(String room) {
    this.room = ROOMS.computeIfAbsent(room, name -> new ConcurrentHashMap<>());
  }

  @Override
  public Future<Void> open(Runnable news) {
    return Future.succeededFuture();
  }

  @Override
  public Future<Written> write(List<Heartbeat> members, List<Heartbeat> left) {
    members.forEach(member -> room.put(member.id(), member));
    left.forEach(member -> room.put(member.id(), member));
    return Future.succeededFuture(new Written(List.of()));
  }

  @Override
  public Future<Observation> poll() {
    List<Beat> beats = new ArrayList<>();
    List<Absence> gone = new ArrayList<>();
    for (Heartbeat seen : room.values()) {
      switch (seen.state()) {
        case ALIVE -> beats.add(new Beat(seen.id(), seen.incarnation(), seen.count()));
        case FAILED -> gone.add(absence(seen, Absence.Cause.PROBE_FAILED));
        default -> gone.add(absence(seen, Absence.Cause.LEFT));
      }
    }
    return Future.succeededFuture(new Observation(beats, List.of(), gone, List.of(), false));
  }

  private static Absence absence(Heartbeat seen, Absence.Cause cause) {
    return new Absence(seen.id(), seen.incarnation(), seen.count(), cause);
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}
