import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Tries the edges at which users meet the agent: runs the tests that try them, against a packaged
 * jar, and prints of each what was to happen and what was seen. Run by {@code scripts/try-edges}.
 */
public final class TryEdges {

  private static final String PACKAGE = "io.servicegroup.";
  private static final int SHOWN_LINES = 12;
  private static final Map<String, Recipe> RECIPES = new LinkedHashMap<>();

  /** What is done, what is to happen, and the tests that do it: classes, or methods of them. */
  private record Recipe(String done, String expected, List<String> tests) {}

  static {
    add(
        "names",
        "joins and checks names that a URL's path cannot carry",
        "they are refused, with the field and what is allowed",
        "faults.NamesIT#aNameThatCouldNotBeAskedForIsRefusedAtTheJoin",
        "faults.NamesIT#checkConfigFindsItToo");
    add(
        "ipv6",
        "probes a service, and starts Hazelcast, on ::1 only",
        "localhost and [::1] both find it",
        "faults.NamesIT#aServiceThatListensOnIpv6OnlyIsFoundByItsNameAndItsAddress",
        "backend.hazelcast.HazelcastInterfaceIT");
    add(
        "hosts-file",
        "changes the hosts file under an agent, beside a dead name server; names have underscores",
        "probes and each store are at the new address within 10 s, running links too",
        "faults.HostsFileIT");
    add(
        "signals",
        "sends the signals that people send to daemons, and changes the configuration under SIGHUP",
        "none is a leave or an end but SIGTERM; what can be reloaded is",
        "ReloadIT");
    add(
        "exit-codes",
        "starts with faults, taken ports, stores that refuse and hang, and stops while they hang",
        "0, 2 and 3 as documented, with one line that names the key",
        "ExitCodeIT");
    add(
        "unread-output",
        "lets nobody read the output, so that its pipe is full",
        "beats go on, and SIGTERM ends it in time",
        "UnreadOutputIT");
    add(
        "small-heap",
        "asks an agent of 64 MB for 30 lists of 3,000 members at once; runs out of memory on"
            + " purpose",
        "it goes on beating, or ends with a code that is not 0",
        "SmallHeapIT",
        "runtime.ProcessWatchdogIT");
    add(
        "threads",
        "allows an agent no more threads while its store is away",
        "it beats once the store is back, or ends with a code that is not 0",
        "faults.LimitsIT#withoutThreadsItBeatsOrEnds(io.servicegroup.faults.Technology)");
    add(
        "descriptors",
        "allows an agent few files and sockets, or none, beside services that swallow probes",
        "healthy services stay UP; without any for 15 s it ends with 1, before that it recovers",
        "faults.DescriptorsIT",
        "faults.LimitsIT#withoutDescriptorsForLongItEnds",
        "faults.LimitsIT#withDescriptorsAgainInTimeItGoesOn");
    add(
        "read-only-root",
        "runs an agent on read-only disks, /tmp included",
        "it needs none, as its store is remote",
        "ReadOnlyRootIT");
    add(
        "nameless-user",
        "runs embedded: under a uid without a line in /etc/passwd, as OpenShift does",
        "it works, or says what to do",
        "backend.embedded.EmbeddedPostgresServerIT#aUserWithoutANameRunsItAsNobodyOrIsToldWhatToDo");
    add(
        "secrets",
        "rotates passwords and tokens that stand in files",
        "the next connection and the next request use the new one; one line tells of it",
        "SecretsIT");
    add(
        "certificates",
        "replaces certificates by copy and by link, halves of them, and by expired ones",
        "the next handshake has the new one; halves are never used; what expired is a warning",
        "http.TlsTest",
        "runtime.ExpiredCertificateTest");
    add(
        "haproxy",
        "restarts agent and HAProxy under each other, disables, stops and kills services",
        "servers follow by weight and health; the operator's own word in HAProxy stays",
        "http.HaProxyIT");
    add(
        "vanished-readers",
        "lets a reader of /v1/events vanish without a word",
        "it is cut after three comments, and others are not",
        "http.VanishedReaderIT");
    add(
        "restarts",
        "restarts agents whose members joined over HTTP, and runs two machines with one name",
        "nobody is DOWN of it; the older takes over when the newer falls silent",
        "faults.TakenUpIT",
        "faults.TwoMachinesIT");
    add(
        "slow-path",
        "puts 300 ms each way between an agent and its store",
        "nobody is DOWN of it, on any store",
        "faults.SlowPathIT");
  }

