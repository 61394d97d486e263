package io.servicegroup.backend.postgres;

import static java.util.concurrent.TimeUnit.MINUTES;

import io.servicegroup.bench.Cpu;
import io.servicegroup.bench.Round;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.PostgresServer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** One agent's real backend, writing its members' beats again as soon as the last are written. */
public final class BeatLoop implements AutoCloseable {

  private static final String MAKE_MEMBERS =
      """
      WITH service AS (
        INSERT INTO services (created_at, host, "binary", topic, report_count, disabled, deleted,
                              forced_down, version, uuid)
        SELECT now() AT TIME ZONE 'utc', 'host-' || n, '%1$s', '%1$s', 0, false, 0, false, 1,
               gen_random_uuid()::text
          FROM generate_series(1, %2$d) n
        RETURNING id, topic, host)
      INSERT INTO servicegroup_members (service_id, generation, incarnation, agent, backends,
                                        joined_count)
      SELECT id, id, id || '-be4c4', 'bench', ARRAY['postgresql'], 0 FROM service
      """;
  private static final String READ_MEMBERS =
      """
      SELECT s.host, m.incarnation FROM services s JOIN servicegroup_members m ON m.service_id = s.id
       WHERE s.topic = '%s'
      """;

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final PostgresServer server;
  private final PostgresLivenessBackend backend;
  private final String group;
  private List<Heartbeat> members;

  /**
   * Makes the members' rows and opens the backend.
   *
   * @param server with the tables
   * @param count how many members
   * @throws SQLException where the rows cannot be read
   */
  public BeatLoop(PostgresServer server, int count) throws SQLException {
    this.server = server;
    this.group = "bench-" + count;
    server.execute(MAKE_MEMBERS.formatted(group, count));
    this.members = readMembers();
    this.backend =
        new PostgresLivenessBackend(
            vertx,
            new LivenessSettings(
                "postgresql",
                "bench",
                server.uri(),
                // Bounds only: the loop keeps no interval, and a busy core is slow, not hung.
                Duration.ofMinutes(1),
                Duration.ofMinutes(3),
                Duration.ofSeconds(1),
                true,
                Set.of()));
    await(() -> backend.open(() -> {}));
  }

  /**
   * Beats for a while.
   *
   * @param writes how often all members are written
   * @return what it cost
   */
  public Round run(int writes) {
    long before = server.number("SELECT sum(report_count) FROM services");
    double serverCpu = Cpu.ofTree(server.pid());
    double ownCpu = Cpu.ofThisProcess();
    long started = System.nanoTime();
    await(() -> write(writes));
    double seconds = (System.nanoTime() - started) / 1e9;
    double thousands = writes * members.size() / 1000.0;
    Round round =
        new Round(
            1000 * thousands / seconds,
            (Cpu.ofThisProcess() - ownCpu) / thousands,
            (Cpu.ofTree(server.pid()) - serverCpu) / thousands);
    long written = server.number("SELECT sum(report_count) FROM services") - before;
    if (written != (long) writes * members.size()) {
      throw new IllegalStateException(written + " beats were written, not " + 1000 * thousands);
    }
    return round;
  }

  private Future<Void> write(int writes) {
    Promise<Void> done = Promise.promise();
    writeOn(writes, done);
    return done.future();
  }

  private void writeOn(int left, Promise<Void> done) {
    if (left == 0) {
      done.complete();
      return;
    }
    backend
        .write(members, List.of())
        .onSuccess(
            conflicts -> {
              if (conflicts.isEmpty()) {
                writeOn(left - 1, done);
              } else {
                done.fail("conflicts: " + conflicts);
              }
            })
        .onFailure(done::fail);
  }

  private <T> T await(Supplier<Future<T>> work) {
    Promise<T> done = Promise.promise();
    context.runOnContext(nothing -> work.get().onComplete(done));
    return done.future().toCompletionStage().toCompletableFuture().orTimeout(5, MINUTES).join();
  }

  private List<Heartbeat> readMembers() throws SQLException {
    List<Heartbeat> read = new ArrayList<>();
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(READ_MEMBERS.formatted(group))) {
      while (rows.next()) {
        read.add(
            new Heartbeat(
                new MemberId(group, rows.getString(1)),
                Incarnation.parse(rows.getString(2)),
                1,
                Heartbeat.State.ALIVE,
                null));
      }
    }
    return read;
  }

  @Override
  public void close() {
    await(backend::close);
    vertx.close().toCompletionStage().toCompletableFuture().orTimeout(1, MINUTES).join();
  }
}
