package io.servicegroup.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A service that an agent is to join and to beat for: an entry of {@code services}, or the body of
 * a join.
 *
 * @param id the member's group and host
 * @param binary the name of the program that runs there; the group's name by default
 * @param version the service's version
 * @param metadata what the service says about itself; JSON values
 * @param probe how the agent checks whether the service is alive
 */
public record ServiceSpec(
    MemberId id, String binary, int version, Map<String, Object> metadata, Probe probe) {

  /** Copies the metadata. */
  public ServiceSpec {
    MemberId.requireName("binary", binary);
    // Map.copyOf would refuse a null, which JSON allows.
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }
}
