package io.servicegroup;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.ManagedProcess;
import io.servicegroup.testkit.Ports;
import io.servicegroup.testkit.TempFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The first command of the README, as a newcomer runs it. */
class QuickstartIT {

  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration MOMENT = Duration.ofSeconds(20);
  private static final Duration AT_ONCE = Duration.ofMillis(250);
  private static final Pattern SERVICE = Pattern.compile("demo/(\\S+) +pid (\\d+)");

  private final int port = Ports.free();
  private final Path folder = Path.of("data/quickstart").resolve(Integer.toString(port));

  @AfterEach
  void deleteItsData() {
    TempFiles.delete(folder);
  }

  @Test
  void aKilledServiceIsShownAtOnceAndComesBack() throws IOException {
    try (ManagedProcess quickstart = quickstart()) {
      quickstart.awaitLine("Ready: http://127.0.0.1:" + port, START);
      quickstart.awaitLine("Status changes:", MOMENT);
      List<Duration> shownAfter = new ArrayList<>();
      for (String line : quickstart.output().since(0)) {
        Matcher service = SERVICE.matcher(line);
        if (service.find()) {
          assertThat(line).contains("UP");
          String name = service.group(1);
          shownAfter.add(killAndAwaitDown(quickstart, name, service.group(2)));
          startAgainAndAwaitUp(quickstart, name);
        }
      }
      assertThat(shownAfter).hasSize(3);
      // The machine of the tests is busy: one of three may be held up by something else.
      assertThat(shownAfter.stream().sorted().toList().get(1)).isLessThan(AT_ONCE);

      ManagedProcess second = quickstart();
      assertThat(second.awaitExit(MOMENT)).isEqualTo(3);
      second.awaitLine("--set http.port=", MOMENT);

      quickstart.signal("TERM");
      assertThat(quickstart.awaitExit(MOMENT)).isZero();
      assertThat(leftBehind()).isEmpty();
    }
  }

  @Test
  void aTakenPortIsNamedAndNothingIsLeftBehind() throws IOException {
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"));
        ManagedProcess quickstart = quickstart("--for", "1s")) {
      assertThat(taken.isBound()).isTrue();
      assertThat(quickstart.awaitExit(START)).isEqualTo(3);
      quickstart.awaitLine("http.port", MOMENT);
      assertThat(leftBehind()).isEmpty();
    }
  }

  @Test
  void stopsByItself() throws IOException {
    try (ManagedProcess quickstart = quickstart("--for", "500ms")) {
      assertThat(quickstart.awaitExit(START)).isZero();
      quickstart.awaitLine("Ready:", MOMENT);
      assertThat(leftBehind()).isEmpty();
    }
  }

  private Duration killAndAwaitDown(ManagedProcess quickstart, String name, String pid) {
    int mark = quickstart.output().mark();
    long killed = System.nanoTime();
    ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
    quickstart.awaitLine(mark, "  DOWN  demo/" + name + "  probe_failed", MOMENT);
    return Duration.ofNanos(System.nanoTime() - killed);
  }

  private void startAgainAndAwaitUp(ManagedProcess quickstart, String name) {
    int mark = quickstart.output().mark();
    ManagedProcess.run(List.of("scripts/demo-service", "--port", Integer.toString(port), name));
    quickstart.awaitLine(mark, "  UP    demo/" + name + "  ", MOMENT);
  }

  private ManagedProcess quickstart(String... arguments) {
    List<String> command = new ArrayList<>(List.of("scripts/quickstart", "--port", "" + port));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return ManagedProcess.start("quickstart", builder);
  }

  /** The processes that name this run's folder. */
  private List<String> leftBehind() {
    return ProcessHandle.allProcesses()
        .map(process -> process.info().commandLine().orElse(""))
        .filter(command -> command.contains(folder.toString()))
        .toList();
  }
}
