package io.servicegroup.bench;

import io.servicegroup.agent.Agent;
import io.servicegroup.bus.Topics;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import io.servicegroup.testkit.Eventually;
import io.servicegroup.testkit.Journal;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/** A whole agent in this JVM that watches everybody, and what it said and when. */
final class Observer implements AutoCloseable {

  private final Vertx vertx = Vertx.vertx();
  private final Journal<Seen> changes = new Journal<>();
  private final Agent agent;

  /**
   * A change as it was published.
   *
   * @param nanos when, by this JVM's clock
   * @param change what
   */
  record Seen(long nanos, StatusChange change) {}

  Observer(JsonObject config) {
    Topics.STATUS.consume(vertx, change -> changes.add(new Seen(System.nanoTime(), change)));
    agent = Eventually.await(BenchAgent.start(vertx, config));
  }

  /** Where the journal of changes stands. */
  int mark() {
    return changes.mark();
  }

  /** What was said since a mark. */
  List<Seen> since(int mark) {
    return changes.since(mark);
  }

  /** Waits until so many members were said to be in a status. */
  List<Seen> await(int mark, int count, Status status, Predicate<String> host, Duration deadline) {
    List<Seen> found =
        changes.await(
            mark,
            count,
            seen -> seen.change().status() == status && host.test(seen.change().id().host()),
            deadline);
    if (found.size() < count) {
      throw new IllegalStateException(
          "%d of %d members were %s within %s".formatted(found.size(), count, status, deadline));
    }
    return found;
  }

  @Override
  public void close() {
    Eventually.await(agent.stop().eventually(vertx::close));
  }
}
