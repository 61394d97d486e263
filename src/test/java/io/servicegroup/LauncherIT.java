package io.servicegroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.servicegroup.testkit.LongForm;
import io.servicegroup.testkit.ManagedProcess;
import io.servicegroup.testkit.Ports;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.TempFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code scripts/servicegroup-agent}: the agent as packages start it, and its archive of classes.
 */
@Timeout(180)
class LauncherIT {

  private static final String SCRIPT =
      Path.of("scripts/servicegroup-agent").toAbsolutePath().toString();
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static String jar;

  @TempDir private static Path first;
  @TempDir private Path home;

  /** To make an archive takes seconds, and most tests need one that was made before. */
  @BeforeAll
  static void makeAnArchive() throws IOException {
    jar = System.getProperty("servicegroup.jar");
    assumeTrue(jar != null, "nothing was packaged for this run");
    ProcessBuilder builder = builder(first, List.of(SCRIPT, "check-config"), List.of());
    try (ManagedProcess agent = ManagedProcess.start("first start", builder)) {
      assertThat(agent.awaitExit(DEADLINE)).as(agent.tail()).isZero();
    }
  }

  /** Lets this test's user have the archive that was made. */
  private Path archive() throws IOException {
    Files.createDirectory(
        folder(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try (Stream<Path> made = Files.list(first.resolve("servicegroup"))) {
      Path archive =
          made.filter(file -> file.toString().endsWith(".jsa")).findFirst().orElseThrow();
      return Files.copy(archive, folder().resolve(archive.getFileName()));
    }
  }

  @Test
  void theProcessIsTheAgentAsASmallGuest() throws IOException {
    Path archive = archive();
    try (PostgresServer database = PostgresServer.create();
        ManagedProcess agent =
            start(
                List.of(),
                "--set",
                "catalog.uri=" + database.uri(),
                "--set",
                "services=[{group: g, host: h}]",
                "--set",
                "http.port=" + Ports.free())) {
      agent.awaitLine("g/h is UP", DEADLINE);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(archive.getParent())))
          .isEqualTo("rwx------");
      // The process that was started is the JVM, so that signals reach it.
      assertThat(Files.readString(Path.of("/proc/" + agent.pid() + "/comm"))).isEqualTo("java\n");
      assertThat(Files.readString(Path.of("/proc/" + agent.pid() + "/maps")))
          .contains(archive.toString());
      agent.await("few threads", () -> threads(agent.pid()), threads -> threads <= 17);

      int mark = agent.output().mark();
      agent.signal("HUP");
      agent.awaitLine(mark, "configuration", DEADLINE);
      agent.signal("TERM");
      assertThat(agent.awaitExit(DEADLINE)).isZero();
      assertThat(left()).containsExactly(archive);
    }
  }

