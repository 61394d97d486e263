package io.servicegroup.agent;

import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import java.util.ArrayList;
import java.util.List;

/** Finds and replaces the backend URIs of a configuration. */
final class BackendUris {

  private BackendUris() {}

  /** Returns each URI of the configuration once, however often and in whatever spelling. */
  static List<BackendUri> of(AgentConfig config) {
    List<BackendUri> uris = new ArrayList<>();
    uris.add(config.catalog().uri());
    for (AgentConfig.Backend backend : config.liveness().backends()) {
      if (backend instanceof AgentConfig.BuiltIn builtIn
          && uris.stream().noneMatch(uri -> isSame(uri, builtIn.uri()))) {
        uris.add(builtIn.uri());
      }
    }
    return uris;
  }

  /** Whether two URIs mean the same, however they spell it, for example its default directory. */
  private static boolean isSame(BackendUri one, BackendUri other) {
    return one.isSamePlaceAs(other) && one.options().equals(other.options());
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

  /** Returns the configuration with one URI, in all its spellings, replaced by another. */
  static AgentConfig replace(AgentConfig config, BackendUri from, BackendUri to) {
    AgentConfig.Catalog catalog = config.catalog();
    AgentConfig.Liveness liveness = config.liveness();
    return new AgentConfig(
        config.agent(),
        config.services(),
        isSame(catalog.uri(), from) ? new AgentConfig.Catalog(to, catalog.createTables()) : catalog,
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
    return backend instanceof AgentConfig.BuiltIn builtIn && isSame(builtIn.uri(), from)
        ? new AgentConfig.BuiltIn(builtIn.name(), to)
        : backend;
  }
}
