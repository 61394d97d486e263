package io.servicegroup.config;

import io.servicegroup.model.EnumText;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.Watch;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a merged configuration into an {@link AgentConfig}; knows every key and every rule. */
final class ConfigReader {

  private static final Duration SHORTEST_LIMIT = Duration.ofMillis(100);
  private static final Duration LONGEST_LIMIT = Duration.ofHours(1);
  private static final String NO_CLUSTER =
      "allowed is none; hazelcast and zookeeper do not exist yet";

  private final Section root;
  private final Faults faults;

  private ConfigReader(Section root, Faults faults) {
    this.root = root;
    this.faults = faults;
  }

  /** Reads a configuration. What it returns means nothing where faults were added. */
  static Optional<AgentConfig> read(
      Map<String, Object> tree, References references, Faults faults, String machine) {
    ConfigReader reader = new ConfigReader(new Section("", tree, faults, references), faults);
    AgentConfig config = reader.read(machine);
    return faults.list().isEmpty() ? Optional.of(config) : Optional.empty();
  }

  private AgentConfig read(String machine) {
    AgentConfig.Agent agent = agent(root.section("agent"), machine);
    Map<Section, ServiceSpec> services = services(agent.host());
    Section catalogSection = root.section("catalog");
    Optional<BackendUri> uri = catalogUri(catalogSection);
    AgentConfig.CreateTables createTables =
        catalogSection.choice(
            "create_tables",
            AgentConfig.CreateTables.ALL,
            EnumText.all(AgentConfig.CreateTables.class));
    catalogSection.refuseUnknown();
    AgentConfig.Liveness liveness =
        LivenessReader.read(root.section("liveness"), faults, uri, agent.leaveOnStop());
    services.forEach((section, spec) -> requireKept(section, spec.id(), liveness));
    Watch watch = watch(services.isEmpty());
    AgentConfig.Evaluate evaluate = evaluate();
    cluster(root.section("cluster"));
    AgentConfig.Http http = HttpReader.http(root.section("http"));
    AgentConfig.AgentCheck check =
        HttpReader.agentCheck(
            root.section("agent_check"), http, root.isSound("http.host", "http.port"));
    AgentConfig.Logging logging = logging(root.section("logging"));
    root.refuseUnknown();
    return new AgentConfig(
        named(agent, http.port()),
        List.copyOf(services.values()),
        new AgentConfig.Catalog(uri.orElse(null), createTables),
        liveness,
        watch,
        evaluate,
        http,
        check,
        logging);
  }

  private static AgentConfig.Agent agent(Section section, String machine) {
    String host = section.addressable("host").orElse(machine);
    AgentConfig.Agent agent =
        new AgentConfig.Agent(
            host,
            limit(section, "start_timeout", 30),
            limit(section, "stop_timeout", 10),
            section.flag("leave_on_stop", true),
            section.name("id"));
    section.refuseUnknown();
    return agent;
  }

  /** A port that the system chooses is another one after a restart. */
  private static AgentConfig.Agent named(AgentConfig.Agent agent, int port) {
    Optional<String> byDefault =
        port == 0 ? Optional.empty() : Optional.of(agent.host() + ":" + port);
    return new AgentConfig.Agent(
        agent.host(),
        agent.startTimeout(),
        agent.stopTimeout(),
        agent.leaveOnStop(),
        agent.id().or(() -> byDefault));
  }

  private static Duration limit(Section section, String key, int seconds) {
    return section.duration(key, SHORTEST_LIMIT, LONGEST_LIMIT).orElse(Duration.ofSeconds(seconds));
  }

  private static Optional<BackendUri> catalogUri(Section section) {
    Optional<BackendUri> uri = BackendsReader.uri(section, "uri");
    return uri.isEmpty() && section.isSound("uri")
        ? Optional.of(BackendUri.parse("embedded:"))
        : uri;
  }

  private Map<Section, ServiceSpec> services(String agentHost) {
    Map<Section, ServiceSpec> services = new LinkedHashMap<>();
    Map<MemberId, String> ids = new HashMap<>();
    Map<List<String>, String> groups = new HashMap<>();
    for (String item : root.items("services", "a list of maps").orElse(List.of())) {
      Section section = root.section(item);
      if (!root.isSound(item)) {
        continue;
      }
      Optional<ServiceSpec> read = ServiceSpecReader.read(section, Optional.of(agentHost));
      read.ifPresent(spec -> services.put(section, spec));
      read.ifPresent(spec -> requireUnique(section, item, spec, ids, groups));
    }
    return services;
  }

  private static void requireUnique(
      Section section,
      String item,
      ServiceSpec spec,
      Map<MemberId, String> ids,
      Map<List<String>, String> groups) {
    String group = spec.id().group();
    String same = ids.putIfAbsent(spec.id(), item);
    if (same != null) {
      section.refuse(
          "host",
          Masking.shown(spec.id().host()),
          "%s is %s as well; allowed is one of each (group, host)"
              .formatted(same, Masking.printable(spec.id().toString())));
    }
    String other = groups.putIfAbsent(List.of(spec.id().host(), spec.binary()), group);
    if (other != null && !other.equals(group)) {
      section.refuse(
          "binary",
          Masking.shown(spec.binary()),
          "the group %s has this binary on this host; allowed is one group of each (host, binary)"
              .formatted(other));
    }
  }

  private static void requireKept(Section section, MemberId id, AgentConfig.Liveness liveness) {
    liveness
        .refusal(id)
        .ifPresent(
            refused ->
                section.refuse(refused.key(), Masking.shown(refused.given()), refused.rule()));
  }

  private Watch watch(boolean isAlone) {
    String allowed = "own, all or a list of groups";
    if (root.isList("watch")) {
      Set<String> groups = new LinkedHashSet<>();
      List<String> items = root.items("watch", allowed).orElseThrow();
      items.forEach(item -> root.requiredAddressable(item).ifPresent(groups::add));
      if (items.isEmpty()) {
        root.refuse("watch", "allowed is own, all or a list of at least one group");
      }
      return Watch.groups(groups);
    }
    Map<String, Watch> words = new LinkedHashMap<>();
    words.put("own", Watch.OWN);
    words.put("all", Watch.ALL);
    return root.choice("watch", words.get(isAlone ? "all" : "own"), words, allowed);
  }

  private AgentConfig.Evaluate evaluate() {
    Map<String, AgentConfig.Evaluate> words = EnumText.all(AgentConfig.Evaluate.class);
    if (root.text("evaluate", "one of always, never").filter("elected"::equals).isPresent()) {
      root.refuse(
          "evaluate",
          "elected needs a cluster, which this version does not have; allowed is one of always,"
              + " never");
      return AgentConfig.Evaluate.ALWAYS;
    }
    return root.choice("evaluate", AgentConfig.Evaluate.ALWAYS, words);
  }

  private static AgentConfig.Logging logging(Section section) {
    AgentConfig.Logging absent = AgentConfig.Logging.DEFAULT;
    AgentConfig.Logging logging =
        new AgentConfig.Logging(
            section.choice("level", absent.level(), EnumText.all(AgentConfig.LogLevel.class)),
            section.choice("format", absent.format(), EnumText.all(AgentConfig.LogFormat.class)));
    section.refuseUnknown();
    return logging;
  }

  private static void cluster(Section section) {
    Optional<String> type = section.text("type", "none");
    if (type.isPresent() && !type.get().equals("none")) {
      section.refuse("type", NO_CLUSTER);
    }
    section.refuseUnknown();
  }
}
