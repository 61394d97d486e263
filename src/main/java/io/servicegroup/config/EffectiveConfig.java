package io.servicegroup.config;

import io.servicegroup.model.Durations;
import io.servicegroup.model.EnumText;
import io.servicegroup.model.Probe;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.ServiceTree;
import io.servicegroup.model.Watch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Writes a configuration in the form in which it is read, with its secrets masked. */
final class EffectiveConfig {

  private final UnaryOperator<String> mask;

  /** With what hides the secrets that were referred to. */
  EffectiveConfig(UnaryOperator<String> mask) {
    this.mask = mask;
  }

  Map<String, Object> tree(AgentConfig config) {
    Map<String, Object> tree = new LinkedHashMap<>();
    AgentConfig.Agent agent = config.agent();
    tree.put(
        "agent",
        map(
            "host", agent.host(),
            "start_timeout", Durations.text(agent.startTimeout()),
            "stop_timeout", Durations.text(agent.stopTimeout()),
            "leave_on_stop", agent.leaveOnStop(),
            "id", agent.id().orElse(null)));
    tree.put("services", config.services().stream().map(EffectiveConfig::service).toList());
    tree.put(
        "catalog",
        map(
            "uri", config.catalog().uri().toString(),
            "create_tables", EnumText.of(config.catalog().createTables())));
    tree.put("liveness", liveness(config.liveness()));
    tree.put("watch", watch(config.watch()));
    tree.put("evaluate", EnumText.of(config.evaluate()));
    tree.put("cluster", map("type", "none"));
    tree.put("http", http(config.http()));
    tree.put(
        "agent_check",
        map(
            "host", config.agentCheck().host(),
            "port", config.agentCheck().port().orElse(null)));
    tree.put(
        "logging",
        map(
            "level", EnumText.of(config.logging().level()),
            "format", EnumText.of(config.logging().format())));
    return masked(tree);
  }

  private static Map<String, Object> service(ServiceSpec spec) {
    Map<String, Object> service = ServiceTree.write(spec);
    if (spec.probe() instanceof Probe.Http http && !http.headers().isEmpty()) {
      Map<String, Object> probe = ServiceTree.writeProbe(http);
      // Which of them authorizes whom is not ours to know.
      Map<String, Object> headers = new LinkedHashMap<>();
      http.headers().keySet().forEach(name -> headers.put(name, Masking.MASK));
      probe.put("headers", headers);
      service.put("probe", probe);
    }
    return service;
  }

  private static Map<String, Object> liveness(AgentConfig.Liveness liveness) {
    Map<String, Object> groups = new LinkedHashMap<>();
    liveness.groups().keySet().stream()
        .sorted()
        .forEach(
            name ->
                groups.put(
                    name, map("service_down_time", Durations.text(liveness.groups().get(name)))));
    return map(
        "backends", liveness.backends().stream().map(EffectiveConfig::backend).toList(),
        "verdict", EnumText.of(liveness.verdict()),
        "report_interval", Durations.text(liveness.reportInterval()),
        "service_down_time", Durations.text(liveness.serviceDownTime()),
        "poll_interval", Durations.text(liveness.pollInterval()),
        "groups", groups,
        "mass_silence",
            map(
                "share", liveness.massSilence().share(),
                "min_writers", liveness.massSilence().minWriters(),
                "hold", Durations.text(liveness.massSilence().hold())));
  }

  private static Map<String, Object> backend(AgentConfig.Backend backend) {
    if (backend instanceof AgentConfig.BuiltIn builtIn) {
      return map("uri", builtIn.uri().toString(), "name", builtIn.name());
    }
    AgentConfig.ThirdParty other = (AgentConfig.ThirdParty) backend;
    return map("verticle", other.verticle(), "name", other.name(), "config", other.config());
  }

  private static Object watch(Watch watch) {
    if (watch instanceof Watch.Groups groups) {
      return groups.names().stream().sorted().toList();
    }
    return watch.equals(Watch.OWN) ? "own" : "all";
  }

  private static Map<String, Object> http(AgentConfig.Http http) {
    Map<String, Object> tls =
        http.tls()
            .map(
                files ->
                    map(
                        "certificate", files.certificate().toString(),
                        "key", files.key().toString(),
                        "client_ca", files.clientCa().map(Object::toString).orElse(null)))
            .orElse(null);
    return map(
        "host", http.host(),
        "port", http.port(),
        "token", http.token().map(token -> Masking.MASK).orElse(null),
        "tls", tls,
        "allow_anonymous", http.allowAnonymous());
  }

  private static Map<String, Object> map(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }

  private Map<String, Object> masked(Map<?, ?> tree) {
    Map<String, Object> masked = new LinkedHashMap<>();
    tree.forEach(
        (key, value) -> {
          boolean isSecret =
              !(value instanceof Map) && value != null && Masking.isSecret(key.toString());
          masked.put(key.toString(), isSecret ? Masking.MASK : masked(value));
        });
    return masked;
  }

  private Object masked(Object value) {
    if (value instanceof Map<?, ?> map) {
      return masked(map);
    }
    if (value instanceof List<?> list) {
      List<Object> items = new ArrayList<>();
      list.forEach(item -> items.add(masked(item)));
      return items;
    }
    return value instanceof String text ? mask.apply(Masking.soundUri(text)) : value;
  }
}
