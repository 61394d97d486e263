package io.servicegroup.http;

import io.servicegroup.bus.MemberText;
import io.servicegroup.bus.ServiceGroup;
import io.servicegroup.bus.Topics;
import io.servicegroup.model.Digest;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.StatusChange;
import io.servicegroup.runtime.Ticker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Serves {@code /v1/events}: status changes as server-sent events. A client gets a snapshot and
 * then every change after it, or continues after the last change that it received. Everything runs
 * on one context, so that no change can fall between the snapshot and the first change.
 */
final class EventStream implements ServiceGroup.NumberedListener {

  /** The number of changes that a client can be behind and still continue without a snapshot. */
  static final int CAPACITY = 10_000;

  /** The number of groups whose present snapshot is kept for the next client. */
  private static final int MAX_SNAPSHOTS = 100;

  /** A client without progress in so many checks in a row has vanished, or reads no more. */
  private static final int MAX_CHECKS_WITHOUT_PROGRESS = 3;

  private record SnapshotFrame(long seq, Buffer frame) {}

  private final Vertx vertx;
  private final Duration commentInterval;
  private final ServiceGroup services;
  private final boolean evaluates;
  private final EventRing ring = new EventRing(CAPACITY);
  private final Set<EventClient> clients = ConcurrentHashMap.newKeySet();
  private final Map<String, SnapshotFrame> snapshots = new HashMap<>();
  private final Ticker ticker;

  /**
   * Starts to collect changes.
   *
   * @param vertx whose timers and event bus are used
   * @param services knows the members; made on the same context
   * @param evaluates whether this agent has an evaluator; without one no snapshot is waited for
   * @param commentInterval the time from one comment to the next
   * @return the running stream
   */
  static EventStream start(
      Vertx vertx, ServiceGroup services, boolean evaluates, Duration commentInterval) {
    EventStream stream = new EventStream(vertx, services, evaluates, commentInterval);
    services.follow(stream);
    Topics.CATALOG.consumeHere(vertx, event -> stream.snapshots.clear());
    return stream;
  }

  private EventStream(
      Vertx vertx, ServiceGroup services, boolean evaluates, Duration commentInterval) {
    this.vertx = vertx;
    this.commentInterval = commentInterval;
    this.services = services;
    this.evaluates = evaluates;
    this.ticker =
        Ticker.start(
            vertx, "keeping event streams open", commentInterval, commentInterval, this::comment);
  }

  void mount(Api api) {
    api.serve("/v1/events", Operation.get(this::open, "group"));
  }

  private void open(RoutingContext ctx, Query query) {
    EventClient client = new EventClient(ctx.request(), query.text("group"));
    if (ctx.request().method() == HttpMethod.HEAD) {
      ctx.response().putHeader("Content-Type", "text/event-stream").end();
      return;
    }
    HttpServerResponse response = ctx.response();
    response.exceptionHandler(failure -> remove(client));
    response.closeHandler(closed -> remove(client));
    response.drainHandler(drained -> write(client));
    clients.add(client);
    Topics.READERS.publish(vertx, clients.size());
    client.open();
    lastSeen(ctx)
        .filter(ring::continues)
        .ifPresentOrElse(seen -> client.continueAfter(seen.seq()), client::needSnapshot);
    if (!evaluates && !ring.isStarted()) {
      client.beginSnapshot(snapshot(client.group()).frame());
    }
    write(client);
  }

  private void remove(EventClient client) {
    if (clients.remove(client)) {
      Topics.READERS.publish(vertx, clients.size());
    }
  }

  private static Optional<Digest> lastSeen(RoutingContext ctx) {
    String id = ctx.request().getHeader("Last-Event-ID");
    int colon = id == null ? -1 : id.lastIndexOf(':');
    if (colon < 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Digest(id.substring(0, colon), Long.parseLong(id.substring(colon + 1))));
    } catch (NumberFormatException e) {
      // The client sent an id that this agent never gave out, so it gets a snapshot.
      return Optional.empty();
    }
  }

  /** Writes to a client what it has not got yet, until its write queue is full. */
  private void write(EventClient client) {
    if (!client.writeMore() || !ring.isStarted() || !client.canTake()) {
      return;
    }
    if (client.needsSnapshot()) {
      SnapshotFrame snapshot = snapshot(client.group());
      client.continueAfter(snapshot.seq());
      client.beginSnapshot(snapshot.frame());
    }
    if (client.writeMore()) {
      client.catchUp(ring);
    }
  }

  private SnapshotFrame snapshot(String group) {
    if (snapshots.size() >= MAX_SNAPSHOTS) {
      // Clients may ask for groups that do not exist, so that the number of groups is no bound.
      snapshots.clear();
    }
    return snapshots.computeIfAbsent(
        group == null ? "" : group,
        key -> {
          Snapshot snapshot = services.snapshot(new MemberFilter(group, null, null, null));
          String id = snapshot.epoch() == null ? null : snapshot.epoch() + ":" + snapshot.seq();
          return new SnapshotFrame(
              snapshot.seq(), EventRing.frame("snapshot", id, MemberText.of(snapshot)));
        });
  }

  @Override
  public void resynced(Digest at) {
    snapshots.clear();
    if (!ring.isAt(at)) {
      ring.restart(at);
      clients.forEach(EventClient::needSnapshot);
    }
    writeToAll();
  }

  @Override
  public void next(StatusChange change) {
    snapshots.clear();
    ring.add(change);
    writeToAll();
  }

  private void writeToAll() {
    if (clients.isEmpty()) {
      return;
    }
    List.copyOf(clients).forEach(this::write);
  }

  private Future<?> comment() {
    if (clients.isEmpty()) {
      return Future.succeededFuture();
    }
    Set<Integer> ports = new HashSet<>();
    clients.forEach(client -> ports.add(client.localPort()));
    return vertx
        .executeBlocking(() -> SendQueues.read(ports))
        .onSuccess(queues -> List.copyOf(clients).forEach(client -> comment(client, queues)));
  }

  private void comment(EventClient client, SendQueues queues) {
    if (client.checkProgress(queues) < MAX_CHECKS_WITHOUT_PROGRESS) {
      client.comment();
    } else {
      long seconds = commentInterval.multipliedBy(MAX_CHECKS_WITHOUT_PROGRESS).toSeconds();
      client.cut("for " + seconds + " s it has acknowledged nothing of what it was sent");
    }
  }

  /** The number of connected clients. */
  int clients() {
    return clients.size();
  }

  /**
   * Ends every client's response.
   *
   * @return never fails
   */
  Future<Void> stop() {
    List.copyOf(clients).forEach(EventClient::end);
    return ticker.stop();
  }
}
