package io.servicegroup.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis: 6.2 from its Maven artifact, or Debian's. Everything that is not asked for is
 * Redis's default: it saves when it is stopped, and a start after {@link #kill()} brings back what
 * it saved before, if anything.
 */
public final class RedisServer extends BackendServer {

  /** Debian's, which is Redis 7. */
  public static final Path DEBIAN = Path.of("/usr/bin/redis-server");

  private static final String READY = "eady to accept connections";
  private static final String DUMP = "dump.rdb";

  private final String program;
  private final List<String> settings;
  private String password;
  private String user;
  private SelfSigned certificate;

  private RedisServer(Path home, String program, List<String> settings) {
    super("redis", home, Ports.free());
    this.program = program;
    this.settings = settings;
  }

  /**
   * Makes and starts Redis 6.2.
   *
   * @param settings of redis.conf, as on the command line: {@code "--databases", "3"}
   * @return the running server
   */
  public static RedisServer create(String... settings) {
    RedisServer server = make(settings);
    server.start();
    return server;
  }

  /**
   * Makes and starts Debian's Redis 7.
   *
   * @param settings as above
   * @return the running server
   */
  public static RedisServer createDebian(String... settings) {
    RedisServer server = new RedisServer(directory(), DEBIAN.toString(), List.of(settings));
    server.start();
    return server;
  }

  /**
   * Makes and starts Redis 6.2 that asks for a password.
   *
   * @param password of the default user
   * @param settings as above
   * @return the running server
   */
  public static RedisServer createSecured(String password, String... settings) {
    RedisServer server = make(settings);
    server.password = password;
    server.start();
    return server;
  }

  /**
   * Makes and starts a Redis whose agents are a user with the rights that are given.
   *
   * @param debian whether it is Debian's Redis 7, rather than 6.2
   * @param name of the user
   * @param rules what {@code ACL SETUSER} takes after the name, with the password {@code secret}
   * @return the running server, on which the default user may do everything
   */
  public static RedisServer createFor(boolean debian, String name, String rules) {
    Path home = directory();
    Path users = home.resolve("users.acl");
    try {
      Files.write(
          users, List.of("user default on nopass ~* &* +@all", "user " + name + " " + rules));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    RedisServer server =
        new RedisServer(
            home,
            debian ? DEBIAN.toString() : unpack(home),
            List.of("--aclfile", users.toString()));
    server.user = name;
    server.start();
    return server;
  }

  /**
   * Makes and starts Redis 6.2 that speaks TLS only, and only with clients that it knows.
   *
   * @param certificate its own and its clients'
   * @return the running server
   */
  public static RedisServer createTls(SelfSigned certificate) {
    RedisServer server = make();
    server.certificate = certificate;
    server.start();
    return server;
  }

  /**
   * Makes and starts a replica, Redis 6.2, and waits until it has what the master has.
   *
   * @param master port of its master, or of a proxy before it
   * @return the running server
   */
  public static RedisServer createReplica(int master) {
    RedisServer server = make("--replicaof", "127.0.0.1", "" + master);
    server.start();
    server.awaitLine("MASTER <-> REPLICA sync: Finished with success");
    return server;
  }

  private static RedisServer make(String... settings) {
    Path home = directory();
    return new RedisServer(home, unpack(home), List.of(settings));
  }

  /** Redis 6.2, which is Sentinel too. */
  static String unpack(Path home) {
    try {
      synchronized (ManagedProcess.STARTING) {
        return ExecutableProvider.newJarResourceProvider(home.toFile()).get().getAbsolutePath();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack Redis: " + e.getMessage(), e);
    }
  }

  static Path directory() {
    return TempFiles.directory("servicegroup-redis-");
  }

  @Override
  public String uri(int behind) {
    String secret = password == null ? "" : ":" + password + "@";
    if (user != null) {
      secret = user + ":secret@";
    }
    String options =
        certificate == null
            ? ""
            : "?ssl=true&ssl_ca_certs=%1$s&ssl_certfile=%1$s&ssl_keyfile=%2$s"
                .formatted(certificate.certificate(), certificate.key());
    return "redis://" + secret + "127.0.0.1:" + behind + options;
  }

  @Override
  void awaitReady() {
    awaitLine(READY);
  }

  @Override
  List<String> command() {
    List<String> command = new ArrayList<>(List.of(program, "--bind", "127.0.0.1"));
    if (certificate == null) {
      command.addAll(List.of("--port", Integer.toString(port())));
    } else {
      command.addAll(List.of("--port", "0", "--tls-port", Integer.toString(port())));
      command.addAll(List.of("--tls-cert-file", certificate.certificate().toString()));
      command.addAll(List.of("--tls-key-file", certificate.key().toString()));
      command.addAll(List.of("--tls-ca-cert-file", certificate.certificate().toString()));
    }
    if (password != null) {
      command.addAll(List.of("--requirepass", password, "--masterauth", password));
    }
    command.addAll(settings);
    return command;
  }

  @Override
  void forget() throws IOException {
    Files.deleteIfExists(home().resolve(DUMP));
  }
}
