package io.servicegroup.faults;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.core.DistributedObject;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.servicegroup.backend.memcached.RawMemcached;
import io.servicegroup.config.BackendUri;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.ZooKeeperServer;
import io.vertx.core.json.JsonArray;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZKUtil;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import redis.clients.jedis.Jedis;

/**
 * Everything that a store holds, past all of our own code: taken out as text, and put into an empty
 * one. Each thing is an array: where it stands, and at the end what stands there. What is no text
 * is {@code base64:…}. Expiries are not kept, nor what ends with a session.
 */
final class StoredThings {

  private static final String BASE64 = "base64:";

  private StoredThings() {}

  /** Takes all out, in order of where it stands. */
  static List<JsonArray> dump(BackendServer server) throws Exception {
    List<JsonArray> all =
        switch (server.scheme()) {
          case "redis" -> dumpRedis(server);
          case "memcached" -> dumpMemcached(server);
          case "zookeeper" -> dumpZooKeeper(server);
          case "hazelcast" -> dumpHazelcast(server);
          default -> throw new IllegalArgumentException(server.scheme());
        };
    all.sort((one, other) -> one.encode().compareTo(other.encode()));
    return all;
  }

  /** Puts all in. */
  static void load(BackendServer server, Iterable<JsonArray> all) throws Exception {
    switch (server.scheme()) {
      case "redis" -> loadRedis(server, all);
      case "memcached" -> loadMemcached(server, all);
      case "zookeeper" -> loadZooKeeper(server, all);
      case "hazelcast" -> loadHazelcast(server, all);
      default -> throw new IllegalArgumentException(server.scheme());
    }
  }

  private static String text(byte[] value) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
      if (text.chars().noneMatch(Character::isISOControl)) {
        return text;
      }
    } catch (CharacterCodingException e) {
      // It is no text.
    }
    return BASE64 + Base64.getEncoder().encodeToString(value);
  }

  static byte[] bytes(String text) {
    return text.startsWith(BASE64)
        ? Base64.getDecoder().decode(text.substring(BASE64.length()))
        : text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<JsonArray> dumpRedis(BackendServer server) {
    List<JsonArray> all = new ArrayList<>();
    try (Jedis redis = new Jedis("127.0.0.1", server.port())) {
      for (byte[] key : redis.keys(bytes("*"))) {
        String name = text(key);
        String type = redis.type(key);
        switch (type) {
          case "string" -> all.add(JsonArray.of(type, name, text(redis.get(key))));
          case "set" ->
              redis.smembers(key).forEach(one -> all.add(JsonArray.of(type, name, text(one))));
          case "hash" ->
              redis
                  .hgetAll(key)
                  .forEach(
                      (field, value) ->
                          all.add(JsonArray.of(type, name, text(field), text(value))));
          default -> throw new IllegalStateException(name + " is a " + type);
        }
      }
    }
    return all;
  }

  private static void loadRedis(BackendServer server, Iterable<JsonArray> all) {
    try (Jedis redis = new Jedis("127.0.0.1", server.port())) {
      for (JsonArray one : all) {
        byte[] key = bytes(one.getString(1));
        byte[] next = bytes(one.getString(2));
        switch (one.getString(0)) {
          case "string" -> redis.set(key, next);
          case "set" -> redis.sadd(key, next);
          default -> redis.hset(key, next, bytes(one.getString(3)));
        }
      }
    }
  }

  private static List<JsonArray> dumpMemcached(BackendServer server) throws Exception {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try (Socket socket = new Socket("127.0.0.1", server.port())) {
      socket.getOutputStream().write(bytes("lru_crawler metadump all\r\n"));
      while (!said.toString(StandardCharsets.UTF_8).endsWith("END\r\n")) {
        said.write(socket.getInputStream().read());
      }
    }
    List<JsonArray> all = new ArrayList<>();
    Matcher key = Pattern.compile("key=(\\S+)").matcher(said.toString(StandardCharsets.UTF_8));
    try (RawMemcached raw = new RawMemcached(server.port())) {
      while (key.find()) {
        String name = URLDecoder.decode(key.group(1), StandardCharsets.UTF_8);
        RawMemcached.Item item = raw.get(name);
        all.add(JsonArray.of(name, item.flags(), text(item.value())));
      }
    }
    return all;
  }

  private static void loadMemcached(BackendServer server, Iterable<JsonArray> all) {
    try (RawMemcached raw = new RawMemcached(server.port())) {
      all.forEach(one -> raw.set(one.getString(0), one.getInteger(1), 0, bytes(one.getString(2))));
    }
  }

  @SuppressWarnings("try") // its close() may be interrupted, which ends the run
  private static List<JsonArray> dumpZooKeeper(BackendServer server) throws Exception {
    List<JsonArray> all = new ArrayList<>();
    try (ZooKeeper client = ((ZooKeeperServer) server).connect()) {
      for (String path : ZKUtil.listSubTreeBFS(client, "/")) {
        boolean ours = !path.equals("/") && !path.startsWith("/zookeeper");
        if (ours && client.exists(path, false).getEphemeralOwner() == 0) {
          byte[] data = client.getData(path, false, null);
          all.add(JsonArray.of(path, text(data == null ? new byte[0] : data)));
        }
      }
    }
    return all;
  }

  @SuppressWarnings("try") // its close() may be interrupted, which ends the run
  private static void loadZooKeeper(BackendServer server, Iterable<JsonArray> all)
      throws Exception {
    try (ZooKeeper client = ((ZooKeeperServer) server).connect()) {
      for (JsonArray one : all) {
        client.create(
            one.getString(0),
            bytes(one.getString(1)),
            ZooDefs.Ids.OPEN_ACL_UNSAFE,
            CreateMode.PERSISTENT);
      }
    }
  }

  private static List<JsonArray> dumpHazelcast(BackendServer server) {
    List<JsonArray> all = new ArrayList<>();
    HazelcastInstance client = client(server);
    try {
      for (DistributedObject object : client.getDistributedObjects()) {
        if (object instanceof IMap<?, ?> map) {
          map.forEach(
              (key, value) -> all.add(JsonArray.of(map.getName(), (String) key, (String) value)));
        }
      }
    } finally {
      client.shutdown();
    }
    return all;
  }

  private static void loadHazelcast(BackendServer server, Iterable<JsonArray> all) {
    HazelcastInstance client = client(server);
    try {
      for (JsonArray one : all) {
        Map<String, String> map = client.getMap(one.getString(0));
        map.put(one.getString(1), one.getString(2));
      }
    } finally {
      client.shutdown();
    }
  }

  private static HazelcastInstance client(BackendServer server) {
    ClientConfig config = new ClientConfig();
    config.setProperty("hazelcast.logging.type", "none");
    config.setClusterName(BackendUri.parse(server.uri()).path().replace("/", ""));
    config.getNetworkConfig().addAddress("127.0.0.1:" + server.port());
    return HazelcastClient.newHazelcastClient(config);
  }
}