  @Test
  void codesAndOutputAreThoseOfTheJar() throws IOException {
    archive();
    List<String> plain = ManagedProcess.java("-jar", jar, "check-config");
    assertThat(checkConfig()).isEqualTo(ManagedProcess.run(plain));
    try (ManagedProcess agent = start(List.of(), "check-config", "--set", "http.prot=1")) {
      assertThat(agent.awaitExit(DEADLINE)).isEqualTo(2);
      assertThat(agent.output().since(0)).singleElement().asString().startsWith("http.prot");
    }
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ManagedProcess agent = start(List.of(), "--set", "http.port=" + taken.getLocalPort())) {
      assertThat(agent.awaitExit(DEADLINE)).isEqualTo(3);
    }
  }

  @Test
  void anArchiveThatIsBrokenStopsNobody() throws IOException {
    Path archive = archive();
    List<String> expected = checkConfig();
    try (RandomAccessFile file = writable(archive)) {
      file.write(new byte[4096]);
    }
    assertThat(checkConfig()).isEqualTo(expected);
  }

  @Test
  @LongForm
  void oneThatWasCutOffIsMadeAnew() throws IOException {
    Path archive = archive();
    long size = Files.size(archive);
    List<String> expected = checkConfig();
    cutOff(archive);
    assertThat(checkConfig()).isEqualTo(expected);
    assertThat(Files.size(archive)).isEqualTo(size);
  }

  @Test
  @LongForm
  void anotherJarHasAnArchiveOfItsOwn() throws IOException {
    archive();
    List<String> expected = checkConfig();
    Path other =
        Files.copy(Path.of(jar), home.resolve("other.jar"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(checkConfig(List.of("SERVICEGROUP_JAR=" + other))).isEqualTo(expected);
    assertThat(archives()).hasSize(2);
  }

  /** With an archive that cannot be used the JVM that is told to share ends with an error. */
  @Test
  @LongForm
  void eachJavaThatIsInstalledUsesAnArchiveOfItsOwn() throws IOException {
    for (String java : installed()) {
      List<String> expected = checkConfig(List.of(java, "SERVICEGROUP_CACHE=/proc/nothing"));
      List<String> sharing = List.of(java, "SERVICEGROUP_JAVA_OPTIONS=-Xshare:on");
      assertThat(checkConfig(sharing)).isEqualTo(expected);
      cutOff(archives().get(0));
      assertThat(checkConfig(sharing)).isEqualTo(expected);
      assertThat(archives())
          .anyMatch(file -> file.toString().endsWith("." + file.toFile().length() + ".jsa"));
      TempFiles.delete(folder());
    }
  }

  @Test
  void whereNothingCanBeWrittenItStartsWithout() throws IOException {
    archive();
    List<String> expected = checkConfig();
    for (String variable :
        List.of("SERVICEGROUP_CACHE=/proc/nothing", "SERVICEGROUP_CACHE=/dev/null/nothing")) {
      assertThat(checkConfig(List.of(variable))).isEqualTo(expected);
    }
  }

  @Test
  void aFolderThatOthersMayWriteIsNotUsed() throws IOException {
    Files.createDirectories(folder());
    Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(checkConfig()).isNotEmpty();
    assertThat(left()).isEmpty();
  }

  @Test
  void onAFullDiskItStartsWithout() throws Exception {
    String mount = "mount -t tmpfs -o size=1m,mode=700 none '" + home + "' && exec \"$@\"";
    List<String> within = List.of("unshare", "--mount", "sh", "-c", mount, "sh");
    List<String> trial = new ArrayList<>(within);
    trial.add("true");
    assumeTrue(new ProcessBuilder(trial).start().waitFor() == 0, "mounts of one's own need root");
    List<String> command = new ArrayList<>(within);
    command.addAll(List.of(SCRIPT, "check-config"));
    try (ManagedProcess agent = start(command, List.of())) {
      assertThat(agent.awaitExit(DEADLINE)).as(agent.tail()).isZero();
      archive();
      assertThat(agent.output().since(0)).isEqualTo(checkConfig());
    }
  }

  @Test
  @LongForm
  void ofManyFirstStartsOneMakesTheArchive() throws IOException {
    List<ManagedProcess> starts =
        Stream.generate(() -> start(List.of(), "check-config")).limit(4).toList();
    List<List<String>> outputs = new ArrayList<>();
    for (ManagedProcess one : starts) {
      assertThat(one.awaitExit(DEADLINE)).as(one.tail()).isZero();
      outputs.add(one.output().since(0));
    }
    assertThat(outputs).allSatisfy(output -> assertThat(output).isEqualTo(outputs.get(0)));
    assertThat(archives()).hasSize(1);
    assertThat(left()).hasSize(2);
  }

  @Test
  void aSignalEndsAStartThatMakesAnArchive() throws IOException {
    try (ManagedProcess agent = start(List.of(), "run")) {
      agent.await(
          "an archive is being made",
          this::left,
          files -> files.stream().anyMatch(file -> file.toString().endsWith(".classes")));
      agent.signal("TERM");
      assertThat(agent.awaitExit(Duration.ofSeconds(10))).as(agent.tail()).isZero();
      assertThat(left()).containsExactly(folder().resolve("lock"));
    }
  }

  private List<String> checkConfig() {
    return checkConfig(List.of());
  }

  private List<String> checkConfig(List<String> variables) {
    try (ManagedProcess agent = start(variables, "check-config")) {
      assertThat(agent.awaitExit(DEADLINE)).as(agent.tail()).isZero();
      return agent.output().since(0);
    }
  }

  private ManagedProcess start(List<String> variables, String... arguments) {
    List<String> command = new ArrayList<>(List.of(SCRIPT));
    command.addAll(List.of(arguments));
    return start(command, variables);
  }

  private ManagedProcess start(List<String> command, List<String> variables) {
    return ManagedProcess.start("servicegroup-agent", builder(home, command, variables));
  }

  private static ProcessBuilder builder(Path home, List<String> command, List<String> variables) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeAll(List.of("SERVICEGROUP_CACHE", "CACHE_DIRECTORY"));
    environment.remove("SERVICEGROUP_JAVA_OPTIONS");
    environment.put("SERVICEGROUP_JAR", jar);
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("XDG_CACHE_HOME", home.toString());
    variables.stream()
        .map(variable -> variable.split("=", 2))
        .forEach(variable -> environment.put(variable[0], variable[1]));
    return builder;
  }

  private static long threads(long pid) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      return threads.count();
    }
  }

  /** The JDKs of this machine, each as the variable that names it. */
  private static List<String> installed() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/usr/lib/jvm"))) {
      return all.filter(one -> Files.exists(one.resolve("bin/javac")) && !Files.isSymbolicLink(one))
          .map(one -> "JAVA_HOME=" + one)
          .toList();
    }
  }

  private static void cutOff(Path archive) throws IOException {
    try (RandomAccessFile file = writable(archive)) {
      file.setLength(file.length() / 2);
    }
  }

  private static RandomAccessFile writable(Path archive) throws IOException {
    Files.setPosixFilePermissions(archive, PosixFilePermissions.fromString("rw-------"));
    return new RandomAccessFile(archive.toFile(), "rw");
  }

  private Path folder() {
    return home.resolve("servicegroup");
  }

  private List<Path> archives() throws IOException {
    return left().stream().filter(file -> file.toString().endsWith(".jsa")).toList();
  }

  private List<Path> left() throws IOException {
    if (!Files.exists(folder())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder())) {
      return files.toList();
    }
  }
}
