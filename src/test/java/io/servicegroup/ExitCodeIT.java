package io.servicegroup;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Ports;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.servicegroup.testkit.TcpProxy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The agent as a process: how it ends, and the one line that it leaves when it cannot start. */
@Timeout(180)
class ExitCodeIT {

  @Started private static PostgresServer database;

  @TempDir private Path directory;
  private final int port = Ports.free();
  private Process process;

  @AfterEach
  void kill() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  private void launch(String... settings) throws IOException {
    List<String> command = AgentProcess.command("--set", "http.port=" + port);
    for (String setting : settings) {
      command.addAll(List.of("--set", setting));
    }
    process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectError(directory.resolve("err").toFile())
            .start();
  }

  /** Reads the log up to a line that contains a text. */
  private void awaitLog(String part) throws IOException {
    BufferedReader log =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      if (line.contains(part)) {
        return;
      }
    }
    throw new AssertionError("the agent ended without: " + part + "; it said " + errors());
  }

  private int exitWithin(Duration time) throws InterruptedException {
    assertThat(process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
    return process.exitValue();
  }

  private List<String> errors() throws IOException {
    return Files.readAllLines(directory.resolve("err"));
  }

  private void assertNotStarted(String... parts) throws IOException, InterruptedException {
    assertThat(exitWithin(Duration.ofSeconds(60))).isEqualTo(3);
    assertThat(errors()).singleElement().asString().contains(parts);
    assertThat(errors().toString()).doesNotContain(PostgresServer.PASSWORD).doesNotContain("Pa55");
  }

  @Test
  void anUnusableConfigurationIs2() throws IOException, InterruptedException {
    launch("http.port=x", "htpp.port=1");
    assertThat(exitWithin(Duration.ofSeconds(60))).isEqualTo(2);
    assertThat(errors()).hasSize(2);
  }

  @Test
  void aTakenPortIs3AtOnce() throws IOException, InterruptedException {
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
      launch("catalog.uri=" + database.uri());
      assertNotStarted("http.port", Integer.toString(taken.getLocalPort()));
    }
  }

  @Test
  void aDatabaseThatRefusesIs3AfterTheStartTimeout() throws IOException, InterruptedException {
    int nobody = Ports.free();
    launch("catalog.uri=postgresql://u:Pa55@127.0.0.1:" + nobody + "/x", "agent.start_timeout=2s");
    assertNotStarted(
        "catalog.uri: cannot reach postgresql://u:***@127.0.0.1:" + nobody + "/x",
        "refused",
        "start_timeout 2s");
  }

  @Test
  void aWrongPasswordIs3() throws IOException, InterruptedException {
    launch(
        "catalog.uri=" + database.uri().replace(PostgresServer.PASSWORD, "Pa55"),
        "agent.start_timeout=10s");
    assertNotStarted("catalog.uri: ", "password authentication failed");
  }

  @Test
  void aDatabaseThatHangsIs3() throws IOException, InterruptedException {
    try (TcpProxy proxy = TcpProxy.to(database.port())) {
      proxy.hang();
      launch("catalog.uri=" + PostgresServer.uriAt(proxy.port()), "agent.start_timeout=3s");
      assertNotStarted("catalog.uri: ", "start_timeout 3s");
    }
  }

  @Test
  void missingTablesThatMayNotBeMadeAre3AtOnce() throws IOException, InterruptedException {
    database.execute("CREATE DATABASE bare");
    launch(
        "catalog.uri=" + database.uri().replaceFirst("/postgres$", "/bare"),
        "catalog.create_tables=none",
        "agent.start_timeout=10m");
    assertNotStarted("catalog.create_tables", "schema");
  }

  @Test
  void aSignalIs0() throws IOException, InterruptedException {
    launch("catalog.uri=" + database.uri(), "services=[{group: g}]");
    awaitLog("is running");
    process.destroy();
    assertThat(exitWithin(Duration.ofSeconds(10))).isZero();
    assertThat(errors()).isEmpty();
  }

  @Test
  void aSignalDuringTheStartIs0() throws IOException, InterruptedException {
    launch("catalog.uri=postgresql://u:x@127.0.0.1:" + Ports.free() + "/x");
    awaitLog("cannot be reached");
    process.destroy();
    assertThat(exitWithin(Duration.ofSeconds(10))).isZero();
  }

  @Test
  void aSignalWhileTheDatabaseHangsIs0WithinTheStopTimeout()
      throws IOException, InterruptedException {
    try (TcpProxy proxy = TcpProxy.to(database.port())) {
      launch(
          "catalog.uri=" + PostgresServer.uriAt(proxy.port()),
          "services=[{group: h}]",
          "agent.stop_timeout=5s");
      awaitLog("is running");
      proxy.hang();
      process.destroy();
      // The stop's bound, and what the machine takes to end a JVM.
      assertThat(exitWithin(Duration.ofSeconds(7))).isZero();
    }
  }
}
