package io.servicegroup.config;

import java.util.List;
import java.util.Optional;

/** Finds the changes of a configuration that a running agent does not take without a restart. */
public final class Restart {

  private Restart() {}

  /**
   * Compares two configurations. A changed secret is no difference, because secrets are reloaded.
   *
   * @param running the configuration with which the agent was started
   * @param next the configuration that was read since
   * @return the paths of the keys whose change needs a restart, such as {@code http.port}; the path
   *     of a section where the whole of it was added or removed
   */
  public static List<String> keys(AgentConfig running, AgentConfig next) {
    List<String> changed =
        running.values().keys().stream()
            .filter(key -> !key.isInEntry() && !key.isReloaded())
            .filter(key -> !written(key, running).equals(written(key, next)))
            .map(Key::path)
            .toList();
    return changed.stream()
        .filter(path -> changed.stream().noneMatch(other -> path.startsWith(other + ".")))
        .toList();
  }

  /** A key's value as it is shown, where all secrets look alike. */
  private static <T> Optional<Object> written(Key<T> key, AgentConfig config) {
    return config.values().find(key).map(value -> EffectiveConfig.shown(key, value));
  }
}
