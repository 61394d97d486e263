package io.servicegroup.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The registry of schemes: which class serves which technology. Classes are named, not imported, so
 * that nothing but the configuration knows a backend.
 */
public enum Scheme {
  /** A private PostgreSQL inside the agent's process tree. */
  EMBEDDED(
      List.of("embedded"),
      0,
      "io.servicegroup.backend.postgres.PostgresLivenessVerticle",
      "io.servicegroup.backend.postgres.PostgresCatalogFactory",
      "io.servicegroup.backend.embedded.EmbeddedPostgresServer",
      null,
      Set.of("port")),
  /** PostgreSQL, possibly a Nova database. */
  POSTGRESQL(
      List.of("postgresql", "postgres", "postgresql+psycopg2"),
      5432,
      "io.servicegroup.backend.postgres.PostgresLivenessVerticle",
      "io.servicegroup.backend.postgres.PostgresCatalogFactory",
      null,
      null,
      Set.of("sslmode", "sslrootcert", "sslcert", "sslkey", "pooled", "listen", "timeout")),
  /** ZooKeeper, in tooz's layout. */
  ZOOKEEPER(
      List.of("zookeeper", "kazoo"),
      2181,
      "io.servicegroup.backend.zookeeper.ZooKeeperLivenessVerticle",
      "io.servicegroup.backend.zookeeper.ZooKeeperCatalogFactory",
      null,
      "io.servicegroup.backend.zookeeper.ZooKeeperNames",
      Set.of("timeout", "namespace", "use_ssl", "verify_certs", "ca", "certfile", "keyfile")),
  /** memcached, in tooz's layout. */
  MEMCACHED(
      List.of("memcached"),
      11211,
      "io.servicegroup.backend.memcached.MemcachedLivenessVerticle",
      "io.servicegroup.backend.memcached.MemcachedCatalogFactory",
      null,
      null,
      Set.of("timeout")),
  /** Redis, in tooz's layout. */
  REDIS(
      List.of("redis", "rediss"),
      6379,
      "io.servicegroup.backend.redis.RedisLivenessVerticle",
      "io.servicegroup.backend.redis.RedisCatalogFactory",
      null,
      null,
      Set.of(
          "timeout",
          "db",
          "namespace",
          "ssl",
          "ssl_ca_certs",
          "ssl_certfile",
          "ssl_keyfile",
          "sentinel",
          "sentinel_fallback")),
  /** Hazelcast, as a member of the cluster or as its client. */
  HAZELCAST(
      List.of("hazelcast"),
      5701,
      "io.servicegroup.backend.hazelcast.HazelcastLivenessVerticle",
      "io.servicegroup.backend.hazelcast.HazelcastCatalogFactory",
      null,
      null,
      Set.of("timeout", "mode", "interface", "port"));

  private final List<String> names;
  private final int defaultPort;
  private final String livenessVerticle;
  private final String catalogFactory;
  private final String embeddedServer;
  private final String memberNames;
  private final Set<String> options;

  Scheme(
      List<String> names,
      int defaultPort,
      String livenessVerticle,
      String catalogFactory,
      String embeddedServer,
      String memberNames,
      Set<String> options) {
    this.names = names;
    this.defaultPort = defaultPort;
    this.livenessVerticle = livenessVerticle;
    this.catalogFactory = catalogFactory;
    this.embeddedServer = embeddedServer;
    this.memberNames = memberNames;
    this.options = options;
  }

  /**
   * Finds a scheme by what stands before the colon.
   *
   * @param name in any case
   * @return the scheme, or empty where there is none
   */
  public static Optional<Scheme> find(String name) {
    return Arrays.stream(values())
        .filter(scheme -> scheme.names.stream().anyMatch(name::equalsIgnoreCase))
        .findFirst();
  }

  /**
   * The name used in messages, and as the default name of a backend.
   *
   * @return the first name
   */
  public String text() {
    return names.get(0);
  }

  /**
   * Every name that may stand before the colon.
   *
   * @return the names, the usual one first
   */
  public List<String> names() {
    return names;
  }

  /**
   * The port where a URI names none.
   *
   * @return the port; 0 where there are no hosts
   */
  public int defaultPort() {
    return defaultPort;
  }

  /**
   * The verticle that speaks to the technology.
   *
   * @return its class name
   */
  public String livenessVerticle() {
    return livenessVerticle;
  }

  /**
   * The {@code ServiceCatalogFactory} of the technology.
   *
   * @return its class name
   */
  public String catalogFactory() {
    return catalogFactory;
  }

  /**
   * The {@code EmbeddedServer} that has to run before the technology can be reached.
   *
   * @return its class name, or empty where the server is somebody else's
   */
  public Optional<String> embeddedServer() {
    return Optional.ofNullable(embeddedServer);
  }

  /**
   * Which names the technology cannot keep beats under.
   *
   * @return the rule, or empty where it keeps any name
   */
  public Optional<MemberNames> memberNames() {
    return Optional.ofNullable(memberNames).map(Scheme::create);
  }

  private static MemberNames create(String name) {
    try {
      return (MemberNames) Class.forName(name).getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this build has no usable " + name, e);
    }
  }

  /**
   * The options that its URIs may carry in the query.
   *
   * @return their names
   */
  public Set<String> options() {
    return options;
  }
}
