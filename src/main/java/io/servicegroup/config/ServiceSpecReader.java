package io.servicegroup.config;

import io.servicegroup.model.MemberId;
import io.servicegroup.model.Probe;
import io.servicegroup.model.ProcessIdentity;
import io.servicegroup.model.ServiceSpec;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Reads and writes a service in the form of an entry of {@code services}: the same rules for the
 * configuration file and for a join over the bus or HTTP. Only the configuration file may refer to
 * secrets: a join reads nothing of this machine.
 */
public final class ServiceSpecReader {

  private static final String PROCESS = "process";

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
    // Which process is meant is known inside of the agent only: nobody else may say it.
    if (!(json.getValue("probe") instanceof JsonObject probe) || !probe.containsKey(PROCESS)) {
      return read(json, Optional.empty());
    }
    JsonObject said = probe.copy();
    ProcessIdentity process = ProcessIdentity.parse((String) said.remove(PROCESS));
    return withProcess(read(json.copy().put("probe", said), Optional.empty()), process);
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
            ? section.addressable("host").or(() -> defaultHost)
            : section.requiredAddressable("host");
    Optional<String> binary = section.name("binary").or(() -> group);
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

  /**
   * Writes a service.
   *
   * @param spec the service
   * @return what {@link #read(JsonObject)} takes
   */
  public static JsonObject write(ServiceSpec spec) {
    JsonObject probe = ProbeReader.write(spec.probe());
    if (spec.probe() instanceof Probe.Pid pid && pid.process() != null) {
      probe.put(PROCESS, pid.process().toString());
    }
    return new JsonObject()
        .put("group", spec.id().group())
        .put("host", spec.id().host())
        .put("binary", spec.binary())
        .put("version", spec.version())
        .put("metadata", Trees.json(spec.metadata()))
        .put("probe", probe);
  }
}
