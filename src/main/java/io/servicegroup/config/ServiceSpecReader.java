package io.servicegroup.config;

import io.servicegroup.model.Fault;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Probe;
import io.servicegroup.model.ProcessIdentity;
import io.servicegroup.model.ServiceSpec;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Reads a service from an entry of {@code services} or from a join over the event bus or HTTP,
 * which has the same form and the same rules. Only the configuration may refer to secrets, because
 * a join must not read anything of this machine.
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
   * Adds to a probe of a process id the identity of the process that has this id now.
   *
   * @param spec the service
   * @param process the process; null where it is not known
   * @return the service, changed only where its probe names a process id
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
    Optional<ServiceSpec> spec = read(section, new KeyReader(Keys.all(), ""), defaultHost);
    if (!faults.list().isEmpty()) {
      throw new IllegalArgumentException(
          faults.list().stream().map(Fault::toString).collect(Collectors.joining(" · ")));
    }
    return spec.orElseThrow();
  }

  /** Reads a service; empty where its group, host or binary is at fault. */
  static Optional<ServiceSpec> read(
      Section section, KeyReader reading, Optional<String> defaultHost) {
    Values values = reading.entry(section, ServiceKeys.ENTRY);
    if (!section.has("host") && defaultHost.isEmpty()) {
      section.refuse("host", "allowed is " + ServiceKeys.HOST.type().rule());
    }
    Probe probe =
        values.isGiven(ServiceKeys.PROBE)
            ? ProbeReader.read(section.section("probe"), values)
            : new Probe.None();
    if (!section.isSound("group", "host", "binary")) {
      return Optional.empty();
    }
    String host = values.find(ServiceKeys.HOST).or(() -> defaultHost).orElseThrow();
    return Optional.of(
        new ServiceSpec(
            new MemberId(values.get(ServiceKeys.GROUP), host),
            values.get(ServiceKeys.BINARY),
            values.get(ServiceKeys.VERSION),
            values.get(ServiceKeys.METADATA),
            probe));
  }
}