  private TryEdges() {}

  private static void add(String name, String done, String expected, String... tests) {
    RECIPES.put(name, new Recipe(done, expected, List.of(tests)));
  }

  /**
   * Tries recipes.
   *
   * @param names which; all where none is named; {@code --list} for their names
   */
  public static void main(String[] names) {
    if (Set.of(names).contains("--list")) {
      RECIPES.forEach((name, recipe) -> System.out.printf("%-17s %s%n", name, recipe.done()));
      return;
    }
    List<String> unknown = List.of(names).stream().filter(n -> !RECIPES.containsKey(n)).toList();
    if (!unknown.isEmpty()) {
      System.err.printf(
          "there is no recipe %s; there are %s%n",
          String.join(", ", unknown), String.join(", ", RECIPES.keySet()));
      System.exit(2);
    }
    PrintStream out = System.out;
    // What tests and servers print beside it is in the message of a failure where it matters.
    System.setOut(new PrintStream(PrintStream.nullOutputStream()));
    System.setErr(new PrintStream(PrintStream.nullOutputStream()));
    int bad = 0;
    for (String name : names.length == 0 ? RECIPES.keySet() : List.of(names)) {
      bad += run(name, RECIPES.get(name), out);
    }
    out.println(bad == 0 ? "all good" : "NOT all good: " + bad + " bad");
    System.exit(bad == 0 ? 0 : 1);
  }

  private static int run(String name, Recipe recipe, PrintStream out) {
    out.printf("---- %s%n     %s%n     expected: %s%n", name, recipe.done(), recipe.expected());
    List<DiscoverySelector> tests = new ArrayList<>();
    for (String test : recipe.tests()) {
      tests.add(
          test.contains("#")
              ? DiscoverySelectors.selectMethod(PACKAGE + test)
              : DiscoverySelectors.selectClass(PACKAGE + test));
    }
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(tests).build();
    Launcher launcher = LauncherFactory.create();
    Seen seen = new Seen(out);
    launcher.execute(request, seen);
    return seen.bad();
  }

  /** Prints each result when it comes. */
  private static final class Seen implements TestExecutionListener {

    private final PrintStream out;
    private final Map<String, Long> started = new LinkedHashMap<>();
    private int results;
    private int bad;

    Seen(PrintStream out) {
      this.out = out;
    }

    int bad() {
      if (results == 0) {
        out.println("     seen: BAD   nothing was run");
        return bad + 1;
      }
      return bad;
    }

    @Override
    public synchronized void executionStarted(TestIdentifier test) {
      started.put(test.getUniqueId(), System.nanoTime());
    }

    @Override
    public synchronized void executionSkipped(TestIdentifier test, String reason) {
      results++;
      out.printf("     seen: not tried: %s: %s%n", sentence(test), reason);
    }

    @Override
    public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
      TestExecutionResult.Status status = result.getStatus();
      if (test.isContainer() && status == TestExecutionResult.Status.SUCCESSFUL) {
        return;
      }
      results++;
      long nanos = System.nanoTime() - started.getOrDefault(test.getUniqueId(), System.nanoTime());
      String took = Duration.ofNanos(nanos).toMillis() / 100 / 10.0 + " s";
      switch (status) {
        case SUCCESSFUL -> out.printf("     seen: good  %s (%s)%n", sentence(test), took);
        case ABORTED ->
            out.printf("     seen: not tried: %s: %s%n", sentence(test), reason(result, 1));
        case FAILED -> {
          bad++;
          out.printf(
              "     seen: BAD   %s (%s)%n       %s%n",
              sentence(test), took, reason(result, SHOWN_LINES));
        }
      }
    }

    private static String reason(TestExecutionResult result, int lines) {
      String message = result.getThrowable().map(Throwable::toString).orElse("no reason");
      return String.join(
          "\n       ", message.lines().filter(line -> !line.isBlank()).limit(lines).toList());
    }

    /** The name of a test is a sentence without its blanks. */
    private static String sentence(TestIdentifier test) {
      String name = test.getDisplayName().replace("()", "");
      return name.matches("\\w+")
          ? name.replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ").toLowerCase()
          : name;
    }
  }
}
