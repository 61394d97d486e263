package io.servicegroup.bench;

import io.servicegroup.backend.postgres.PostgresTechnology;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.Members;
import io.servicegroup.testkit.PostgresServer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** A running server of a backend, and members that may beat in it. */
final class Stand implements AutoCloseable {

  private static final String MAKE_MEMBERS =
      """
      WITH service AS (
        INSERT INTO services (id, created_at, host, "binary", topic, report_count, disabled,
                              deleted, forced_down, version, uuid)
        SELECT g, now() AT TIME ZONE 'utc', 'host-' || g, '%1$s', '%1$s', 0, false, 0, false, 1,
               gen_random_uuid()::text
          FROM unnest(ARRAY[%2$s]) g
        RETURNING id)
      INSERT INTO servicegroup_members (service_id, generation, incarnation, agent, backends,
                                        joined_count)
      SELECT id, id, id || '-be4c4', 'bench', ARRAY['postgresql'], 0 FROM service
      """;

  /** What is counted where there is no database. */
  static final Database NO_DATABASE = new Database(0, 0);

  private static final String TRANSACTIONS =
      "SELECT sum(xact_commit + xact_rollback)::bigint FROM pg_stat_database";
  private static final String WAL_BYTES = "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint";

  private final Technology technology;
  private final OptionalLong pid;
  private final int port;
  private final String uri;
  private final Consumer<List<Member>> insert;
  private final Supplier<Database> counter;
  private final Runnable stop;
  private long generation;

  /**
   * What a database did since its start.
   *
   * @param transactions committed and rolled back, of all databases
   * @param walBytes written ahead
   */
  record Database(long transactions, long walBytes) {}

  private Stand(
      Technology technology,
      OptionalLong pid,
      int port,
      String uri,
      Consumer<List<Member>> insert,
      Supplier<Database> counter,
      Runnable stop) {
    this.technology = technology;
    this.pid = pid;
    this.port = port;
    this.uri = uri;
    this.insert = insert;
    this.counter = counter;
    this.stop = stop;
  }

  /** A server that keeps beats only. */
  static Stand of(Technology technology, BackendServer server) {
    return new Stand(
        technology,
        OptionalLong.of(server.pid()),
        server.port(),
        server.uri(),
        members -> {},
        null,
        server::close);
  }

  /** No server at all: the agents meet from the given port upwards. */
  static Stand embedded(Technology technology, int port) {
    return new Stand(
        technology,
        OptionalLong.empty(),
        port,
        "hazelcast://127.0.0.1:" + port + "/bench?mode=member&port=" + port,
        members -> {},
        null,
        () -> {});
  }

  /** The catalogue's database with the beats in it, and settings that are not its defaults. */
  static Stand postgres(String... settings) {
    PostgresServer server = PostgresServer.create(settings);
    BackendUri uri = BackendUri.parse(server.uri());
    server.execute(
        new PostgresTechnology()
            .schema(new AgentConfig.Catalog(uri, AgentConfig.CreateTables.ALL)));
    return new Stand(
        Technology.POSTGRESQL,
        OptionalLong.of(server.pid()),
        server.port(),
        server.uri(),
        members -> server.execute(insert(members)),
        () -> count(server),
        server::close);
  }

  /** What a database did since its start. */
  static Database count(PostgresServer server) {
    return new Database(server.number(TRANSACTIONS), server.number(WAL_BYTES));
  }

  private static String insert(List<Member> members) {
    return MAKE_MEMBERS.formatted(
        members.get(0).id().group(),
        members.stream()
            .map(member -> Long.toString(member.incarnation().generation()))
            .collect(Collectors.joining(",")));
  }

  /** What is measured. */
  Technology technology() {
    return technology;
  }

  /** Where an agent finds it. */
  String uri() {
    return uri;
  }

  /** CPU-seconds of the server since its start; 0 where the agents are the server. */
  double cpu() {
    return pid.isPresent() ? Cpu.ofTree(pid.getAsLong()) : 0;
  }

  /** What the server counted; empty where it is no database. */
  Optional<Database> database() {
    return Optional.ofNullable(counter).map(Supplier::get);
  }

  /** Where the server listens; the first of the agents' ports where they are the server. */
  int port() {
    return port;
  }

  /** Whether there is a server that is not an agent. */
  boolean hasServer() {
    return pid.isPresent();
  }

  /** The server's main process. */
  long pid() {
    return pid.orElseThrow();
  }

  /** Makes members of a new group, as a catalogue has them. */
  List<Member> join(int count) {
    String group = "bench-" + generation;
    List<Member> members =
        LongStream.range(generation + 1, generation + 1 + count)
            .mapToObj(number -> member(group, number))
            .toList();
    generation += count;
    insert.accept(members);
    return members;
  }

  private Member member(String group, long number) {
    return Members.of(group, "host-" + number)
        .binary(group)
        .uuid(UUID.randomUUID().toString())
        .incarnation(Incarnation.parse(number + "-be4c4"))
        .agent("bench")
        .backends(technology.backend())
        .build();
  }

  @Override
  public void close() {
    stop.run();
  }
}
