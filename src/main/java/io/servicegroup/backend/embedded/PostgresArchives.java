package io.servicegroup.backend.embedded;

import java.util.Map;
import java.util.Optional;

/** PostgreSQL's programs as the agent's jar carries them. The slim jar carries none. */
final class PostgresArchives {

  /**
   * The archives by Java's name of the machine's architecture; they are named as the artifacts of
   * zonky.io.
   */
  private static final Map<String, String> ALL =
      Map.of("amd64", "/postgres-linux-x86_64.txz", "aarch64", "/postgres-linux-arm_64.txz");

  private PostgresArchives() {}

  /**
   * Finds the archive of a machine.
   *
   * @param system Java's name of its operating system
   * @param machine Java's name of its architecture
   * @return a resource; empty where PostgreSQL does not come for such a machine
   */
  static Optional<String> of(String system, String machine) {
    return Optional.ofNullable(system.equals("Linux") ? ALL.get(machine) : null);
  }

  /**
   * Whether this jar contains PostgreSQL's programs, for whichever machine: the slim one does not.
   */
  static boolean arePacked() {
    return ALL.values().stream().anyMatch(name -> PostgresArchives.class.getResource(name) != null);
  }
}
