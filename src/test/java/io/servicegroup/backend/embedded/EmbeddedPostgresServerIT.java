package io.servicegroup.backend.embedded;

import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.servicegroup.bus.Topics;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Concern;
import io.servicegroup.testkit.ManagedProcess;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EmbeddedPostgresServerIT {

  private final List<EmbeddedPostgresServer> servers = new ArrayList<>();
  private final List<Process> agents = new ArrayList<>();
  private Vertx vertx;

  /** One for all tests, since making one takes seconds. */
  @TempDir private static Path temp;

  private static Path data;

  @BeforeAll
  static void nameDirectory() {
    data = temp.resolve("data");
  }

  @BeforeEach
  void prepare() {
    vertx = Vertx.vertx();
  }

  @AfterEach
  void stopEverything() throws Exception {
    for (EmbeddedPostgresServer server : servers) {
      await(server.stop());
    }
    for (Process agent : agents) {
      agent.getOutputStream().close();
      agent.waitFor(30, TimeUnit.SECONDS);
    }
    await(vertx.close());
  }

  @Test
  void keepsWhatItStoredAcrossRestarts() throws Exception {
    EmbeddedPostgresServer first = server();
    query(
        await(first.start(vertx, uri(""))),
        "DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 42 AS answer");
    await(first.stop());

    BackendUri reachable = await(server().start(vertx, uri("")));

    assertThat(query(reachable, "SELECT answer FROM kept").getInteger(0)).isEqualTo(42);
  }

  @Test
  void isDurableAndListensOnLoopbackOnlyAndWantsItsPassword() throws Exception {
    BackendUri reachable = await(server().start(vertx, uri("")));

    assertThat(setting(reachable, "fsync")).isEqualTo("on");
    assertThat(setting(reachable, "synchronous_commit")).isEqualTo("on");
    assertThat(setting(reachable, "full_page_writes")).isEqualTo("on");
    assertThat(setting(reachable, "listen_addresses")).isEqualTo("127.0.0.1");
    assertThat(reachable.toString()).doesNotContain(reachable.password());
    assertThatThrownBy(
            () -> await(PgConnection.connect(vertx, options(reachable).setPassword("guessed"))))
        .hasMessageContaining("password authentication failed");
  }

  @Test
  void takesThePortItIsTold() throws Exception {
    int port = freePort();

    BackendUri reachable = await(server().start(vertx, uri("?port=" + port)));

    assertThat(reachable.hosts()).containsExactly(new BackendUri.Host("127.0.0.1", port));
    assertThat(query(reachable, "SELECT 1").getInteger(0)).isEqualTo(1);
  }

  @Test
  void saysThatItsPortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> await(server().start(vertx, uri("?port=" + taken.getLocalPort()))))
          .hasMessageContaining("port " + taken.getLocalPort())
          .hasMessageContaining("catalog.uri");
    }
  }

  @Test
  void refusesADirectoryThatAnotherAgentUses() throws Exception {
    await(server().start(vertx, uri("")));

    assertThatThrownBy(() -> await(server().start(vertx, uri(""))))
        .hasMessageContaining(data.toString())
        .hasMessageContaining("is in use by another agent")
        .hasMessageContaining("catalog.uri");
  }

  @Test
  void refusesADirectoryThatAnotherProcessUses() throws Exception {
    readUri(agent());

    assertThatThrownBy(() -> await(server().start(vertx, uri(""))))
        .hasMessageContaining("is in use by another agent");
  }

  @Test
  void refusesDataOfAnotherMajorRelease() throws Exception {
    EmbeddedPostgresServer first = server();
    await(first.start(vertx, uri("")));
    await(first.stop());
    Path version = data.resolve("postgresql/PG_VERSION");
    String before = Files.readString(version);
    Files.writeString(version, "14\n");

    assertThatThrownBy(() -> await(server().start(vertx, uri(""))))
        .hasMessageContaining("was written by PostgreSQL 14");
    Files.writeString(version, before);
  }

  @Test
  void endsWithAKilledAgentAndKeepsWhatWasCommitted() throws Exception {
    Process agent = agent();
    BackendUri reachable = readUri(agent);
    query(reachable, "DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 42 AS answer");
    List<ProcessHandle> processes = agent.descendants().toList();

    agent.destroyForcibly().waitFor();

    for (ProcessHandle process : processes) {
      process.onExit().get(20, TimeUnit.SECONDS);
    }
    BackendUri again = await(server().start(vertx, uri("")));
    assertThat(query(again, "SELECT answer FROM kept").getInteger(0)).isEqualTo(42);
  }

  @Test
  void stopsAServerThatOutlivedItsAgent() throws Exception {
    Process agent = agent();
    BackendUri reachable = readUri(agent);
    query(reachable, "DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 42 AS answer");
    ProcessHandle postmaster = postmaster();
    // First the guards that would take the server along.
    agent
        .descendants()
        .filter(process -> process.info().command().orElse("").endsWith("sh"))
        .toList()
        .forEach(ProcessHandle::destroyForcibly);
    agent.destroyForcibly().waitFor();
    assertThat(postmaster.isAlive()).isTrue();

    BackendUri again = await(server().start(vertx, uri("")));

    postmaster.onExit().get(20, TimeUnit.SECONDS);
    assertThat(query(again, "SELECT answer FROM kept").getInteger(0)).isEqualTo(42);
  }

  @Test
  void doesNotStopSomebodyElsesProcessWithTheSameId() throws Exception {
    EmbeddedPostgresServer first = server();
    await(first.start(vertx, uri("")));
    await(first.stop());
    Process bystander = new ProcessBuilder("sleep", "600").start();
    try {
      Files.writeString(data.resolve("postgresql/postmaster.pid"), bystander.pid() + "\n");

      BackendUri again = await(server().start(vertx, uri("")));

      assertThat(query(again, "SELECT 1").getInteger(0)).isEqualTo(1);
      assertThat(bystander.isAlive()).isTrue();
    } finally {
      bystander.destroyForcibly();
    }
  }

  /** Its processes hold its memory, and one of them does not even notice. */
  @Test
  void aKilledServerIsStartedAgainOnItsPortWhateverItLeftBehind() throws Exception {
    BlockingQueue<Concern> concerns = new LinkedBlockingQueue<>();
    Topics.CONCERN.consume(vertx, concerns::add);
    BackendUri reachable = await(server().start(vertx, uri("")));
    query(reachable, "DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 42 AS answer");
    ProcessHandle first = postmaster();
    ProcessHandle child = first.children().findFirst().orElseThrow();
    signal("STOP", child);

    signal("KILL", first);

    Concern died = next(concerns);
    assertThat(died.unready()).isTrue();
    assertThat(died.text())
        .contains("signal 9")
        .contains("port " + reachable.hosts().get(0).port());
    assertThat(next(concerns).text()).as("it is well again").isNull();
    assertThat(query(reachable, "SELECT answer FROM kept").getInteger(0)).isEqualTo(42);

    signal("KILL", postmaster());
    assertThat(next(concerns).unready()).isTrue();
    assertThat(next(concerns).text()).isNull();
    assertThat(query(reachable, "SELECT answer FROM kept").getInteger(0)).isEqualTo(42);
  }

  @Test
  void aStoppedServerIsNotStartedAgain() throws Exception {
    EmbeddedPostgresServer server = server();
    await(server.start(vertx, uri("")));
    ProcessHandle postmaster = postmaster();
    signal("KILL", postmaster);
    await(server.stop());
    postmaster.onExit().get(20, TimeUnit.SECONDS);
    try (DataDirectory directory = DataDirectory.open(data)) {
      OrphanedPostgres.stop(directory);
      assertThat(PostmasterFile.of(directory)).isEmpty();
    }
  }

  private static void signal(String name, ProcessHandle process) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  @Test
  void aPortThatSomebodyTookMeanwhileIsGivenUpForAnother() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int free = freePort();
      Iterator<Integer> ports = List.of(taken.getLocalPort(), free).iterator();
      EmbeddedPostgresServer server = new EmbeddedPostgresServer(ports::next);
      servers.add(server);

      assertThat(await(server.start(vertx, uri(""))).hosts().get(0).port()).isEqualTo(free);
    }
  }

  /** As in OpenShift. */
  @Test
  void aUserWithoutANameRunsItAsNobodyOrIsToldWhatToDo() throws Exception {
    assertThat(RunAs.ofUser(true, false)).isEqualTo(RunAs.SELF);
    assertThat(RunAs.ofUser(false, true)).isEqualTo(RunAs.NAMED);
    assertThatThrownBy(() -> RunAs.ofUser(false, false))
        .hasMessageContaining("/etc/passwd")
        .hasMessageContaining("catalog.uri");

    assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0));
    Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<String> prefix =
        new ArrayList<>(List.of("setpriv", "--reuid=987654", "--regid=987654", "--clear-groups"));
    prefix.addAll(RunAs.NAMED.prefix());
    RunAs runAs = new RunAs(prefix, 987654);
    try (DataDirectory directory = DataDirectory.open(temp.resolve("users"))) {
      Path bin = withoutCluster(directory);
      PostgresProcess.initialize(directory, bin, runAs, directory.password());
      runAs.own(directory.cluster());
      PostgresProcess.start(directory, bin, runAs, freePort(), () -> false)
          .stop(Duration.ofSeconds(20));
      assertThat(PostmasterFile.of(directory)).isEmpty();
    }
  }

  @Test
  void rootMayRunItWithAndWithoutUserNamespaces() throws Exception {
    assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0));
    Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (DataDirectory directory = DataDirectory.open(temp.resolve("users"))) {
      Path bin = withoutCluster(directory);
      PostgresProcess.initialize(directory, bin, RunAs.UNPRIVILEGED, directory.password());

      for (RunAs runAs : List.of(RunAs.UNPRIVILEGED, RunAs.NAMESPACE, RunAs.UNPRIVILEGED)) {
        runAs.own(directory.cluster());
        PostgresProcess.start(directory, bin, runAs, freePort(), () -> false)
            .stop(Duration.ofSeconds(20));
        assertThat(PostmasterFile.of(directory)).isEmpty();
      }
    }
  }

  /** The programs, which are unpacked once for all users, beside no data. */
  private static Path withoutCluster(DataDirectory directory) throws IOException {
    DirectoryTree.delete(directory.cluster());
    return PostgresBinaries.find().unpackInto(directory);
  }

  @Test
  void saysWhatToSetOnOtherSystems() {
    assertThat(PostgresBinaries.unavailable("Mac OS X", "aarch64"))
        .hasMessageContaining("Mac OS X on aarch64")
        .hasMessageContaining("set catalog.uri to a PostgreSQL");
  }

  private EmbeddedPostgresServer server() {
    EmbeddedPostgresServer server = new EmbeddedPostgresServer();
    servers.add(server);
    return server;
  }

  private BackendUri uri(String query) {
    return BackendUri.parse("embedded:" + data + query);
  }

  private Process agent() throws IOException {
    Process agent =
        new ProcessBuilder(
                ManagedProcess.java(
                    "-cp",
                    System.getProperty("java.class.path"),
                    EmbeddedAgent.class.getName(),
                    data.toString()))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    agents.add(agent);
    return agent;
  }

  private static BackendUri readUri(Process agent) throws IOException {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(agent.getInputStream(), StandardCharsets.UTF_8));
    // It may log before.
    return BackendUri.parse(
        out.lines().filter(line -> line.startsWith("postgresql:")).findFirst().orElseThrow());
  }

  private ProcessHandle postmaster() throws IOException {
    String pid = Files.readAllLines(data.resolve("postgresql/postmaster.pid")).get(0).strip();
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }

  private String setting(BackendUri uri, String name) throws Exception {
    return query(uri, "SHOW " + name).getString(0);
  }

  private Row query(BackendUri uri, String sql) throws Exception {
    PgConnection connection = await(PgConnection.connect(vertx, options(uri)));
    var rows = await(connection.query(sql).execute());
    await(connection.close());
    return rows.size() == 0 ? null : rows.iterator().next();
  }

  private static PgConnectOptions options(BackendUri uri) {
    return new PgConnectOptions()
        .setHost(uri.hosts().get(0).name())
        .setPort(uri.hosts().get(0).port())
        .setUser(uri.user())
        .setPassword(uri.password())
        .setDatabase(uri.path());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
