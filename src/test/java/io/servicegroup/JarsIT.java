package io.servicegroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.ManagedProcess;
import io.servicegroup.testkit.MemcachedServer;
import io.servicegroup.testkit.Ports;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.RedisServer;
import io.servicegroup.testkit.ZooKeeperServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The jars that the build makes beside the agent's, as those use them who take no other. */
@Timeout(120)
class JarsIT {

  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final long MEGABYTE = 1_000_000;
  private static Path slim;
  private static Path client;

  @TempDir private Path home;

  @BeforeAll
  static void findTheJars() {
    String built = System.getProperty("servicegroup.jar");
    assumeTrue(built != null, "nothing was packaged for this run");
    slim = Path.of(built).resolveSibling("servicegroup-agent-slim.jar");
    client = Path.of(built).resolveSibling("servicegroup-client.jar");
  }

  @Test
  void theSlimJarHasNoDatabaseAndIsSmall() throws IOException {
    assertThat(Files.size(slim)).isLessThanOrEqualTo(25 * MEGABYTE);
    assertThat(entries(slim)).noneMatch(name -> name.endsWith(".txz"));
  }

  @Test
  void theSlimJarSaysWhatToUseInsteadOfTheEmbeddedDatabase() {
    assertRefused("catalog.uri", "run");
    assertRefused("catalog.uri", "run", "--set", "catalog.uri=embedded:data");
    assertRefused("catalog.uri", "check-config");
    assertRefused(
        "liveness.backends[0]",
        "check-config",
        "--set",
        "catalog.uri=redis://127.0.0.1",
        "--set",
        "liveness.backends=[\"embedded:x\"]");
    assertRefused("--from", "migrate", "--from", "embedded:data", "--to", "redis://127.0.0.1");
  }

  /** Every technology, since the slim jar leaves out what none of them needs. */
  @Test
  void theSlimJarKnowsAllOtherBackends() {
    try (PostgresServer postgres = PostgresServer.create();
        RedisServer redis = RedisServer.create();
        MemcachedServer memcached = MemcachedServer.create();
        ZooKeeperServer zookeeper = ZooKeeperServer.create()) {
      int port = Ports.free();
      String members = "hazelcast://127.0.0.1:" + port;
      JsonArray backends =
          new JsonArray()
              .add(postgres.uri())
              .add(redis.uri(redis.port()))
              .add(memcached.uri(memcached.port()))
              .add(zookeeper.uri());
      JsonObject first = config("one", postgres.uri(), backends.add(members + "?port=" + port));
      JsonObject second =
          config("two", members + "?mode=client", new JsonArray().add(members + "?mode=client"));
      try (AgentProcess member = AgentProcess.of(first).jar(slim).heap("128m").start();
          AgentProcess other = AgentProcess.of(second).jar(slim).start()) {
        assertUp(member, "one");
        assertUp(other, "two");
      }
    }
  }

  @Test
  void theClientIsSmallAndNeedsVertxAlone() throws IOException {
    assertThat(Files.size(client)).isLessThanOrEqualTo(300_000);
    assertThat(entries(client))
        .contains("io/servicegroup/bus/ServiceGroup.class", "META-INF/LICENSE")
        .allMatch(
            name -> name.matches("io/servicegroup/(bus|model)/[^/]*\\.class|META-INF/.*[^/]"));
    String pom = Files.readString(client.resolveSibling("servicegroup-client.pom"));
    assertThat(pom)
        .isEqualTo(text(client, "META-INF/maven/io.servicegroup/servicegroup-client/pom.xml"));
    assertThat(pom).doesNotContain("${");
    assertThat(
            Pattern.compile("<dependency>.*?<artifactId>(.*?)</artifactId>", Pattern.DOTALL)
                .matcher(pom)
                .results()
                .map(found -> found.group(1)))
        .containsExactly("vertx-core");
  }

  @Test
  void aVerticleOfSomebodyElseNeedsTheClientAndVertxAlone() throws IOException {
    Path source = home.resolve("WatchingVerticle.java");
    try (InputStream program =
        JarsIT.class.getResourceAsStream("/io/servicegroup/client/WatchingVerticle.java")) {
      Files.copy(program, source);
    }
    String path = client + File.pathSeparator + vertxCore();
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-Xlint:all,-processing,-classfile",
                "-Werror",
                "-cp",
                path,
                "-d",
                home.toString(),
                source.toString());
    assertThat(compiled).isZero();

    List<String> command =
        ManagedProcess.java("-cp", home + File.pathSeparator + path, "WatchingVerticle");
    try (ManagedProcess program = ManagedProcess.start("verticle", new ProcessBuilder(command))) {
      assertThat(program.awaitExit(DEADLINE)).as(program.tail()).isZero();
      assertThat(program.output().since(0))
          .contains("compute/host-1 is UP", "1 member is in memory", "compute/host-1 is DOWN")
          .anyMatch(line -> line.startsWith("a leave failed: "))
          .noneMatch(line -> line.contains("Exception"));
    }
  }

  private static JsonObject config(String host, String catalog, JsonArray backends) {
    JsonObject service = new JsonObject().put("group", "g").put("host", host);
    return new JsonObject()
        .put("agent", new JsonObject().put("host", host))
        .put("services", new JsonArray().add(service))
        .put("catalog", new JsonObject().put("uri", catalog))
        .put("liveness", new JsonObject().put("backends", backends).put("report_interval", "1s"));
  }

  private static void assertUp(AgentProcess agent, String host) {
    agent.await(
        "it is up",
        () -> agent.get("/v1/groups/g/members/" + host).body(),
        body -> body.contains("\"UP\""));
  }

  private void assertRefused(String key, String... arguments) {
    List<String> command = ManagedProcess.java("-Xmx64m", "-jar", slim.toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
    builder.environment().put("SERVICEGROUP__HTTP__PORT", Integer.toString(Ports.free()));
    try (ManagedProcess agent = ManagedProcess.start("slim agent", builder)) {
      int code = agent.awaitExit(DEADLINE);
      assertThat(code).as(agent.tail()).isEqualTo(2);
      assertThat(agent.output().since(0))
          .singleElement()
          .asString()
          .startsWith(key)
          .contains("slim", "postgresql://", "servicegroup-agent.jar");
    }
  }

  private static List<String> entries(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName).toList();
    }
  }

  private static String text(Path jar, String entry) throws IOException {
    try (JarFile file = new JarFile(jar.toFile());
        InputStream in = file.getInputStream(file.getEntry(entry))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** What a build gets that names vertx-core and nothing else. */
  private static String vertxCore() {
    List<String> found = new ArrayList<>();
    Pattern wanted =
        Pattern.compile("(vertx-core|vertx-core-logging|netty-.*|jackson-core)-[\\d.]+.*");
    Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(jar -> wanted.matcher(Path.of(jar).getFileName().toString()).matches())
        .forEach(found::add);
    return found.stream().collect(Collectors.joining(File.pathSeparator));
  }
}
