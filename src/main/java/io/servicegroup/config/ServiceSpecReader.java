package io.servicegroup.config;

import io.servicegroup.model.Fault;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Probe;
import io.servicegroup.model.ProcessIdentity;
import io.servicegroup.model.ServiceSpec;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Reads a service in the form of an entry of {@code services}: the same rules for the configuration
 * file and for a join over the bus or HTTP. Only the configuration file may refer to secrets: a
 * join reads nothing of this machine.
 */
public final class ServiceSpecReader {

  private ServiceSpecReader() {}

  /**
   * Reads a service that names its host.
   *
   * @param json an entry of {@code services}
   * @return the service
   * @throws IllegalArgumentException with a sentence that names every field at fault and what is
   *     allowed
   */
  public static ServiceSpec read(JsonObject json) {
    return read(json, Optional.empty());
  }

  /**
   * Says which process the probe of a service means by its id.
   *
   * @param spec the service
   * @param process the process, or null where it is not known
   * @return the service, changed where its probe names an id
   */
  public static ServiceSpec withProcess(ServiceSpec spec, ProcessIdentity process) {
    return spec.probe() instanceof Probe.Pid pid && pid.pid() != null
        ? new ServiceSpec(
            spec.id(),
            spec.binary(),
            spec.version(),
            spec.metadata(),
            new Probe.Pid(pid.pid(), null, pid.timing(), process))
        : spec;
  }

  /**
   * Reads a service.
   *
   * @param json an entry of {@code services}
   * @param defaultHost the host where it names none
   * @return the service
   * @throws IllegalArgumentException with a sentence that names every field at fault and what is
   *     allowed
   */
  public static ServiceSpec read(JsonObject json, String defaultHost) {
    return read(json, Optional.of(defaultHost));
  }

  private static ServiceSpec read(JsonObject json, Optional<String> defaultHost) {
    Faults faults = new Faults();
    Section section = new Section("", Trees.plain(json), faults, References.none());
    Optional<ServiceSpec> spec = read(section, defaultHost);
    if (!faults.list().isEmpty()) {
      throw new IllegalArgumentException(
          faults.list().stream().map(Fault::toString).collect(Collectors.joining(" · ")));
    }
    return spec.orElseThrow();
  }

  /** Reads a service; empty where its names are at fault. */
  static Optional<ServiceSpec> read(Section section, Optional<String> defaultHost) {
    Optional<String> group = section.requiredAddressable("group");
    Optional<String> host =
        defaultHost.isPresent()
            ? section
                .addressable("host")
                .or(() -> section.has("host") ? Optional.empty() : defaultHost)
            : section.requiredAddressable("host");
    Optional<String> binary =
        section.name("binary").or(() -> section.has("binary") ? Optional.empty() : group);
    int version = section.integer("version", 0, Integer.MAX_VALUE).orElse(0);
    Map<String, Object> metadata = section.freeForm("metadata");
    Section probeSection = section.section("probe");
    Probe probe = section.has("probe") ? ProbeReader.read(probeSection) : new Probe.None();
    section.refuseUnknown();
    if (group.isEmpty() || host.isEmpty() || binary.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ServiceSpec(
            new MemberId(group.get(), host.get()), binary.get(), version, metadata, probe));
  }
}
