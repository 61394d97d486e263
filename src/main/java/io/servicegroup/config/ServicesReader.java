package io.servicegroup.config;

import io.servicegroup.model.MemberId;
import io.servicegroup.model.Probe;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.ServiceTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code services}, and checks the rules between the entries. */
final class ServicesReader {

  static final KeyType<List<ServiceSpec>> TYPE =
      KeyType.composite(
          "a list of maps",
          "a list of maps",
          (section, key, reading) -> new ServicesReader(section, reading).read(key),
          services -> services.stream().map(ServicesReader::write).toList());

  private final Section root;
  private final KeyReader reading;
  private final Map<MemberId, String> ids = new HashMap<>();
  private final Map<List<String>, String> groups = new HashMap<>();

  private ServicesReader(Section root, KeyReader reading) {
    this.root = root;
    this.reading = reading;
  }

  private Optional<List<ServiceSpec>> read(String key) {
    return root.items(key, TYPE.rule()).map(this::read);
  }

  private List<ServiceSpec> read(List<String> items) {
    String agentHost = reading.values().get(Keys.HOST);
    List<ServiceSpec> services = new ArrayList<>();
    for (String item : items) {
      Section section = root.section(item);
      if (!root.isSound(item)) {
        continue;
      }
      ServiceSpecReader.read(section, reading, Optional.of(agentHost))
          .ifPresent(
              spec -> {
                services.add(spec);
                requireUnique(section, item, spec);
                reading.afterwards(() -> requireKept(section, spec.id()));
              });
    }
    return services;
  }

  private void requireUnique(Section section, String item, ServiceSpec spec) {
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

  private void requireKept(Section section, MemberId id) {
    AgentConfig.refusal(reading.values().get(LivenessKeys.BACKENDS), id)
        .ifPresent(
            refused ->
                section.refuse(refused.key(), Masking.shown(refused.given()), refused.rule()));
  }

  private static Map<String, Object> write(ServiceSpec spec) {
    Map<String, Object> service = ServiceTree.write(spec);
    if (spec.probe() instanceof Probe.Http http && !http.headers().isEmpty()) {
      Map<String, Object> probe = ServiceTree.writeProbe(http);
      // Every header is masked, because any of them may authorize the request.
      Map<String, Object> headers = new LinkedHashMap<>();
      http.headers().keySet().forEach(name -> headers.put(name, Masking.MASK));
      probe.put("headers", headers);
      service.put("probe", probe);
    }
    return service;
  }
}
