package io.servicegroup.backend.postgres;

import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.PostgresServer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** A backend as a liveness verticle uses it: always on one context. Waits with a deadline. */
final class PostgresLivenessHarness implements AutoCloseable {

  static final Duration REPORT_INTERVAL = Duration.ofSeconds(2);
  static final Duration POLL_INTERVAL = Duration.ofSeconds(2);

  private final BlockingQueue<Long> news = new LinkedBlockingQueue<>();
  private final Context context;
  private final PostgresLivenessBackend backend;

  PostgresLivenessHarness(
      Vertx vertx, String agent, String uri, boolean watchOwn, String... groups) {
    this(vertx, settings(agent, uri, watchOwn, Set.of(groups)));
  }

  PostgresLivenessHarness(Vertx vertx, LivenessSettings settings) {
    context = vertx.getOrCreateContext();
    Promise<PostgresLivenessBackend> made = Promise.promise();
    context.runOnContext(nothing -> made.complete(new PostgresLivenessBackend(vertx, settings)));
    backend = await(made.future());
  }

  static LivenessSettings settings(String agent, String uri, boolean watchOwn, Set<String> groups) {
    return new LivenessSettings(
        "postgresql",
        agent,
        uri,
        REPORT_INTERVAL,
        Duration.ofSeconds(10),
        POLL_INTERVAL,
        watchOwn,
        groups);
  }

  static void createTables(PostgresServer server) {
    server.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    server.execute(resource("services.sql"));
    server.execute(resource("V001__members.sql"));
  }

  private static String resource(String name) {
    try (InputStream in = PostgresLivenessHarness.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Does to the tables what a join does. */
  static Heartbeat join(PostgresServer server, String group, String host) {
    server.execute(
        """
        INSERT INTO services (host, "binary", topic, created_at)
        VALUES ('%2$s', 'bin-%1$s', '%1$s', now() AT TIME ZONE 'utc')
        ON CONFLICT DO NOTHING;
        INSERT INTO servicegroup_members
          (service_id, generation, incarnation, agent, backends, joined_count)
        SELECT id, g, g || '-abc', 'agent', '{postgresql}', report_count
          FROM services, nextval('servicegroup_generation') AS g
         WHERE topic = '%1$s' AND host = '%2$s' AND deleted = 0
        ON CONFLICT (service_id) DO UPDATE SET generation = excluded.generation,
          incarnation = excluded.incarnation, joined_count = excluded.joined_count,
          state = 'alive', state_reason = NULL, changed = pg_current_xact_id()
        """
            .formatted(group, host));
    String incarnation =
        server.ask(
            "SELECT incarnation FROM servicegroup_members JOIN services ON id = service_id"
                + " WHERE deleted = 0 AND topic = '%s' AND host = '%s'".formatted(group, host));
    return new Heartbeat(
        new MemberId(group, host), Incarnation.parse(incarnation), 1, State.ALIVE, null);
  }

  static Heartbeat in(State state, String reason, Heartbeat heartbeat) {
    return new Heartbeat(
        heartbeat.id(), heartbeat.incarnation(), heartbeat.count() + 1, state, reason);
  }

  static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException | InterruptedException e) {
      throw new AssertionError("no answer within 30 s", e);
    }
  }

  <T> Future<T> start(Supplier<Future<T>> work) {
    Promise<T> done = Promise.promise();
    context.runOnContext(nothing -> work.get().onComplete(done));
    return done.future();
  }

  PostgresLivenessHarness open() {
    await(start(() -> backend.open(() -> news.add(System.nanoTime()))));
    return this;
  }

  List<Conflict> write(Heartbeat... members) {
    return await(start(() -> backend.write(List.of(members), List.of())));
  }

  List<Conflict> write(List<Heartbeat> members, List<Heartbeat> left) {
    return await(start(() -> backend.write(members, left)));
  }

  Future<List<Conflict>> startWrite(Heartbeat... members) {
    return start(() -> backend.write(List.of(members), List.of()));
  }

  Observation poll() {
    return await(start(backend::poll));
  }

  Future<Observation> startPoll() {
    return start(backend::poll);
  }

  /** Waits for news; false where none came in time. */
  boolean awaitNews(Duration deadline) {
    try {
      return news.poll(deadline.toMillis(), TimeUnit.MILLISECONDS) != null;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    await(start(backend::close));
  }
}
