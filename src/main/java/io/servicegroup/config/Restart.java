package io.servicegroup.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/** What of a changed configuration a running agent cannot take. */
public final class Restart {

  /** The sections that a running agent takes whole. */
  private static final Set<String> RELOADED = Set.of("services", "logging");

  private Restart() {}

  /**
   * Compares two configurations. Secrets are no difference: they are reloaded.
   *
   * @param running what the agent was started with
   * @param next what it is to be
   * @return the paths of the keys whose change needs a restart, such as {@code http.port}
   */
  public static List<String> keys(AgentConfig running, AgentConfig next) {
    EffectiveConfig effective = new EffectiveConfig(UnaryOperator.identity());
    Map<String, Object> before = effective.tree(running);
    Map<String, Object> after = effective.tree(next);
    List<String> keys = new ArrayList<>();
    before.forEach(
        (section, value) -> {
          if (!RELOADED.contains(section)) {
            compare(section, value, after.get(section), keys);
          }
        });
    return keys;
  }

  private static void compare(String path, Object before, Object after, List<String> keys) {
    boolean isSection = path.indexOf('.') < 0;
    if (isSection && before instanceof Map<?, ?> was && after instanceof Map<?, ?> is) {
      was.forEach((key, value) -> compare(path + "." + key, value, is.get(key), keys));
    } else if (!Objects.equals(before, after)) {
      keys.add(path);
    }
  }
}
