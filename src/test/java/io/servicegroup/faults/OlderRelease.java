package io.servicegroup.faults;

import io.servicegroup.testkit.ManagedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;

/** The release whose agents share stores with ours, built from the history and kept. */
final class OlderRelease {

  /** The last commit whose agents know no order of words. */
  static final String COMMIT = "bbc8f14";

  private static final Duration LONGEST_BUILD = Duration.ofMinutes(20);
  private static final Path KEPT = Path.of("target", "upgrade");

  private OlderRelease() {}

  /**
   * Builds it where that was not done before.
   *
   * @return its jar
   * @throws IllegalStateException with a sentence where that is not possible
   */
  static Path jar() throws IOException {
    Path jar = KEPT.resolve("servicegroup-agent-" + COMMIT + ".jar").toAbsolutePath();
    if (Files.exists(jar)) {
      return jar;
    }
    Files.createDirectories(KEPT);
    run(
        "this clone lacks commit " + COMMIT + " (is it a shallow one?): git fetch --unshallow",
        "git cat-file -e " + COMMIT + "^{commit}");
    Path source = KEPT.resolve("source").toAbsolutePath();
    run(
        "commit " + COMMIT + " cannot be unpacked",
        "rm -rf '%1$s' && mkdir -p '%1$s' && git archive %2$s | tar -x -C '%1$s'"
            .formatted(source, COMMIT));
    run(
        "commit " + COMMIT + " does not build",
        "cd '%s' && ./mvnw -q -B package -DskipTests".formatted(source));
    Files.copy(
        source.resolve(Path.of("target", "servicegroup-agent.jar")),
        jar,
        StandardCopyOption.REPLACE_EXISTING);
    return jar;
  }

  private static void run(String otherwise, String command) {
    try (ManagedProcess process =
        ManagedProcess.start(
            "build", new ProcessBuilder("bash", "-o", "pipefail", "-c", command))) {
      if (process.awaitExit(LONGEST_BUILD) != 0) {
        throw new IllegalStateException(otherwise + "\n" + process.tail());
      }
    }
  }
}
