package io.servicegroup.agent;

import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Finds and replaces the backend URIs of a configuration. */
final class BackendUris {

  private BackendUris() {}

  static Set<BackendUri> of(AgentConfig config) {
    Set<BackendUri> uris = new LinkedHashSet<>();
    uris.add(config.catalog().uri());
    for (AgentConfig.Backend backend : config.liveness().backends()) {
      if (backend instanceof AgentConfig.BuiltIn builtIn) {
        uris.add(builtIn.uri());
      }
    }
    return uris;
  }

  /** Returns the key whose value is a URI. */
  static String key(AgentConfig config, BackendUri uri) {
    if (config.catalog().uri().equals(uri)) {
      return "catalog.uri";
    }
    List<AgentConfig.Backend> backends = config.liveness().backends();
    for (int i = 0; i < backends.size(); i++) {
      if (backends.get(i) instanceof AgentConfig.BuiltIn builtIn && builtIn.uri().equals(uri)) {
        return "liveness.backends[" + i + "]";
      }
    }
    throw new IllegalArgumentException("no key names " + uri);
  }

  /** Returns the configuration with one URI replaced by another. */
  static AgentConfig replace(AgentConfig config, BackendUri from, BackendUri to) {
    AgentConfig.Catalog catalog = config.catalog();
    AgentConfig.Liveness liveness = config.liveness();
    return new AgentConfig(
        config.agent(),
        config.services(),
        catalog.uri().equals(from) ? new AgentConfig.Catalog(to, catalog.createTables()) : catalog,
        new AgentConfig.Liveness(
            liveness.backends().stream().map(backend -> replace(backend, from, to)).toList(),
            liveness.verdict(),
            liveness.reportInterval(),
            liveness.serviceDownTime(),
            liveness.pollInterval(),
            liveness.groups(),
            liveness.massSilence()),
        config.watch(),
        config.evaluate(),
        config.http(),
        config.agentCheck(),
        config.logging(),
        config.values());
  }

  private static AgentConfig.Backend replace(
      AgentConfig.Backend backend, BackendUri from, BackendUri to) {
    return backend instanceof AgentConfig.BuiltIn builtIn && builtIn.uri().equals(from)
        ? new AgentConfig.BuiltIn(builtIn.name(), to)
        : backend;
  }
}
