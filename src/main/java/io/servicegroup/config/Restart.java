package io.servicegroup.config;

import java.util.List;
import java.util.Optional;

/** What of a changed configuration a running agent cannot take. */
public final class Restart {

  private Restart() {}

  /**
   * Compares two configurations. Secrets are no difference: they are reloaded.
   *
   * @param running what the agent was started with
   * @param next what it is to be
   * @return the paths of the keys whose change needs a restart, such as {@code http.port}; of an
   *     optional section that came or went, its own
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

  /** As it is shown: what is masked there is no difference. */
  private static <T> Optional<Object> written(Key<T> key, AgentConfig config) {
    return config.values().find(key).map(value -> EffectiveConfig.shown(key, value));
  }
}
