package io.servicegroup.bench;

import io.servicegroup.backend.postgres.PostgresCatalogFactory;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.PostgresServer;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
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

  private final Technology technology;
  private final OptionalLong pid;
  private final int port;
  private final String uri;
  private final Consumer<List<Member>> insert;
  private final Runnable stop;
  private long generation;

  private Stand(
      Technology technology,
      OptionalLong pid,
      int port,
      String uri,
      Consumer<List<Member>> insert,
      Runnable stop) {
    this.technology = technology;
    this.pid = pid;
    this.port = port;
    this.uri = uri;
    this.insert = insert;
    this.stop = stop;
  }

  /** A server that keeps beats only. */
  static Stand of(Technology technology, BackendServer server) {
    return new Stand(
        technology,
        OptionalLong.of(server.pid()),
        server.port(),
        server.uri(server.port()),
        members -> {},
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
        () -> {});
  }

  /** The catalogue's database with the beats in it. */
  static Stand postgres() {
    PostgresServer server = PostgresServer.create();
    BackendUri uri = BackendUri.parse(server.uri());
    server.execute(
        new PostgresCatalogFactory()
            .schema(new AgentConfig.Catalog(uri, AgentConfig.CreateTables.ALL)));
    return new Stand(
        Technology.POSTGRESQL,
        OptionalLong.of(server.pid()),
        server.port(),
        server.uri(),
        members -> server.execute(insert(members)),
        server::close);
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
    return new Member(
        new MemberId(group, "host-" + number),
        group,
        UUID.randomUUID().toString(),
        1,
        Map.of(),
        false,
        null,
        false,
        Incarnation.parse(number + "-be4c4"),
        "bench",
        Set.of(technology.backend()),
        null);
  }

  @Override
  public void close() {
    stop.run();
  }
}
