package io.servicegroup.bench;

import io.servicegroup.testkit.PostgresServer;
import java.util.function.DoubleSupplier;

/**
 * What a database and its clients spend in a while.
 *
 * @param seconds how long it was watched
 * @param transactions that ended
 * @param wal bytes of the write-ahead log of the whole server
 * @param serverCpu CPU-seconds of the server's whole process tree
 * @param clientCpu CPU-seconds of the clients
 * @param connections at the end
 */
record FleetCost(
    double seconds,
    double transactions,
    double wal,
    double serverCpu,
    double clientCpu,
    double connections) {

  /** The database of a bench's fleet; the questions of the bench itself go to another one. */
  static final String DATABASE = "fleet";

  private static final String TRANSACTIONS =
      "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = '%s'"
          .formatted(DATABASE);
  private static final String WAL = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint";
  private static final String CONNECTIONS =
      "SELECT count(*) FROM pg_stat_activity WHERE datname = '%s' AND backend_type = 'client backend'"
          .formatted(DATABASE);

  /** Makes a server with the database of a fleet. */
  static PostgresServer server(String... settings) {
    PostgresServer server = PostgresServer.create(settings);
    server.execute("CREATE DATABASE " + DATABASE);
    return server;
  }

  /** Where clients find that database. */
  static String uri(PostgresServer server) {
    return server.uri().replaceFirst("/[^/]*$", "/" + DATABASE);
  }

  /** What was spent from the beginning of the server on. */
  static FleetCost now(PostgresServer server, DoubleSupplier clientCpu) {
    return new FleetCost(
        System.nanoTime() / 1e9,
        server.number(TRANSACTIONS),
        server.number(WAL),
        Cpu.ofSessions(server.pid()),
        clientCpu.getAsDouble(),
        server.number(CONNECTIONS));
  }

  FleetCost since(FleetCost before) {
    return new FleetCost(
        seconds - before.seconds,
        transactions - before.transactions,
        wal - before.wal,
        serverCpu - before.serverCpu,
        clientCpu - before.clientCpu,
        connections);
  }

  /** The same for one of the clients and a minute. */
  FleetCost each(int clients) {
    double share = 60 / seconds / clients;
    return new FleetCost(
        60,
        transactions * share,
        wal * share,
        serverCpu * share,
        clientCpu * share,
        connections / clients);
  }

  /** What is left without so many clients of another kind, of which each costs so much. */
  FleetCost without(int clients, FleetCost each) {
    return new FleetCost(
        seconds,
        transactions - clients * each.transactions * seconds / 60,
        wal - clients * each.wal * seconds / 60,
        serverCpu - clients * each.serverCpu * seconds / 60,
        clientCpu,
        connections - clients * each.connections);
  }
}
