package io.servicegroup.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes an {@link AgentConfig} of a tree of keys, and checks the keys and the rules between them.
 */
final class ConfigReader {

  private ConfigReader() {}

  /** Reads a configuration of the agent's keys; empty where faults were added. */
  static Optional<AgentConfig> read(
      Map<String, Object> tree, References references, Faults faults, String machine) {
    return read(Keys.all(), tree, references, faults, machine);
  }

  /** Reads a configuration of the given keys, which have to include the agent's. */
  static Optional<AgentConfig> read(
      List<Key<?>> keys,
      Map<String, Object> tree,
      References references,
      Faults faults,
      String machine) {
    Section root = new Section("", tree, faults, references);
    KeyReader reader = new KeyReader(keys, machine);
    reader.read(root, "");
    reader.checkRules();
    requireUsableDefault(root, reader.values());
    AgentConfig config = config(root, reader.values());
    return faults.list().isEmpty() ? Optional.of(config) : Optional.empty();
  }

  /** The default of {@code catalog.uri} needs what not every jar of the agent has. */
  private static void requireUsableDefault(Section root, Values values) {
    Section catalog = root.section("catalog");
    if (!values.isGiven(Keys.CATALOG_URI) && catalog.isSound("uri")) {
      BackendUri uri = values.get(Keys.CATALOG_URI);
      uri.scheme()
          .lacking(uri)
          .forEach(sentence -> catalog.refuse("uri", uri.toString(), sentence));
    }
  }

  private static AgentConfig config(Section root, Values values) {
    return new AgentConfig(
        new AgentConfig.Agent(
            values.get(Keys.HOST),
            values.get(Keys.START_TIMEOUT),
            values.get(Keys.STOP_TIMEOUT),
            values.get(Keys.LEAVE_ON_STOP),
            values.find(Keys.ID)),
        values.get(Keys.SERVICES),
        new AgentConfig.Catalog(values.get(Keys.CATALOG_URI), values.get(Keys.CREATE_TABLES)),
        LivenessReader.read(root, values),
        values.get(Keys.WATCH),
        values.get(Keys.EVALUATE),
        HttpReader.http(root, values),
        HttpReader.agentCheck(root, values),
        new AgentConfig.Logging(values.get(Keys.LOG_LEVEL), values.get(Keys.LOG_FORMAT)),
        values);
  }
}
