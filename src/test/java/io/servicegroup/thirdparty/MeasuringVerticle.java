package io.servicegroup.thirdparty;

import io.servicegroup.bus.ServiceGroup;
import io.servicegroup.bus.Topics;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.RemoteWork;
import io.servicegroup.model.Status;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Measures an agent by listening to {@link Topics} and to nothing else. A measure is a name and a
 * line here; where nothing that is said carries it, whoever knows it says more.
 */
final class MeasuringVerticle extends VerticleBase {

  private final Map<String, Long> counts = new ConcurrentSkipListMap<>();
  private ServiceGroup services;

  @Override
  public Future<?> start() {
    services = ServiceGroup.create(vertx);
    Topics.STATUS.consume(
        vertx, change -> add("changes " + change.status() + " " + change.reason().text(), 1));
    Topics.WORK.consume(vertx, this::worked);
    Topics.BACKEND.consume(vertx, this::backend);
    Topics.SIGHTINGS.consume(
        vertx, seen -> set("witnessed_ms " + seen.backend(), seen.witnessedMillis()));
    Topics.CATALOG_LOSS.consume(vertx, loss -> set("catalog_missing", loss.missing()));
    Topics.CONCERN.consume(
        vertx,
        concern ->
            set(
                "concern " + concern.about() + " " + concern.subject(),
                concern.text() == null ? 0 : 1));
    Topics.HEARTBEAT.consume(vertx, members -> set("own_members", members.size()));
    Topics.READERS.consume(vertx, readers -> set("event_readers", readers));
    return Future.succeededFuture();
  }

  private void worked(RemoteWork work) {
    String name = work.kind().text() + " " + work.of() + " " + work.outcome().text();
    add(name, 1);
    add(name + " us", work.tookMicros());
  }

  private void backend(BackendState said) {
    boolean reachable = said.state() != BackendState.State.UNREACHABLE;
    set("reachable " + said.backend(), reachable ? 1 : 0);
    BackendState.MassSilence silence = said.massSilence();
    set("withheld " + said.backend(), said.postponed() + (silence == null ? 0 : silence.silent()));
    if (said.state() == BackendState.State.DATA_LOST) {
      add("losses " + said.backend(), 1);
    }
  }

  private void add(String name, long more) {
    counts.merge(name, more, Long::sum);
  }

  private void set(String name, long now) {
    counts.put(name, now);
  }

  /** What was counted so far; may be called from any thread. */
  Map<String, Long> counts() {
    return counts;
  }

  /** How many members of each group have each status; may be called from any thread. */
  Map<String, Long> members() {
    Map<String, Long> members = new TreeMap<>();
    for (MemberView view : services.snapshot(MemberFilter.ALL).members()) {
      Status status = view.verdict().status();
      members.merge(view.member().id().group() + " " + status, 1L, Long::sum);
    }
    return members;
  }

  @Override
  public Future<?> stop() {
    return services.close();
  }
}
