package io.servicegroup.config;

import io.servicegroup.model.Fault;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads configurations from texts. */
final class Configs {

  static final String MACHINE = "machine-1";

  /** What came out: a configuration, or faults. */
  record Read(Optional<AgentConfig> config, List<Fault> faults, References references) {
    AgentConfig sound() {
      return config.orElseThrow(() -> new AssertionError(faults.toString()));
    }

    String effective() {
      return Trees.yaml(new EffectiveConfig(references::mask).tree(sound()));
    }
  }

  private Configs() {}

  static Read read(String yaml, String... settings) {
    return read(yaml, Map.of(), settings);
  }

  static Read read(String yaml, Map<String, String> environment, String... settings) {
    return read(Keys.all(), yaml, environment, settings);
  }

  @SuppressWarnings("unchecked")
  static Read read(
      List<Key<?>> keys, String yaml, Map<String, String> environment, String... settings) {
    Object tree = Trees.parse(yaml);
    Faults faults = new Faults();
    Overlay overlay = new Overlay(tree == null ? Map.of() : (Map<String, Object>) tree, faults);
    overlay.environment(environment);
    List.of(settings).forEach(overlay::setting);
    References references = References.of(environment);
    Optional<AgentConfig> config =
        ConfigReader.read(keys, overlay.tree(), references, faults, MACHINE);
    return new Read(config, faults.list(), references);
  }
}
