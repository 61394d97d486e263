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
    Optional<ServiceSpec> spec = read(section, new KeyReader(Keys.all(), ""), defaultHost);
    if (!faults.list().isEmpty()) {
      throw new IllegalArgumentException(
          faults.list().stream().map(Fault::toString).collect(Collectors.joining(" · ")));
    }
    return spec.orElseThrow();
  }

  /** Reads a service; empty where its names are at fault. */
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
