package io.servicegroup.bench;

import static java.util.concurrent.TimeUnit.MINUTES;

import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.Beat;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Watch;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One agent's real backend, writing its members' beats again as soon as the last are written. It
 * may be polled in between, and so may a second one, which watches the group.
 */
final class BeatLoop implements AutoCloseable {

  /** How often a poll comes in a {@code report_interval}, by default. */
  static final int POLLS = 5;

  private static final int POLLS_TO_SEE_EVERYBODY = 50;
  private static final int TRIES_TO_START = 20;

  private final Vertx vertx;
  private final boolean ownVertx;
  private final Context context;
  private final Stand stand;
  private final List<Member> members;
  private final LivenessSettings settings;
  private final LivenessBackend agent;
  private LivenessBackend observer;
  private long count;

  /** Makes members and opens their agent's backend. */
  BeatLoop(Stand stand, int size) {
    this(vertx(), stand, stand.join(size), Duration.ofMinutes(1), Duration.ofMinutes(3));
  }

  /** With one event loop, as an agent with a small heap. */
  private static Vertx vertx() {
    return Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  }

  /** Opens an agent's backend. The loop keeps no interval: it only bounds the calls. */
  BeatLoop(
      Vertx vertx,
      Stand stand,
      List<Member> members,
      Duration reportInterval,
      Duration serviceDownTime) {
    this(vertx, false, stand, members, reportInterval, serviceDownTime);
  }

  private BeatLoop(
      Vertx vertx,
      boolean ownVertx,
      Stand stand,
      List<Member> members,
      Duration reportInterval,
      Duration serviceDownTime) {
    this.vertx = vertx;
    this.ownVertx = ownVertx;
    this.context = vertx.getOrCreateContext();
    this.stand = stand;
    this.members = members;
    this.settings = settings("bench-" + members.get(0).id(), true, reportInterval, serviceDownTime);
    this.agent = open(settings, true);
  }

  private LivenessSettings settings(
      String name, boolean own, Duration reportInterval, Duration serviceDownTime) {
    return new LivenessSettings(
        stand.technology().backend(),
        name,
        BackendUri.parse(stand.uri()),
        reportInterval,
        serviceDownTime,
        // A busy core is slow, not hung.
        reportInterval,
        own ? Watch.OWN : Watch.groups(Set.of(members.get(0).id().group())));
  }

  private LivenessBackend open(LivenessSettings which, boolean own) {
    return await(
        () -> {
          LivenessBackend backend =
              io.servicegroup.backend.Technology.of(which.uri().scheme()).liveness(vertx, which);
          return backend
              .open(() -> {})
              .onSuccess(
                  opened ->
                      members.forEach(
                          member ->
                              backend.catalogued(
                                  new CatalogEvent(CatalogEvent.Type.JOINED, member, own))))
              .map(backend);
        });
  }

  /** Writes all members so many times. */
  Round write(int writes) {
    return measure(writes, null);
  }

  /** Writes all members for the first time; on a busy machine not every try is in time. */
  void start() {
    for (int tries = 1; ; tries++) {
      try {
        write(1);
        return;
      } catch (CompletionException e) {
        if (tries == TRIES_TO_START) {
          throw e;
        }
      }
    }
  }

  /** Writes all members once and waits for nothing. Called on a context of the backend's Vert.x. */
  void writeOnce() {
    context.runOnContext(nothing -> write().onFailure(Throwable::printStackTrace));
  }

  /** The same, and after each write the agent polls {@value #POLLS} times. */
  Round writeAndPoll(int writes) {
    return measure(writes, agent);
  }

  /** The same, and after each write an observer of the group polls {@value #POLLS} times. */
  Round writeAndObserve(int writes) {
    return measure(writes, observer);
  }

  private Round measure(int writes, LivenessBackend poller) {
    double serverCpu = stand.cpu();
    double ownCpu = Cpu.ofThisProcess();
    long started = System.nanoTime();
    await(() -> repeat(writes, () -> write().compose(written -> polls(poller))));
    double seconds = (System.nanoTime() - started) / 1e9;
    double thousands = writes * members.size() / 1000.0;
    return new Round(
        1000 * thousands / seconds,
        (Cpu.ofThisProcess() - ownCpu) / thousands,
        (stand.cpu() - serverCpu) / thousands);
  }

  private Future<Void> polls(LivenessBackend poller) {
    return poller == null
        ? Future.succeededFuture()
        : repeat(POLLS, () -> poller.poll().mapEmpty());
  }

  private Future<Void> write() {
    long next = ++count;
    List<Heartbeat> beats =
        members.stream()
            .map(
                member ->
                    new Heartbeat(
                        member.id(), member.incarnation(), next, Heartbeat.State.ALIVE, null))
            .toList();
    return agent
        .write(beats, List.of())
        .compose(
            written ->
                written.conflicts().isEmpty()
                    ? Future.succeededFuture()
                    : Future.failedFuture("conflicts: " + written.conflicts()));
  }

  private static Future<Void> repeat(int times, Supplier<Future<Void>> work) {
    Promise<Void> done = Promise.promise();
    repeatOn(times, work, done);
    return done.future();
  }

  private static void repeatOn(int left, Supplier<Future<Void>> work, Promise<Void> done) {
    if (left == 0) {
      done.complete();
      return;
    }
    work.get().onSuccess(nothing -> repeatOn(left - 1, work, done)).onFailure(done::fail);
  }

  /**
   * Opens an observer of the group and lets it poll until it has seen the last beat of everybody:
   * what was measured was really written.
   */
  void observe() {
    observer =
        open(
            settings("observer", false, settings.reportInterval(), settings.serviceDownTime()),
            false);
    Set<MemberId> unseen = new HashSet<>();
    members.forEach(member -> unseen.add(member.id()));
    for (int i = 0; i < POLLS_TO_SEE_EVERYBODY && !unseen.isEmpty(); i++) {
      Observation seen = await(observer::poll);
      Stream.concat(
              seen.beats().stream().filter(beat -> beat.count() >= count), seen.held().stream())
          .map(Beat::id)
          .forEach(unseen::remove);
    }
    if (!unseen.isEmpty()) {
      throw new IllegalStateException(
          unseen.size() + " members' last beats, number " + count + ", are not there");
    }
  }

  private <T> T await(Supplier<Future<T>> work) {
    Promise<T> done = Promise.promise();
    context.runOnContext(
        nothing -> Future.succeededFuture().compose(now -> work.get()).onComplete(done));
    return done.future().toCompletionStage().toCompletableFuture().orTimeout(5, MINUTES).join();
  }

  @Override
  public void close() {
    if (observer != null) {
      await(observer::close);
    }
    await(agent::close);
    if (ownVertx) {
      vertx.close().toCompletionStage().toCompletableFuture().orTimeout(1, MINUTES).join();
    }
  }
}
