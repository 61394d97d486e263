package io.servicegroup.pairings;

import static io.servicegroup.testkit.Eventually.await;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.core.HazelcastInstance;
import io.servicegroup.backend.memcached.RawMemcached;
import io.servicegroup.config.BackendUri;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.ZooKeeperServer;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZKUtil;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;

/** What a store held at one time, put back by its own means while its clients stay connected. */
interface StoreBackup {

  /** Makes the catalogue what it was. */
  void restore() throws Exception;

  /**
   * Takes a backup of a catalogue.
   *
   * @param server what keeps it
   * @param group the group whose member {@code one} is kept; only memcached has to be told
   */
  static StoreBackup of(BackendServer server, String group) throws Exception {
    return switch (server.scheme()) {
      case "postgresql" -> postgres((PostgresServer) server);
      case "redis" -> redis(server);
      case "zookeeper" -> zooKeeper(server);
      case "hazelcast" -> hazelcast(server);
      case "memcached" -> memcached(server, "servicegroup:catalog:member:" + group + "/one");
      default -> throw new IllegalArgumentException(server.scheme());
    };
  }

  private static StoreBackup postgres(PostgresServer server) {
    server.execute(
        """
        DROP SCHEMA IF EXISTS backup CASCADE; CREATE SCHEMA backup;
        CREATE TABLE backup.services AS SELECT * FROM services;
        CREATE TABLE backup.members AS SELECT * FROM servicegroup_members;
        CREATE TABLE backup.generation AS SELECT last_value FROM servicegroup_generation;
        """);
    return () ->
        server.execute(
            """
            BEGIN;
            TRUNCATE services, servicegroup_members, servicegroup_canaries;
            INSERT INTO services SELECT * FROM backup.services;
            INSERT INTO servicegroup_members SELECT * FROM backup.members;
            SELECT setval('servicegroup_generation', last_value) FROM backup.generation;
            COMMIT;
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
            """);
  }

  private static StoreBackup redis(BackendServer server) throws Exception {
    Map<Buffer, Buffer> dumps = new HashMap<>();
    onRedis(
        server,
        ask -> {
          for (Response key : ask.apply(Request.cmd(Command.KEYS).arg("*"))) {
            Response dump = ask.apply(Request.cmd(Command.DUMP).arg(key.toBuffer()));
            if (dump != null) {
              dumps.put(key.toBuffer(), dump.toBuffer());
            }
          }
          return null;
        });
    return () ->
        onRedis(
            server,
            ask -> {
              ask.apply(Request.cmd(Command.FLUSHALL));
              dumps.forEach(
                  (key, dump) ->
                      ask.apply(
                          Request.cmd(Command.RESTORE).arg(key).arg(0).arg(dump).arg("REPLACE")));
              return null;
            });
  }

  private static void onRedis(
      BackendServer server, Function<Function<Request, Response>, Void> work) {
    Vertx vertx = Vertx.vertx();
    Redis redis = Redis.createClient(vertx, server.uri());
    work.apply(request -> await(redis.send(request)));
    redis.close();
    await(vertx.close());
  }

  @SuppressWarnings("try") // its close() may be interrupted, which ends the test
  private static StoreBackup zooKeeper(BackendServer server) throws Exception {
    Map<String, byte[]> nodes = new HashMap<>();
    try (ZooKeeper client = ((ZooKeeperServer) server).connect()) {
      for (String path : ZKUtil.listSubTreeBFS(client, "/servicegroup-catalog")) {
        nodes.put(path, client.getData(path, false, null));
      }
    }
    return () -> {
      try (ZooKeeper client = ((ZooKeeperServer) server).connect()) {
        List<String> present = ZKUtil.listSubTreeBFS(client, "/servicegroup-catalog");
        for (int i = present.size() - 1; i >= 0; i--) {
          if (!nodes.containsKey(present.get(i))) {
            client.delete(present.get(i), -1);
          }
        }
        for (String path : nodes.keySet().stream().sorted().toList()) {
          try {
            client.setData(path, nodes.get(path), -1);
          } catch (KeeperException.NoNodeException e) {
            client.create(
                path, nodes.get(path), ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
          }
        }
      }
    };
  }

  private static StoreBackup hazelcast(BackendServer server) throws Exception {
    Map<String, Map<Object, Object>> maps = new HashMap<>();
    onHazelcast(
        server,
        client -> {
          for (String kind : List.of("member", "claim", "removed")) {
            String name = "servicegroup-catalog-" + kind;
            maps.put(name, new HashMap<>(client.getMap(name)));
          }
          return null;
        });
    return () ->
        onHazelcast(
            server,
            client -> {
              maps.forEach(
                  (name, entries) -> {
                    client.getMap(name).keySet().stream()
                        .filter(key -> !entries.containsKey(key))
                        .forEach(key -> client.getMap(name).delete(key));
                    entries.forEach((key, value) -> client.getMap(name).set(key, value));
                  });
              return null;
            });
  }

  private static void onHazelcast(BackendServer server, Function<HazelcastInstance, Void> work) {
    ClientConfig config = new ClientConfig();
    config.setClusterName(BackendUri.parse(server.uri()).path().replace("/", ""));
    config.getNetworkConfig().addAddress("127.0.0.1:" + server.port());
    HazelcastInstance client = HazelcastClient.newHazelcastClient(config);
    try {
      work.apply(client);
    } finally {
      client.shutdown();
    }
  }

  private static StoreBackup memcached(BackendServer server, String key) {
    byte[] value;
    try (RawMemcached client = new RawMemcached(server.port())) {
      value = client.get(key).value();
    }
    return () -> {
      try (RawMemcached client = new RawMemcached(server.port())) {
        client.set(key, 0, 0, value);
      }
    };
  }
}
